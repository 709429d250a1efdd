"""Rooms: echoes in tempo, and reverberation by convolution with synthesised impulse responses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft, signal

from studio.domain import SAMPLE_RATE, Space
from studio.mix.channel_strips import at_rest
from studio.sound.tone import Sound, noise

_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Room:
    """The acoustics of a space."""

    name: str
    seconds: float
    """Reverberation time (RT60) of the middle frequencies."""
    delay: float
    """Seconds before the first reflection."""
    wet: float
    """dB added to every send."""
    echo: bool
    """Whether parts with an echo use it here."""


ROOMS = {
    Space.DRY: Room("dry", 0.35, 0.004, -4.0, echo=True),
    Space.STUDIO: Room("studio", 0.7, 0.008, 0.0, echo=False),
    Space.PLATE: Room("plate", 1.3, 0.014, 0.0, echo=True),
    Space.HALL: Room("hall", 2.1, 0.024, 1.0, echo=False),
    Space.CLOUD: Room("cloud", 3.2, 0.03, 3.5, echo=True),
}
"""The room of each space of a score."""


@lru_cache(maxsize=len(ROOMS))
def impulse(room: Room) -> Sound:
    """Return the impulse response of a room: early reflections, then noise that darkens as it decays.

    Parameters
    ----------
    room : Room
        One of `ROOMS`.

    Returns
    -------
    ndarray, shape (frames, 2), float32
        Response of unit energy per channel, at 48 kHz.
    """
    length = round((room.seconds * 1.1 + room.delay) * SAMPLE_RATE)
    first = round(room.delay * SAMPLE_RATE)
    time = np.arange(length - first) / SAMPLE_RATE
    response = np.zeros((length, 2))
    for ear in (0, 1):
        grain = noise(f"{room.name} {ear}", length - first)
        # Air and walls absorb high frequencies first: each band decays at its own rate.
        for band, share in (((150, 500), 0.9), ((500, 2000), 1.0), ((2000, 5000), 0.7), ((5000, 11_000), 0.38)):
            sections = signal.butter(1, band, "bandpass", fs=SAMPLE_RATE, output="sos")
            response[first:, ear] += signal.sosfilt(sections, grain) * 10.0 ** (-3.0 * time / (room.seconds * share))
        # Noise at full level would be heard as a hiss on every drum, so the tail builds up gradually.
        response[first:, ear] *= 1.0 - 0.7 * np.exp(-time / 0.02)
        early = np.random.default_rng(17 + ear).uniform(0.0, 0.06, 9)
        at = first + (early * (0.4 + room.seconds / 2.0) * SAMPLE_RATE).astype(int)
        response[np.minimum(at, length - 1), ear] += 2.5 * (1.0 - early / 0.08) * (-1.0) ** np.arange(9)
    response /= np.sqrt(np.sum(response**2, axis=0))
    return response.astype(np.float32)


def reverberate(dry: Sound, send: Sound, room: Room) -> None:
    """Add the reverberation of `send` to `dry` in place, block by block (overlap-add).

    Parameters
    ----------
    dry, send : ndarray, shape (frames, 2), float32
        The bus to add to and the sound that is reverberated.
    room : Room
        The room whose response is used.
    """
    response = impulse(room)
    step = _BLOCK - len(response) + 1
    for ear in (0, 1):
        transfer = fft.rfft(response[:, ear], _BLOCK)
        for start in range(0, len(send), step):
            piece = send[start : start + step, ear]
            wet = fft.irfft(fft.rfft(piece, _BLOCK) * transfer, _BLOCK)
            length = min(len(piece) + len(response) - 1, len(dry) - start)
            dry[start : start + length, ear] += wet[:length]


def echo(stem: Sound, bpm: float, gain: float, *buses: Sound) -> None:
    """Add three echoes of a stem to the buses, a dotted eighth apart and alternating between the sides.

    Parameters
    ----------
    stem : ndarray, shape (frames, 2), float32
        The sound that is echoed.
    bpm : float
        Tempo in beats per minute.
    gain : float
        Amplitude of the first echo.
    *buses : ndarray, shape (frames, 2), float32
        The buses to add to.
    """
    step = round(60.0 / bpm * 0.75 * SAMPLE_RATE)
    sections = signal.butter(1, (300.0, 4500.0), "bandpass", fs=SAMPLE_RATE, output="sos")
    state = np.zeros((len(sections), 2))
    for start in range(0, len(stem), SAMPLE_RATE):
        piece = stem[start : start + SAMPLE_RATE].sum(axis=1) * (0.5 * gain)
        if at_rest(piece, state):
            state[:] = 0.0
            continue
        piece, state = signal.sosfilt(sections, piece, zi=state)
        for number in (1, 2, 3):
            at = start + number * step
            for bus in buses:
                target = bus[at : at + len(piece), number % 2]
                target += piece[: len(target)] * 0.5 ** (number - 1)
