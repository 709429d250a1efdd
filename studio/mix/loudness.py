"""Measures finished sound as the platforms do."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pyloudnorm

from studio.mix.peaks import true_peak
from studio.model import SAMPLE_RATE, Loudness
from studio.sound.tone import Sound

_SHORTEST = SAMPLE_RATE * 2 // 5


def measure(sound: Path | Sound) -> Loudness:
    """Measure a file (anything that decodes, its first sound) or an array `(frames, 2)` float32 at 48 kHz.

    Silence has -inf LUFS and dBTP. Raise `av.FFmpegError` for a file that does not decode, `ValueError` for one
    without sound.
    """
    samples = decode(sound) if isinstance(sound, Path) else sound
    peak = true_peak(samples)
    return Loudness(
        lufs=integrated(samples),
        true_peak=float(20.0 * np.log10(peak)) if peak > 0.0 else float("-inf"),
        seconds=len(samples) / SAMPLE_RATE,
    )


def integrated(samples: Sound) -> float:
    """Return the integrated loudness in LUFS (ITU-R BS.1770-4); what is shorter than a gate (0.4 s) is repeated."""
    if not len(samples) or not samples.any():
        return float("-inf")
    if len(samples) < _SHORTEST:
        samples = np.tile(samples, (-(-_SHORTEST // len(samples)), 1))
    return float(pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(samples))


def decode(path: Path) -> Sound:
    """Return a file's first sound as `(frames, 2)` float32 at 48 kHz."""
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
