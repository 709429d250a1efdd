"""Mastering: fades, the loudness target of the platforms, and a true peak ceiling."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from studio.domain import SAMPLE_RATE, Loudness
from studio.mix.channel_strips import decibels
from studio.mix.limiter import limit
from studio.mix.loudness import integrated
from studio.mix.peaks import true_peak
from studio.sound.tone import Sound

TARGET = -14.0
"""LUFS, the playback level of the large platforms."""
CEILING = -2.5
"""dBTP. AAC adds up to about 0.7 dB, and the peak of a film must stay below -1.2 dBTP."""
_CLOSE = 0.1
_ROUNDS = 5
_FADE_IN = SAMPLE_RATE // 1000
_FADE_OUT = 1.5
"""Seconds of the default fade of a piece of ten seconds or more."""


def master(
    mix: Sound, progress: Callable[[float], None], *, fade_in: float = 0.0, fade_out: float = 0.0
) -> tuple[Sound, Loudness]:
    """Fade, normalise and limit a mix.

    Parameters
    ----------
    mix : ndarray, shape (frames, 2), float32
        Sound at 48 kHz; it is overwritten.
    progress : callable
        Called with the fraction done, 0..1.
    fade_in, fade_out : float, optional
        Seconds that were asked for; 0 for the short default fades.

    Returns
    -------
    sound : ndarray, shape (frames, 2), float32
        At -14 LUFS with a true peak of at most -2.5 dBTP; silence stays silence.
    loudness : Loudness
        Measured on the result.

    Examples
    --------
    >>> sound, loudness = master(mix, lambda fraction: None, fade_out=3.0)
    >>> round(loudness.lufs)
    -14
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
    """Fade the ends to silence, in place."""
    start = min(max(_FADE_IN, round(fade_in * SAMPLE_RATE)), len(mix))
    default = min(_FADE_OUT, 0.15 * len(mix) / SAMPLE_RATE)
    end = min(len(mix), round(max(default, fade_out) * SAMPLE_RATE))
    mix[:start] *= np.linspace(0.0, 1.0, start, dtype=np.float32)[:, None]
    mix[len(mix) - end :] *= (np.cos(0.5 * np.pi * np.linspace(0.0, 1.0, end, dtype=np.float32)) ** 2)[:, None]
