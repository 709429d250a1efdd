"""Puts the notes of a part where they belong in time.

Notes that sound alike are played once and added wherever they occur, one sound at a time: the work follows the
variety of a part and not its length, and nothing but the stem itself is kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from studio.instruments import Instrument
from studio.model import SAMPLE_RATE, Note, Part, Score
from studio.sound.tone import Sound, Tone

_LAYERS = 16
"""Steps of velocity that differ in timbre; loudness is exact."""
_GRID = SAMPLE_RATE // 100
"""Held lengths are rounded to this many frames (10 ms)."""
_LOUDER = 1.5
"""Exponent from velocity to amplitude: velocity 0.5 is 9 dB below 1.0."""
_CHOKE = frozenset({"bass", "sub", "eight", "sawbass", "reese", "acid", "chip", "sawlead", "softlead"})
"""Patches of one voice: a new note ends the one before."""
_OPEN_HAT, _CLOSED_HATS = 46, frozenset({42, 44})
_DAMPING = SAMPLE_RATE // 40


@dataclass(frozen=True, slots=True)
class Event:
    """A tone at a frame. `until`: the frame at which a hand damps it, if any."""

    at: int
    tone: Tone
    gain: float
    until: int | None = None


def events(score: Score, part: Part, instrument: Instrument) -> list[Event]:
    """Return the part's notes in order of time, without those outside the piece."""
    end = round(score.seconds * SAMPLE_RATE)
    notes = sorted(part.notes, key=lambda n: (n.start, n.pitch))
    starts = [round(score.at(n.start) * SAMPLE_RATE) for n in notes]
    held = [round(n.length * 60.0 / score.bpm * SAMPLE_RATE) for n in notes]
    if instrument.patch in _CHOKE:
        held = _one_voice(starts, held)
    damped = _hats(notes, starts) if instrument.kit else {}
    return [
        _event(note, start, 0 if instrument.kit else length, damped.get(index))
        for index, (note, start, length) in enumerate(zip(notes, starts, held, strict=True))
        if 0 <= start < end and note.velocity > 0.0
    ]


def place(stem: Sound, sound: Sound, event: Event) -> None:
    """Add a tone's sound to the stem `(frames, 2)`."""
    length = min(len(sound), len(stem) - event.at)
    if event.until is not None:
        length = min(length, event.until - event.at + _DAMPING)
    piece = sound[:length] * np.float32(event.gain)
    if event.until is not None and length < len(sound):
        tail = min(length, _DAMPING)
        slope = np.linspace(1.0, 0.0, tail, dtype=np.float32)
        piece[length - tail :] *= slope if piece.ndim == 1 else slope[:, None]
    stem[event.at : event.at + length] += piece if piece.ndim == 2 else piece[:, None]


def grouped(played: list[Event]) -> dict[Tone, list[Event]]:
    """Return the events by tone, in order of first use."""
    groups: dict[Tone, list[Event]] = defaultdict(list)
    for event in played:
        groups[event.tone].append(event)
    return groups


def _event(note: Note, start: int, held: int, until: int | None) -> Event:
    velocity = min(1.0, note.velocity)
    layer = max(1, round(velocity * _LAYERS)) / _LAYERS
    rounded = 0 if held == 0 else max(_GRID, round(held / _GRID) * _GRID)
    return Event(at=start, tone=Tone(note.pitch, layer, rounded), gain=velocity**_LOUDER, until=until)


def _one_voice(starts: list[int], held: list[int]) -> list[int]:
    """Return lengths that end where the next later note begins."""
    result, following = list(held), None
    for index in range(len(starts) - 1, -1, -1):
        if index + 1 < len(starts) and starts[index + 1] > starts[index]:
            following = starts[index + 1]
        if following is not None:
            result[index] = min(held[index], following - starts[index])
    return result


def _hats(notes: list[Note], starts: list[int]) -> dict[int, int]:
    """Return where each open hi-hat is closed by a foot or a closed stroke."""
    closed: dict[int, int] = {}
    following: int | None = None
    for index in range(len(notes) - 1, -1, -1):
        if notes[index].pitch in _CLOSED_HATS:
            following = starts[index]
        elif notes[index].pitch == _OPEN_HAT and following is not None and following > starts[index]:
            closed[index] = following
    return closed
