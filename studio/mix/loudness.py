"""Loudness and true peak, measured as the platforms do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
import pyloudnorm
from numpy.typing import NDArray
from scipy.signal import sosfilt

from media.demuxing import Resampler, sound_of
from studio.domain import SAMPLE_RATE, Loudness
from studio.mix.peaks import true_peak
from studio.sound.tone import Sound

_SHORTEST = SAMPLE_RATE * 2 // 5
_HOP = SAMPLE_RATE // 10
"""Frames from one gating block to the next: 0.1 s, a quarter of a block."""
_K_WEIGHTING = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
"""The two filters of ITU-R BS.1770-4, tables 1 and 2, at 48 kHz, as second-order sections."""
_SILENT, _QUIETER = 10 ** ((-70.0 + 0.691) / 10), 0.1
"""Gates: power of -70 LUFS, and 10 LU below the mean of what is above that."""


def measure(sound: Path | Sound) -> Loudness:
    """Measure the loudness and true peak of a sound.

    Parameters
    ----------
    sound : Path or ndarray, shape (frames, 2), float32
        A file, of which the first sound is decoded, or an array at 48 kHz.

    Returns
    -------
    Loudness
        Silence has -inf LUFS and dBTP.

    Raises
    ------
    av.FFmpegError
        The file can't be decoded.
    ValueError
        The file has no sound.
    """
    samples = decode(sound) if isinstance(sound, Path) else sound
    peak = true_peak(samples)
    return Loudness(
        lufs=integrated(samples),
        true_peak=float(20.0 * np.log10(peak)) if peak > 0.0 else float("-inf"),
        seconds=len(samples) / SAMPLE_RATE,
    )


def integrated(samples: Sound) -> float:
    """Return the integrated loudness (ITU-R BS.1770-4).

    Parameters
    ----------
    samples : ndarray, shape (frames, 2), float32
        Sound at 48 kHz; one shorter than a gating block (0.4 s) is repeated.

    Returns
    -------
    float
        LUFS; -inf for silence.
    """
    if not len(samples) or not samples.any():
        return float("-inf")
    if len(samples) < _SHORTEST:
        samples = np.tile(samples, (-(-_SHORTEST // len(samples)), 1))
    return float(pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(samples))


def integrated_of(blocks: Iterable[Sound]) -> float:
    """Return the integrated loudness (ITU-R BS.1770-4) of a sound too long to be held at once.

    Parameters
    ----------
    blocks : iterable of ndarray, shape (frames, 2), float32
        Consecutive blocks of any length at 48 kHz.

    Returns
    -------
    float
        LUFS; -inf for silence and for less than a gating block (0.4 s).
    """
    state = np.zeros((len(_K_WEIGHTING), 2, 2))
    rest = np.zeros((0, 2))
    hops: list[NDArray[np.float64]] = []
    for block in blocks:
        weighted, state = sosfilt(_K_WEIGHTING, block.astype(np.float64), axis=0, zi=state)
        rest = np.concatenate([rest, weighted])
        whole = len(rest) // _HOP * _HOP
        hops.append((rest[:whole].reshape(-1, _HOP, 2) ** 2).mean(axis=1).sum(axis=1))
        rest = rest[whole:]
    whole_sound = np.concatenate([*hops, np.zeros(4)])
    powers = np.convolve(whole_sound, np.full(4, 0.25), mode="valid")[:-4]
    powers = powers[powers > _SILENT]
    if not len(powers):
        return float("-inf")
    powers = powers[powers > powers.mean() * _QUIETER]
    return float(10.0 * np.log10(powers.mean()) - 0.691)


def decode(path: Path) -> Sound:
    """Return a file's first sound as `(frames, 2) float32` at 48 kHz. Raises what `measure` does."""
    with av.open(str(path)) as container:
        stream = sound_of(container)
        if stream is None:
            raise ValueError(f"{path.name} has no sound")
        resampler = Resampler("flt", "stereo", SAMPLE_RATE)
        pieces = [
            piece.to_ndarray().reshape(-1, 2)
            for frame in (*container.decode(stream), None)
            for piece in resampler.resample(frame)
        ]
    return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.float32)
