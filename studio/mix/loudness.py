"""Loudness and true peak, measured as the platforms do."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pyloudnorm

from studio.domain import SAMPLE_RATE, Loudness
from studio.mix.peaks import true_peak
from studio.sound.tone import Sound

_SHORTEST = SAMPLE_RATE * 2 // 5


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


def decode(path: Path) -> Sound:
    """Return a file's first sound as `(frames, 2) float32` at 48 kHz. Raises what `measure` does."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            raise ValueError(f"{path.name} has no sound")
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=SAMPLE_RATE)
        pieces = [
            piece.to_ndarray().reshape(-1, 2)
            for frame in (*container.decode(audio=0), None)
            for piece in resampler.resample(frame)
        ]
    return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.float32)
