"""Ducking: parts that share the kick's low end are lowered for a moment at each of its strokes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.domain import SAMPLE_RATE, Score
from studio.instruments import INSTRUMENTS

_KICKS = frozenset({35, 36})
_DOWN, _HOLD, _UP = 0.006, 0.03, 0.14
"""Attack before the stroke, hold and release, in seconds."""


def kick_shape(score: Score) -> NDArray[np.float32] | None:
    """Return the ducking curve of a score's kick drum.

    Parameters
    ----------
    score : Score
        Strokes are notes of General MIDI keys 35 and 36 in drum kits.

    Returns
    -------
    ndarray, shape (frames,), float32, or None
        1 at a full stroke, 0 away from it; None where there is no kick.
    """
    strokes = [
        (score.at(note.start), note.velocity)
        for part in score.parts
        if INSTRUMENTS[part.instrument].kit
        for note in part.notes
        if note.pitch in _KICKS and note.velocity > 0.0
    ]
    if not strokes:
        return None
    curve = np.zeros(round(score.seconds * SAMPLE_RATE), np.float32)
    lead = round(_DOWN * SAMPLE_RATE)
    shape = _one_stroke()
    for at, velocity in strokes:
        start = round(at * SAMPLE_RATE) - lead
        first, last = max(0, start), min(len(curve), start + len(shape))
        if first < last:
            window = curve[first:last]
            np.maximum(window, shape[first - start : last - start] * np.float32(velocity), out=window)
    return curve


def duck(stem: NDArray[np.float32], shape: NDArray[np.float32], depth: float) -> None:
    """Lower a stem along the ducking curve, in place.

    Parameters
    ----------
    stem : ndarray, shape (frames, 2), float32
        The sound to lower.
    shape : ndarray, shape (frames,), float32
        The curve of `kick_shape`, 0..1.
    depth : float
        Gain reduction in dB where the curve is 1.

    Examples
    --------
    >>> stem = np.ones((2, 2), np.float32)
    >>> duck(stem, np.array([0.0, 1.0], np.float32), depth=6.0)
    >>> stem.round(3)
    array([[1.   , 1.   ],
           [0.501, 0.501]], dtype=float32)
    """
    factor = np.float32(-depth * np.log(10.0) / 20.0)
    for start in range(0, len(stem), SAMPLE_RATE):
        stem[start : start + SAMPLE_RATE] *= np.exp(shape[start : start + SAMPLE_RATE] * factor)[:, None]


def _one_stroke() -> NDArray[np.float32]:
    down, hold, up = (round(seconds * SAMPLE_RATE) for seconds in (_DOWN, _HOLD, _UP))
    fall = np.sin(0.5 * np.pi * np.linspace(0.0, 1.0, down)) ** 2
    rise = np.cos(0.5 * np.pi * np.linspace(0.0, 1.0, up)) ** 2
    return np.concatenate((fall, np.ones(hold), rise)).astype(np.float32)
