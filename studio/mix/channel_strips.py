"""Channel strips of the console: level, equaliser, panorama and sends of each role.

Levels are the RMS of the moments in which a part plays, in dBFS before mastering; only their differences matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from studio.domain import SAMPLE_RATE, Role
from studio.sound.tone import Sound

_CHUNK = 10 * SAMPLE_RATE
_MOMENT = SAMPLE_RATE * 2 // 5
_TONES = {
    "drive": ((2900.0, -9.0),),
    "eight": ((42.0, -4.0), (220.0, 2.0)),
    "sub": ((45.0, -3.0), (160.0, 2.0)),
    "drone": ((60.0, -4.0), (300.0, 3.0)),
    "sawbass": ((38.0, -4.0),),
    "bass": ((70.0, 2.0),),
    "kit acoustic": ((65.0, 3.0),),
    "kit 808": ((45.0, -5.0), (110.0, 2.0)),
    "kit house": ((48.0, -3.0),),
    "kit lofi": ((55.0, -3.0), (3500.0, 5.0)),
    "kit epic": ((45.0, -3.0), (2500.0, 3.0)),
}
"""Corrections of single patches: (frequency in Hz, gain in dB) for each bell filter."""
_CYMBALS = 9.0
"""A kit's cymbals, measured on the differences of neighbouring frames, stay at least this many dB below the kit."""
_RINGING = 1e-9
"""Filter states below this amplitude count as silent."""
_QUIET = 20.0
"""Moments this many dB below the loudest one do not count as playing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The settings of one channel of the console."""

    level: float
    """dBFS."""
    low_cut: float
    """Hz."""
    presence: tuple[float, float] | None = None
    """Frequency in Hz and gain in dB of a bell filter."""
    high_cut: float | None = None
    """Hz."""
    send: float
    """Level of the reverb send in dB."""
    echo: float | None = None
    """Level of the first echo in dB."""
    duck: float = 0.0
    """Gain reduction under the kick in dB."""


_STRIPS = {
    Role.DRUMS: Strip(level=-19.0, low_cut=28.0, presence=(4000.0, 1.0), send=-25.0),
    Role.PERCUSSION: Strip(level=-26.0, low_cut=120.0, high_cut=13_000.0, send=-18.0),
    Role.BASS: Strip(level=-20.5, low_cut=32.0, presence=(900.0, 2.0), high_cut=7000.0, send=-40.0, duck=4.0),
    Role.CHORDS: Strip(level=-23.0, low_cut=130.0, presence=(350.0, -2.0), send=-15.0, duck=1.5),
    Role.PAD: Strip(level=-26.0, low_cut=160.0, presence=(2500.0, -2.5), high_cut=11_000.0, send=-11.0, duck=3.0),
    Role.ARP: Strip(level=-25.0, low_cut=180.0, high_cut=13_000.0, send=-14.0, echo=-13.0, duck=1.0),
    Role.MELODY: Strip(level=-19.5, low_cut=150.0, presence=(2800.0, 2.0), send=-15.0, echo=-18.0),
    Role.COUNTER: Strip(level=-24.0, low_cut=150.0, send=-13.0),
    Role.EFFECT: Strip(level=-26.0, low_cut=30.0, high_cut=12_000.0, send=-12.0),
}


def strip(role: Role) -> Strip:
    """Return the channel strip of a role."""
    return _STRIPS[role]


def decibels(value: float) -> float:
    """Return the amplitude of a level in dB: `decibels(-6.0)` is about 0.5."""
    return float(10.0 ** (value / 20.0))


def level(stem: Sound) -> float:
    """Return the level of the moments in which a stem plays.

    Parameters
    ----------
    stem : ndarray, shape (frames, 2), float32
        Sound at 48 kHz.

    Returns
    -------
    float
        RMS in dBFS over the moments of 0.4 s within 20 dB of the loudest; -inf for silence.
    """
    return _playing(_powers(stem))


def kit_level(stem: Sound) -> float:
    """Return the level of a drum kit as `level` does; a kit that is mostly cymbals counts as louder."""
    pieces = (stem[start : start + _CHUNK] for start in range(0, len(stem), _CHUNK))
    treble = np.concatenate([_powers(np.diff(piece, axis=0, prepend=piece[:1])) for piece in pieces])
    return max(level(stem), _playing(treble) + _CYMBALS)


def _powers(stem: Sound) -> NDArray[np.float64]:
    """Return the mean square of each moment."""
    frames = len(stem) - len(stem) % _MOMENT or len(stem)
    moments = stem[:frames].reshape(-1, min(_MOMENT, frames) * stem.shape[1])
    powers: NDArray[np.float64] = np.einsum("ij,ij->i", moments, moments, dtype=np.float64) / moments.shape[1]
    return powers


def _playing(powers: NDArray[np.float64]) -> float:
    loudest = powers.max(initial=0.0)
    if loudest == 0.0:
        return float("-inf")
    return float(10.0 * np.log10(powers[powers >= loudest * 10.0 ** (-_QUIET / 10.0)].mean()))


def equalise(stem: Sound, channel: Strip, patch: str = "") -> None:
    """Apply a channel's filters to a stem in place.

    Parameters
    ----------
    stem : ndarray, shape (frames, 2), float32
        Sound at 48 kHz.
    channel : Strip
        Its cuts and presence filter are used.
    patch : str, optional
        Name of the stem's patch; some patches have a correction of their own.
    """
    sections = _sections(channel.low_cut, channel.presence, channel.high_cut, _TONES.get(patch, ()))
    filter_in_place(sections, stem)


def filter_in_place(sections: NDArray[np.float64], sound: Sound) -> None:
    """Filter a sound in place, second by second.

    Parameters
    ----------
    sections : ndarray, shape (n, 6), float64
        Second-order sections, as of `scipy.signal`.
    sound : ndarray, shape (frames, channels), float32
        Sound at 48 kHz.
    """
    state = np.zeros((len(sections), 2, sound.shape[1]))
    for start in range(0, len(sound), SAMPLE_RATE):
        piece = sound[start : start + SAMPLE_RATE]
        if at_rest(piece, state):
            state[:] = 0.0
        else:
            piece[:], state = signal.sosfilt(sections, piece, axis=0, zi=state)


def at_rest(piece: Sound, state: NDArray[np.float64]) -> bool:
    """Return whether input and filter state are silent: the denormal numbers of a decaying filter are slow."""
    return not piece.any() and bool(np.abs(state).max() < _RINGING)


def place(stem: Sound, pan: float, gain: float) -> None:
    """Apply gain and equal-power panorama to a stem in place.

    Parameters
    ----------
    stem : ndarray, shape (frames, 2), float32
        The sound.
    pan : float
        -1 (left) .. 1 (right); unity gain at the centre.
    gain : float
        Linear factor.

    Examples
    --------
    >>> stem = np.ones((1, 2), np.float32)
    >>> place(stem, pan=-1.0, gain=0.5)
    >>> stem.round(3)
    array([[0.707, 0.   ]], dtype=float32)
    """
    angle = (max(-1.0, min(1.0, pan)) + 1.0) * np.pi / 4.0
    stem *= np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(gain * np.sqrt(2.0))


@lru_cache
def _sections(
    low_cut: float,
    presence: tuple[float, float] | None,
    high_cut: float | None,
    corrections: tuple[tuple[float, float], ...],
) -> NDArray[np.float64]:
    sections = [signal.butter(2, low_cut, "highpass", fs=SAMPLE_RATE, output="sos")]
    if presence is not None:
        sections.append(bell(*presence))
    sections.extend(bell(*one) for one in corrections)
    if high_cut is not None:
        sections.append(signal.butter(2, high_cut, "lowpass", fs=SAMPLE_RATE, output="sos"))
    return np.concatenate(sections)


def bell(hertz: float, gain: float, quality: float = 0.8) -> NDArray[np.float64]:
    """Return a peaking filter (R. Bristow-Johnson, Audio EQ Cookbook).

    Parameters
    ----------
    hertz : float
        Centre frequency.
    gain : float
        Gain at the centre in dB.
    quality : float, optional
        Q of the filter.

    Returns
    -------
    ndarray, shape (1, 6), float64
        One second-order section.
    """
    amplitude = 10.0 ** (gain / 40.0)
    turn = 2.0 * np.pi * hertz / SAMPLE_RATE
    alpha = np.sin(turn) / (2.0 * quality)
    b = [1.0 + alpha * amplitude, -2.0 * np.cos(turn), 1.0 - alpha * amplitude]
    a = [1.0 + alpha / amplitude, -2.0 * np.cos(turn), 1.0 - alpha / amplitude]
    section: NDArray[np.float64] = np.array([b + a]) / a[0]
    return section
