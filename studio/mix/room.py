"""Rooms that sound around the music: echoes in tempo, and reverberation by convolution with a made-up room."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft, signal

from studio.mix.channel_strips import at_rest
from studio.model import SAMPLE_RATE, Space
from studio.sound.tone import Sound, noise

_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Room:
    """`seconds` until the middle frequencies have fallen by 60 dB, `delay` before the first reflection.

    `wet` is added to every send, in dB; `echo` whether parts that may echo do.
    """

    name: str
    seconds: float
    delay: float
    wet: float
    echo: bool


ROOMS = {
    Space.DRY: Room("dry", 0.35, 0.004, -4.0, echo=True),
    Space.STUDIO: Room("studio", 0.7, 0.008, 0.0, echo=False),
    Space.PLATE: Room("plate", 1.3, 0.014, 0.0, echo=True),
    Space.HALL: Room("hall", 2.1, 0.024, 1.0, echo=False),
    Space.CLOUD: Room("cloud", 3.2, 0.03, 3.5, echo=True),
}
"""What each space of a score sounds like."""


@lru_cache(maxsize=len(ROOMS))
def impulse(room: Room) -> Sound:
    """Return the room's response `(frames, 2)`, of unit energy: reflections, then noise that darkens as it falls."""
    length = round((room.seconds * 1.1 + room.delay) * SAMPLE_RATE)
    first = round(room.delay * SAMPLE_RATE)
    time = np.arange(length - first) / SAMPLE_RATE
    response = np.zeros((length, 2))
    for ear in (0, 1):
        grain = noise(f"{room.name} {ear}", length - first)
        # Air and walls take high frequencies first: each band falls at its own rate.
        for band, share in (((150, 500), 0.9), ((500, 2000), 1.0), ((2000, 5000), 0.7), ((5000, 11_000), 0.38)):
            sections = signal.butter(1, band, "bandpass", fs=SAMPLE_RATE, output="sos")
            response[first:, ear] += signal.sosfilt(sections, grain) * 10.0 ** (-3.0 * time / (room.seconds * share))
        # A wall of noise would be heard as a hiss on every drum: the tail needs a moment to build.
        response[first:, ear] *= 1.0 - 0.7 * np.exp(-time / 0.02)
        early = np.random.default_rng(17 + ear).uniform(0.0, 0.06, 9)
        at = first + (early * (0.4 + room.seconds / 2.0) * SAMPLE_RATE).astype(int)
        response[np.minimum(at, length - 1), ear] += 2.5 * (1.0 - early / 0.08) * (-1.0) ** np.arange(9)
    response /= np.sqrt(np.sum(response**2, axis=0))
    return response.astype(np.float32)


def reverberate(dry: Sound, send: Sound, room: Room) -> None:
    """Add the room's answer to `send` onto `dry`, in place, block by block (overlap-add)."""
    response = impulse(room)
    step = _BLOCK - len(response) + 1
    for ear in (0, 1):
        transfer = fft.rfft(response[:, ear], _BLOCK)
        for start in range(0, len(send), step):
            piece = send[start : start + step, ear]
            answer = fft.irfft(fft.rfft(piece, _BLOCK) * transfer, _BLOCK)
            length = min(len(piece) + len(response) - 1, len(dry) - start)
            dry[start : start + length, ear] += answer[:length]


def echo(stem: Sound, bpm: float, gain: float, *buses: Sound) -> None:
    """Add three echoes, a dotted eighth apart and from side to side, to the buses."""
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
