"""Places the notes of a part in time.

Notes that sound alike are played once and added wherever they occur, one sound at a time: the work grows with the
variety of a part and not with its length, and nothing but the stem itself is kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from studio.domain import SAMPLE_RATE, Part, Score, ScoreNote
from studio.instruments import Instrument
from studio.sound.tone import Sound, Tone

_LAYERS = 16
"""Steps of velocity that differ in timbre; loudness is exact."""
_GRID = SAMPLE_RATE // 100
"""Held lengths are rounded to this many frames (10 ms)."""
_LOUDER = 1.5
"""Exponent from velocity to amplitude: velocity 0.5 is 9 dB below 1.0."""
_CHOKE = frozenset({"bass", "sub", "eight", "sawbass", "reese", "acid", "chip", "sawlead", "softlead"})
"""Patches of one voice: a new note ends the one before."""
_DAMPING = SAMPLE_RATE // 40
"""Frames that a damped note takes to fall silent (25 ms)."""


class NotePlayer(Protocol):
    """Plays the notes of one part."""

    def play(self, tone: Tone) -> Sound:
        """Return the note from its onset to the end of its ring, `(frames,)` or `(frames, 2)` float32."""
        ...

    def exclusive_class(self, tone: Tone) -> int:
        """Return the class within which a new note damps the one before, as hi-hats do; 0 for none."""
        ...


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A tone at a frame of the piece."""

    at: int
    tone: Tone
    gain: float
    #: The frame at which the next note of its exclusive class damps it, if any.
    until: int | None = None


def played_notes(score: Score, part: Part, instrument: Instrument, player: NotePlayer) -> list[PlayedNote]:
    """Return the part's notes in order of time, without those outside the piece."""
    end = round(score.seconds * SAMPLE_RATE)
    notes = sorted(part.notes, key=lambda n: (n.start, n.pitch))
    starts = [round(score.at(n.start) * SAMPLE_RATE) for n in notes]
    held = [round(n.length * 60.0 / score.bpm * SAMPLE_RATE) for n in notes]
    if instrument.patch in _CHOKE:
        held = _one_voice(starts, held)
    played = [
        _event(note, start, 0 if instrument.kit else length)
        for note, start, length in zip(notes, starts, held, strict=True)
        if 0 <= start < end and note.velocity > 0.0
    ]
    classes = {tone: player.exclusive_class(tone) for tone in dict.fromkeys(event.tone for event in played)}
    return _damped(played, classes)


def place(stem: Sound, sound: Sound, event: PlayedNote) -> None:
    """Add a tone's sound to a stem, in place.

    Parameters
    ----------
    stem : ndarray, ``(frames, 2) float32``
        The part so far; what rings beyond its end is cut.
    sound : ndarray, ``(n,)`` or ``(n, 2) float32``
        The tone, without the gain.
    event : PlayedNote
        Where it sounds and how loud.
    """
    length = min(len(sound), len(stem) - event.at)
    if event.until is not None:
        length = min(length, event.until - event.at + _DAMPING)
    piece = sound[:length] * np.float32(event.gain)
    if event.until is not None and length < len(sound):
        tail = min(length, _DAMPING)
        slope = np.linspace(1.0, 0.0, tail, dtype=np.float32)
        piece[length - tail :] *= slope if piece.ndim == 1 else slope[:, None]
    stem[event.at : event.at + length] += piece if piece.ndim == 2 else piece[:, None]


def grouped(played: list[PlayedNote]) -> dict[Tone, list[PlayedNote]]:
    """Return the notes by tone, in order of first use."""
    groups: dict[Tone, list[PlayedNote]] = defaultdict(list)
    for event in played:
        groups[event.tone].append(event)
    return groups


def _event(note: ScoreNote, start: int, held: int) -> PlayedNote:
    velocity = min(1.0, note.velocity)
    layer = max(1, round(velocity * _LAYERS)) / _LAYERS
    rounded = 0 if held == 0 else max(_GRID, round(held / _GRID) * _GRID)
    return PlayedNote(at=start, tone=Tone(note.pitch, layer, rounded), gain=velocity**_LOUDER)


def _one_voice(starts: list[int], held: list[int]) -> list[int]:
    """Return lengths that end where the next later note begins."""
    result, following = list(held), None
    for index in range(len(starts) - 1, -1, -1):
        if index + 1 < len(starts) and starts[index + 1] > starts[index]:
            following = starts[index + 1]
        if following is not None:
            result[index] = min(held[index], following - starts[index])
    return result


def _damped(played: list[PlayedNote], classes: dict[Tone, int]) -> list[PlayedNote]:
    """Return the notes with the frame at which the next one of their class damps them; together they ring on."""
    result: list[PlayedNote] = []
    following: dict[int, tuple[int, int | None]] = {}
    for event in reversed(played):
        number = classes[event.tone]
        start, later = following.get(number, (event.at, None))
        if start > event.at:
            later = start
        following[number] = event.at, later
        result.append(replace(event, until=later) if number else event)
    return result[::-1]
