"""Gain automation over the form: an intro or break stays quieter than the chorus, but audible under a video."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from studio.domain import SAMPLE_RATE, Score
from studio.sound.tone import Sound

_BELOW = 4.5
"""Sections up to this many dB below the loudest are left alone."""
_SHARE = 0.65
"""Share of the remaining difference that is compensated."""
_MOST = 6.0
"""The most that a section is raised, in dB."""
_STEP = SAMPLE_RATE // 100
_GLIDE = 40
"""Width of a gain change in steps of 10 ms: it completes within a second."""


def automate_gain(mix: Sound, score: Score) -> None:
    """Raise the faintest sections of a mix in place; the ring of the end is left alone.

    Parameters
    ----------
    mix : ndarray, shape (frames, 2), float32
        The mix of `score` at 48 kHz.
    score : Score
        Its sections are levelled.
    """
    spans = [
        (max(0, round(score.at(first) * SAMPLE_RATE)), min(len(mix), round(score.at(last) * SAMPLE_RATE)))
        for section in score.sections[:-1]
        for first, last in [
            (section.start_bar * score.beats_per_bar, (section.start_bar + section.bars) * score.beats_per_bar)
        ]
    ]
    levels = [_level(mix[first:last]) for first, last in spans]
    if not levels:
        return
    loudest = max(levels)
    raised = [min(_MOST, max(0.0, (loudest - level - _BELOW) * _SHARE)) for level in levels]
    if not any(raised):
        return
    curve = np.zeros(len(mix) // _STEP + 2)
    for (first, last), gain in zip(spans, raised, strict=True):
        # The gain returns before the next section's first beat.
        curve[(0 if first < SAMPLE_RATE else first // _STEP + _GLIDE) : max(0, last // _STEP - _GLIDE)] = gain
    gains = 10.0 ** (ndimage.gaussian_filter1d(curve, _GLIDE / 3.0, mode="nearest") / 20.0)
    for start in range(0, len(mix), SAMPLE_RATE):
        piece = mix[start : start + SAMPLE_RATE]
        at = np.arange(start, start + len(piece)) / _STEP
        piece *= np.interp(at, np.arange(len(gains)), gains).astype(np.float32)[:, None]


def _level(sound: Sound) -> float:
    power = float(np.einsum("ij,ij->", sound, sound, dtype=np.float64)) / max(1, sound.size)
    return 10.0 * float(np.log10(power + 1e-12))
