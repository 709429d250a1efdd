"""Tonal balance of the whole mix: octaves that stand out are brought back towards what finished music measures.

The target is rounded from the shape that long-term spectra of popular recordings share: level from 60 to 250 Hz, then
falling by 2 dB and later by 5 dB per octave (A. Elowsson, A. Friberg: Long-term average spectrum in popular music and
its relation to the level of the percussion, AES 142, 2017). Styles differ, so only what lies outside a tolerance is
moved, by no more than a mastering engineer would.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from studio.mix.channel_strips import bell, filter_in_place
from studio.model import SAMPLE_RATE
from studio.sound.tone import Sound

OCTAVES = np.array([31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0])
"""Centres in Hz."""
TARGET = np.array([-9.0, -1.0, 0.0, 0.0, -1.0, -3.0, -6.0, -10.0, -15.0, -22.0])
"""Power of each octave in dB."""
_OVER = 2.5
_UNDER = np.array([8.0, 2.5, 3.0, 4.0, 4.0, 4.0, 4.0, 4.0, 6.0, 8.0])
"""dB above and below the target that are left alone: thin is heard sooner than dull."""
_SHARE = 0.75
"""Share of what lies outside that is corrected."""
_CUT, _LIFT = 5.0, 3.5
"""The most that an octave is lowered and raised, in dB."""
_EMPTY = 18.0
"""An octave this far below the target holds no music to raise."""
_SIZE = 1 << 15
_LEAST = 0.4
_HEARD = slice(2, 8)
"""The octaves that say how loud the mix is: 125 Hz to 4 kHz."""


def spectrum(mix: Sound) -> NDArray[np.float64]:
    """Return the power in dB of each octave of a sound `(frames, 2)`, both channels together."""
    window = np.hanning(_SIZE).astype(np.float32)[:, None]
    power = np.zeros(_SIZE // 2 + 1)
    for start in range(0, max(1, len(mix) - _SIZE // 2), _SIZE):
        piece = np.zeros((_SIZE, 2), np.float32)
        part = mix[start : start + _SIZE]
        piece[: len(part)] = part
        power += np.sum(np.abs(fft.rfft(piece * window, axis=0)) ** 2, axis=1)
    hertz = np.arange(len(power)) * SAMPLE_RATE / _SIZE
    edges = [(centre / np.sqrt(2.0), centre * np.sqrt(2.0)) for centre in OCTAVES]
    sums = [power[(hertz >= low) & (hertz < high)].sum() for low, high in edges]
    return 10.0 * np.log10(np.array(sums) + 1e-20)


def deviation(mix: Sound) -> NDArray[np.float64]:
    """Return how far each octave lies above the target, in dB, for a mix as loud as the target in the middle."""
    away = spectrum(mix) - TARGET
    result: NDArray[np.float64] = away - np.median(away[_HEARD])
    return result


def correction(away: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain in dB for each octave's deviation: nothing within the tolerance, little outside."""
    outside = np.where(away > _OVER, away - _OVER, np.where(away < -_UNDER, away + _UNDER, 0.0))
    gains = np.clip(-_SHARE * outside, -_CUT, _LIFT)
    gains[away < -_EMPTY] = 0.0
    result: NDArray[np.float64] = np.where(np.abs(gains) < _LEAST, 0.0, gains)
    return result


def balance(mix: Sound) -> None:
    """Correct a mix `(frames, 2)` in place."""
    if not mix.any():
        return
    gains = correction(deviation(mix))
    bells = [bell(float(hertz), float(gain), 1.2) for hertz, gain in zip(OCTAVES, gains, strict=True) if gain]
    if bells:
        filter_in_place(np.concatenate(bells), mix)
