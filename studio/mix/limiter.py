"""A look-ahead limiter for true peaks, in two stages: a slow one against pumping, a fast one for the ceiling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from studio.domain import SAMPLE_RATE
from studio.mix.peaks import peak_envelope
from studio.sound.tone import Sound

_FAST = SAMPLE_RATE // 500
"""Half the window of the fast stage: 2 ms."""
_STEP = 48
_CHUNK = 10 * SAMPLE_RATE
_SLOW = SAMPLE_RATE // 12 // _STEP
"""Half the window of the slow stage, in steps of a millisecond: 83 ms."""
_SHARE = 0.6
"""Share of the gain reduction, in dB, that the slow stage takes."""


def limit(sound: Sound, ceiling: float, gain: float = 1.0) -> Sound:
    """Limit the true peak of a sound.

    Parameters
    ----------
    sound : ndarray, shape (frames, 2), float32
        Sound at 48 kHz; it is not changed.
    ceiling : float
        Largest true peak as an amplitude, exceeded by 0.1 dB at most.
    gain : float, optional
        Factor applied before limiting.

    Returns
    -------
    ndarray, shape (frames, 2), float32
        The limited sound.

    Examples
    --------
    >>> sound = np.full((4800, 2), 0.5, np.float32)
    >>> float(limit(sound, ceiling=0.75, gain=4.0).max()) < 0.76
    True
    """
    result: Sound = sound * np.float32(gain)
    gain_curve = peak_envelope(result)
    np.divide(np.float32(ceiling), np.maximum(gain_curve, np.float32(1e-9), out=gain_curve), out=gain_curve)
    np.minimum(gain_curve, np.float32(1.0), out=gain_curve)
    if not len(gain_curve) or gain_curve.min() == 1.0:
        return result
    slow = _slow_gain(gain_curve)
    for start in range(0, len(sound), _CHUNK):
        # The windows of the fast stage reach beyond the edges of a chunk.
        first, last = max(0, start - 2 * _FAST), min(len(sound), start + _CHUNK + 2 * _FAST)
        gradual = np.interp(np.arange(first, last) / _STEP - 0.5, np.arange(len(slow)), slow).astype(np.float32)
        rest = np.minimum(1.0, gain_curve[first:last] / gradual)
        # A peak between two frames belongs to both.
        rest[1:] = np.minimum(rest[1:], rest[:-1])
        turned = gradual * _smooth_minimum(rest, _FAST)
        piece = result[start : start + _CHUNK]
        piece *= turned[start - first : start - first + len(piece), None]
    return result


def _slow_gain(gain_curve: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the gain of the slow stage, one value per millisecond."""
    steps = -(-len(gain_curve) // _STEP)
    padded = np.ones(steps * _STEP, np.float32)
    padded[: len(gain_curve)] = gain_curve
    coarse = padded.reshape(steps, _STEP).min(axis=1) ** np.float32(_SHARE)
    return _smooth_minimum(coarse, _SLOW)


def _smooth_minimum(gain: NDArray[np.float32], half: int) -> NDArray[np.float32]:
    """Return a smooth curve that is nowhere above `gain`.

    It is a running minimum, smoothed by two running means that together are no longer than its window.
    """
    lowest = ndimage.minimum_filter1d(gain, 2 * half + 1, mode="nearest")
    once = ndimage.uniform_filter1d(lowest.astype(np.float64), half, mode="nearest")
    return ndimage.uniform_filter1d(once, half, mode="nearest").astype(np.float32)
