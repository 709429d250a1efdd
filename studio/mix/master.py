"""The last step: ends that are silent, the loudness of the platforms, no peak too high."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from studio.mix.channel_strips import decibels
from studio.mix.limiter import limit
from studio.mix.loudness import integrated
from studio.mix.peaks import true_peak
from studio.model import SAMPLE_RATE, Loudness
from studio.sound.tone import Sound

TARGET = -14.0
"""LUFS; what the large platforms play at."""
CEILING = -2.5
"""dBTP; the films' AAC puts up to about 0.7 dB on top, and their peak is to stay below -1.2 dBTP."""
_CLOSE = 0.1
_ROUNDS = 5
_FADE_IN = SAMPLE_RATE // 1000
_FADE_OUT = 1.5
"""Seconds, for a piece of ten seconds or more."""


def master(
    mix: Sound, progress: Callable[[float], None], *, fade_in: float = 0.0, fade_out: float = 0.0
) -> tuple[Sound, Loudness]:
    """Return the finished sound and its loudness; `mix` is used up. Silence stays silence.

    `fade_in` and `fade_out` in seconds are the person's wish; 0 stands for the ends' own short ones.
    """
    _fade(mix, fade_in, fade_out)
    loudness = integrated(mix)
    if math.isinf(loudness):
        return mix, Loudness(lufs=loudness, true_peak=loudness, seconds=len(mix) / SAMPLE_RATE)
    gain = TARGET - loudness
    for round_ in range(_ROUNDS):
        finished = limit(mix, decibels(CEILING), decibels(gain))
        loudness = integrated(finished)
        progress((round_ + 1) / _ROUNDS)
        if abs(loudness - TARGET) <= _CLOSE:
            break
        gain += TARGET - loudness
    peak = 20.0 * math.log10(true_peak(finished))
    return finished, Loudness(lufs=loudness, true_peak=peak, seconds=len(finished) / SAMPLE_RATE)


def _fade(mix: Sound, fade_in: float, fade_out: float) -> None:
    """Start and end on silence, in place."""
    start = min(max(_FADE_IN, round(fade_in * SAMPLE_RATE)), len(mix))
    own = min(_FADE_OUT, 0.15 * len(mix) / SAMPLE_RATE)
    end = min(len(mix), round(max(own, fade_out) * SAMPLE_RATE))
    mix[:start] *= np.linspace(0.0, 1.0, start, dtype=np.float32)[:, None]
    mix[len(mix) - end :] *= (np.cos(0.5 * np.pi * np.linspace(0.0, 1.0, end, dtype=np.float32)) ** 2)[:, None]
