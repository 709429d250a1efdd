"""The words a style is written in: everything that a style pack says, as data.

Patterns are strings over one bar (several bars: joined with "|"); a bar's step is the bar divided by the
string's length, so 16 characters in 4/4 are sixteenths. `X x o -` are hits from strong to soft, `_` holds the
note before, `.` rests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from studio.model import Role, Space


class Play(StrEnum):
    """How a layer makes its notes."""

    DRUMS = "drums"
    BASS = "bass"
    """Figures of `r` root, `5` fifth, `3` third, `7` seventh, `8` octave, `a` approach to the next root."""
    CHORDS = "chords"
    STRUM = "strum"
    """Like chords, spread over the strings; `D X x` down, `U o -` up."""
    PAD = "pad"
    ARP = "arp"
    """Digits climb the chord's tones from its lowest."""
    MELODY = "melody"
    COUNTER = "counter"
    WALK = "walk"
    """A walking bass."""
    RISER = "riser"
    IMPACT = "impact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One player's job in a style.

    `where` names the kinds of section it plays in (see `form.KINDS`); `enter` is the section's intensity (0..1) from
    which it does. `centre` is the pitch around which it plays. `human` is how far it strays in time, in
    milliseconds; `strum` the time between strings. `turns`: further instruments take over in long pieces.
    """

    role: Role
    play: Play
    instruments: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    where: str = "iaubcko"
    enter: float = 0.0
    centre: int = 60
    voices: int = 3
    gain: float = 0.0
    pan: float = 0.0
    level: float = 0.8
    human: float = 4.0
    strum: float = 0.0
    turns: bool = False
    pedal: bool = False
    """Its notes ring on until the chord changes."""
    doubled: bool = False
    """Sounds an octave higher too, in the strongest sections."""
    cycles: tuple[int, int] = (0, 1)
    """Plays in returns of the form whose number leaves the first when divided by the second."""


@dataclass(frozen=True, slots=True)
class Groove:
    """A drum pattern by voice, for sections from this intensity on."""

    enter: float
    voices: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """How a style sings: rhythm cells of one bar, and how bars make phrases.

    In `phrases`: `A` the motif, `a` varied, `B` the second cell, `S` the motif a step on (sequence), `H` half
    cadence, `F` full cadence, `.` rest. `leap` is the widest step in scale degrees.
    """

    cells: tuple[str, ...]
    phrases: tuple[str, ...] = ("AaAH", "AaBF")
    leap: int = 3
    pentatonic: bool = False
    lift: int = 4
    """Semitones by which the chorus lies above the verse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A style pack. `bpm` is (slowest, fastest) for energy 0..1; `mood` is its (valence, energy) home."""

    name: str
    english: str
    chinese: str
    bpm: tuple[float, float]
    mood: tuple[float, float]
    bright: tuple[str, ...] = ("major",)
    dark: tuple[str, ...] = ("minor",)
    color: str = "triad"
    major: tuple[str, ...]
    minor: tuple[str, ...]
    cadence: tuple[str, str] = ("5", "5")
    """The chord of the last bar before the end, in major and in minor."""
    layers: tuple[Layer, ...]
    grooves: tuple[Groove, ...] = ()
    fills: tuple[str, ...] = ()
    tune: Tune
    beats_per_bar: int = 4
    swing: float = 0.0
    """Share of a step by which every second one comes late; 0.33 is a triplet feel."""
    swing_step: float = 0.5
    """The step that swings, in beats."""
    tail: tuple[float, float] = (1.6, 3.2)
    """Shortest and longest ring of the end, in seconds."""
    lift: int = 2
    """Semitones by which the last part of a long piece is raised."""
    final: str = "hit"
    """How it ends: "hit", "ring" (a held chord) or "roll" (broken from low to high)."""
    crash: bool = True
    space: Space = Space.PLATE
    """The room that it sounds in."""
    titles: tuple[str, ...] = field(default=())
