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
_CHUNK = 10 * SAMPLE_RATE
_SLOW = SAMPLE_RATE // 12 // _STEP
"""Half the window of the slow stage, in steps of a millisecond: 83 ms."""
_SHARE = 0.6
"""Share, in dB, that the slow stage takes of what the limiter has to do."""


def limit(sound: Sound, ceiling: float, gain: float = 1.0) -> Sound:
    """Return `gain` times the sound with its true peak at `ceiling` (amplitudes), or above by no more than 0.1 dB."""
    result: Sound = sound * np.float32(gain)
    wanted = envelope(result)
    np.divide(np.float32(ceiling), np.maximum(wanted, np.float32(1e-9), out=wanted), out=wanted)
    np.minimum(wanted, np.float32(1.0), out=wanted)
    if not len(wanted) or wanted.min() == 1.0:
        return result
    slow = _slow_gain(wanted)
    for start in range(0, len(sound), _CHUNK):
        # The windows of the fast stage look over the edges of a chunk.
        first, last = max(0, start - 2 * _FAST), min(len(sound), start + _CHUNK + 2 * _FAST)
        gradual = np.interp(np.arange(first, last) / _STEP - 0.5, np.arange(len(slow)), slow).astype(np.float32)
        rest = np.minimum(1.0, wanted[first:last] / gradual)
        # A peak between two frames belongs to both.
        rest[1:] = np.minimum(rest[1:], rest[:-1])
        turned = gradual * _smooth_minimum(rest, _FAST)
        piece = result[start : start + _CHUNK]
        piece *= turned[start - first : start - first + len(piece), None]
    return result


def _slow_gain(wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the gain of the slow stage, one value for each millisecond."""
    steps = -(-len(wanted) // _STEP)
    padded = np.ones(steps * _STEP, np.float32)
    padded[: len(wanted)] = wanted
    coarse = padded.reshape(steps, _STEP).min(axis=1) ** np.float32(_SHARE)
    return _smooth_minimum(coarse, _SLOW)


def _smooth_minimum(gain: NDArray[np.float32], half: int) -> NDArray[np.float32]:
    """Return a smooth curve that is nowhere above `gain`.

    A running minimum of a window, then two running means that together are no longer than the window.
    """
    lowest = ndimage.minimum_filter1d(gain, 2 * half + 1, mode="nearest")
    once = ndimage.uniform_filter1d(lowest.astype(np.float64), half, mode="nearest")
    return ndimage.uniform_filter1d(once, half, mode="nearest").astype(np.float32)
