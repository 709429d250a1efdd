"""Looks at sound: where it begins, what it is tuned to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.domain import SAMPLE_RATE


def onset(sound: NDArray[np.float32], share: float = 0.02) -> float:
    """Return the time in seconds of the first value above a share of the peak."""
    loud = np.abs(sound).max(axis=1)
    return float(np.argmax(loud > share * loud.max()) / SAMPLE_RATE)


def peak_hertz(sound: NDArray[np.float32]) -> float:
    """Return the strongest frequency, interpolated between bins."""
    magnitudes = _magnitudes(sound)
    top = int(np.argmax(magnitudes[1:-1])) + 1
    left, middle, right = np.log(magnitudes[top - 1 : top + 2] + 1e-12)
    return float((top + 0.5 * (left - right) / (left - 2 * middle + right)) * SAMPLE_RATE / _SIZE)


def level_at(sound: NDArray[np.float32], hertz: float) -> float:
    """Return the level near a frequency (a quarter tone to each side), in dB below the strongest."""
    magnitudes = _magnitudes(sound)
    first, last = (round(hertz * 2.0 ** (cents / 1200.0) * _SIZE / SAMPLE_RATE) for cents in (-50, 50))
    return float(20.0 * np.log10(magnitudes[first : last + 1].max() / magnitudes.max()))


_SIZE = 1 << 18


def _magnitudes(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    middle = sound.sum(axis=1) if np.ptp(sound[:, 0] - sound[:, 1]) == 0 else sound[:, 0]
    return np.abs(np.fft.rfft(middle * np.hanning(len(middle)), _SIZE))
