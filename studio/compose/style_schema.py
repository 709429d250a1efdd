"""The schema of styles: every field and symbol in which a style is written, as data.

A pattern is a string for one bar, or several joined with "|". A step is the bar divided by the string's length, so
that 16 characters in 4/4 are sixteenths. `X x o -` are strokes from strong to soft, `_` prolongs the stroke before,
`.` is a rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from studio.domain import Role, Space


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
    """One player of a style."""

    role: Role
    play: Play
    instruments: tuple[str, ...]
    """The seed chooses one of them."""
    patterns: tuple[str, ...] = ()
    where: str = "iaubcko"
    """The kinds of section in which it plays, see `form.KINDS`."""
    enter: float = 0.0
    """The intensity (0..1) of a section from which it plays."""
    centre: int = 60
    """The MIDI pitch around which it plays."""
    voices: int = 3
    """The number of voices of its chords."""
    gain: float = 0.0
    """dB relative to the role's level in the mix."""
    pan: float = 0.0
    """-1 (left) .. 1 (right)."""
    level: float = 0.8
    """The velocity of its strongest strokes, 0..1."""
    human: float = 4.0
    """How far it strays in time, in milliseconds."""
    strum: float = 0.0
    """The time between two strings, in milliseconds."""
    turns: bool = False
    """Whether its instruments take turns in long pieces."""
    pedal: bool = False
    """Whether its notes ring until the chord changes."""
    doubled: bool = False
    """Whether it is doubled an octave higher in the strongest sections."""
    cycles: tuple[int, int] = (0, 1)
    """Remainder and divisor: it plays in the returns of the form whose number has this remainder."""
    joined: bool = False
    """Whether it joined by an edit: nobody else takes its notes."""


@dataclass(frozen=True, slots=True)
class Groove:
    """Drum patterns by voice, for sections from the intensity `enter` on."""

    enter: float
    voices: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """The melodies of a style: rhythm cells of one bar, and phrases of such bars.

    In `phrases`: `A` the motif, `a` varied, `B` the second cell, `S` the motif a step on (sequence), `H` half
    cadence, `F` full cadence, `.` rest. `leap` is the widest step in scale degrees.
    """

    cells: tuple[str, ...]
    phrases: tuple[str, ...] = ("AaAH", "AaBF")
    leap: int = 3
    pentatonic: bool = False
    lift: int = 4
    """Semitones by which the chorus is above the verse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A style."""

    name: str
    bpm: tuple[float, float]
    """The tempo at energy 0 and 1."""
    mood: tuple[float, float]
    """Its own valence (-1..1) and energy (0..1)."""
    bright: tuple[str, ...] = ("major",)
    """Modes for a positive valence."""
    dark: tuple[str, ...] = ("minor",)
    """Modes for a negative valence."""
    color: str = "triad"
    """How high chords are stacked, see `theory.chord`."""
    major: tuple[str, ...]
    """Chord progressions in major modes, one token per bar, see `theory.chord`."""
    minor: tuple[str, ...]
    cadence: tuple[str, str] = ("5", "5")
    """The chord of the last bar before the end, in major and in minor."""
    layers: tuple[Layer, ...]
    grooves: tuple[Groove, ...] = ()
    fills: tuple[str, ...] = ()
    tune: Tune
    beats_per_bar: int = 4
    swing: float = 0.0
    """The share of a step by which every second one is late; 0.33 is a triplet feel."""
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
    """The room in which it sounds."""
