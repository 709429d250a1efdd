"""A look-ahead limiter for true peaks: no release is heard as pumping, no peak gets past the ceiling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from studio.mix.peaks import envelope
from studio.model import SAMPLE_RATE
from studio.sound.tone import Sound

_FAST = SAMPLE_RATE // 500
"""Half the window of the fast stage: 2 ms."""
_STEP = 48
_SLOW = SAMPLE_RATE // 12 // _STEP
"""Half the window of the slow stage, in steps of a millisecond: 83 ms."""
_SHARE = 0.6
"""Share, in dB, that the slow stage takes of what the limiter has to do."""


def limit(sound: Sound, ceiling: float) -> Sound:
    """Return the sound with its true peak at `ceiling` (amplitude) or just above by no more than 0.1 dB."""
    peaks = envelope(sound)
    if float(peaks.max(initial=0.0)) <= ceiling:
        return sound.copy()
    wanted = np.minimum(1.0, np.float32(ceiling) / np.maximum(peaks, np.float32(1e-9)))
    slow = _slow_gain(wanted)
    # A peak between two frames belongs to both.
    wanted[1:] = np.minimum(wanted[1:], wanted[:-1])
    gain = slow * _smooth_minimum(np.minimum(1.0, wanted / slow), _FAST)
    result: Sound = sound * gain[:, None]
    return result


def _slow_gain(wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the gain of the slow stage per frame, made at a resolution of a millisecond."""
    steps = -(-len(wanted) // _STEP)
    padded = np.ones(steps * _STEP, np.float32)
    padded[: len(wanted)] = wanted
    coarse = padded.reshape(steps, _STEP).min(axis=1) ** np.float32(_SHARE)
    smooth = _smooth_minimum(coarse, _SLOW)
    at = np.arange(len(wanted), dtype=np.float32) / _STEP - 0.5
    return np.interp(at, np.arange(steps), smooth).astype(np.float32)


def _smooth_minimum(gain: NDArray[np.float32], half: int) -> NDArray[np.float32]:
    """Return a smooth curve that is nowhere above `gain`.

    A running minimum of a window, then two running means that together are no longer than the window.
    """
    lowest = ndimage.minimum_filter1d(gain, 2 * half + 1, mode="nearest")
    once = ndimage.uniform_filter1d(lowest.astype(np.float64), half, mode="nearest")
    return ndimage.uniform_filter1d(once, half, mode="nearest").astype(np.float32)
