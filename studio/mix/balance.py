"""Tonal balance: octaves of the mix that stand out are brought back towards the spectrum of finished music.

The target is rounded from the shape that long-term spectra of popular recordings share: level from 60 to 250 Hz, then
falling by 2 dB and later by 5 dB per octave (A. Elowsson, A. Friberg: Long-term average spectrum in popular music and
its relation to the level of the percussion, AES 142, 2017). Styles differ, so only deviations beyond a tolerance
are corrected, and by no more than a mastering engineer would.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from studio.domain import SAMPLE_RATE
from studio.mix.channel_strips import bell, filter_in_place
from studio.sound.tone import Sound

OCTAVES = np.array([31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0])
"""Centres in Hz."""
TARGET = np.array([-9.0, -1.0, 0.0, 0.0, -1.0, -3.0, -6.0, -10.0, -15.0, -22.0])
"""Power of each octave in dB."""
_OVER = 2.5
_UNDER = np.array([8.0, 2.5, 3.0, 4.0, 4.0, 4.0, 4.0, 4.0, 6.0, 8.0])
"""Tolerance above and below the target in dB: a thin mix is noticed sooner than a dull one."""
_SHARE = 0.75
"""Share of the excess deviation that is corrected."""
_CUT, _LIFT = 5.0, 3.5
"""Largest cut and boost of an octave, in dB."""
_EMPTY = 18.0
"""An octave this many dB below the target is empty and is not boosted."""
_SIZE = 1 << 15
"""Frames per window of the spectrum."""
_LEAST = 0.4
"""Smaller corrections, in dB, are dropped."""
_HEARD = slice(2, 8)
"""The octaves by which the target is aligned with the mix: 125 Hz to 4 kHz."""


def spectrum(mix: Sound) -> NDArray[np.float64]:
    """Measure the power of each octave, summed over both channels.

    Parameters
    ----------
    mix : ndarray, shape (frames, 2), float32
        Sound at 48 kHz.

    Returns
    -------
    ndarray, shape (10,), float64
        Power in dB of the octaves around `OCTAVES`, with an arbitrary reference.
    """
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
    """Return how far each octave lies above the target once the middle octaves are aligned with it.

    Parameters
    ----------
    mix : ndarray, shape (frames, 2), float32
        Sound at 48 kHz.

    Returns
    -------
    ndarray, shape (10,), float64
        Deviation in dB.
    """
    away = spectrum(mix) - TARGET
    result: NDArray[np.float64] = away - np.median(away[_HEARD])
    return result


def correction(away: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gains that correct a deviation partly.

    Parameters
    ----------
    away : ndarray, shape (10,), float64
        Deviation of each octave in dB, from `deviation`.

    Returns
    -------
    ndarray, shape (10,), float64
        Gains in dB; 0 within the tolerance.

    Examples
    --------
    >>> away = np.zeros(10)
    >>> away[6] = 6.5
    >>> float(correction(away)[6])
    -3.0
    """
    outside = np.where(away > _OVER, away - _OVER, np.where(away < -_UNDER, away + _UNDER, 0.0))
    gains = np.clip(-_SHARE * outside, -_CUT, _LIFT)
    gains[away < -_EMPTY] = 0.0
    result: NDArray[np.float64] = np.where(np.abs(gains) < _LEAST, 0.0, gains)
    return result


def balance(mix: Sound) -> None:
    """Correct the tonal balance of a mix in place.

    Parameters
    ----------
    mix : ndarray, shape (frames, 2), float32
        Sound at 48 kHz; silence is left alone.
    """
    if not mix.any():
        return
    gains = correction(deviation(mix))
    bells = [bell(float(hertz), float(gain), 1.2) for hertz, gain in zip(OCTAVES, gains, strict=True) if gain]
    if bells:
        filter_in_place(np.concatenate(bells), mix)
