"""The studio's words: what is wished, what is composed, what is filmed. Frozen, plain, and saved as JSON where kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

SAMPLE_RATE = 48_000
"""Frames per second of every sound in the studio; arrays of sound are `(frames, 2) float32`."""

FPS = 30
"""Pictures per second of every film that the studio draws itself."""


class Shape(StrEnum):
    """The picture's format."""

    LANDSCAPE = "1920x1080"
    PORTRAIT = "1080x1920"
    SQUARE = "1080x1080"


class TitlePlace(StrEnum):
    """When a title is seen."""

    START = "start"
    END = "end"
    WHOLE = "whole"
    AT = "at"
    """From a point in time that was said."""


class Role(StrEnum):
    """What a part does in the music; it decides the part's place in the mix."""

    DRUMS = "drums"
    PERCUSSION = "percussion"
    BASS = "bass"
    CHORDS = "chords"
    PAD = "pad"
    ARP = "arp"
    MELODY = "melody"
    COUNTER = "counter"
    EFFECT = "effect"


class Space(StrEnum):
    """The room that the music sounds in, from the smallest to the widest."""

    DRY = "dry"
    STUDIO = "studio"
    PLATE = "plate"
    HALL = "hall"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What to compose, understood from a wish.

    `seconds` 5..600. `bpm` None: the style's own. `tonic` 0..11 (C = 0), None: chosen by the seed. `mode` such as
    "major", "minor", "dorian". `valence` -1 (sad) .. 1 (glad), `energy` 0..1. `without` are roles left out.
    `instruments` are names wished for, `solo`: nothing else plays; `excluded` are names not wanted. `fade_in` and
    `fade_out` in seconds, 0: as the piece begins and ends by itself.
    """

    style: str
    seconds: float
    seed: int
    bpm: float | None = None
    tonic: int | None = None
    mode: str | None = None
    valence: float = 0.0
    energy: float = 0.5
    without: frozenset[Role] = frozenset()
    title: str | None = None
    shape: Shape = Shape.LANDSCAPE
    instruments: tuple[str, ...] = ()
    solo: bool = False
    excluded: tuple[str, ...] = ()
    fade_in: float = 0.0
    fade_out: float = 0.0


@dataclass(frozen=True, slots=True)
class Note:
    """`start` and `length` in beats, `pitch` a MIDI number (General MIDI drum key for drums), `velocity` 0..1."""

    start: float
    length: float
    pitch: int
    velocity: float


@dataclass(frozen=True, slots=True)
class Part:
    """One player. `instrument` is a name in `studio.instruments.INSTRUMENTS`; `pan` -1..1, `gain` in dB."""

    role: Role
    instrument: str
    notes: tuple[Note, ...]
    pan: float = 0.0
    gain: float = 0.0


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form: `name` such as "intro", "a", "build", "b", "break", "outro"; `energy` 0..1."""

    name: str
    start_bar: int
    bars: int
    energy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A composed piece: `bpm` is exact, bent so that whole bars and a ringing end fill `seconds` exactly.

    `start` is the time in seconds of beat 0. `chords` holds (beat, name) for people ("Am7"). `space` is the room that
    it sounds in.
    """

    brief: Brief
    seconds: float
    bpm: float
    beats_per_bar: int
    key: str
    sections: tuple[Section, ...]
    parts: tuple[Part, ...]
    chords: tuple[tuple[float, str], ...]
    start: float = 0.0
    space: Space = Space.PLATE

    def at(self, beat: float) -> float:
        """Return the time in seconds of a beat."""
        return self.start + beat * 60.0 / self.bpm


@dataclass(frozen=True, slots=True)
class Loudness:
    """Measured on the finished sound: integrated LUFS (ITU-R BS.1770-4), true peak in dBTP, length in seconds."""

    lufs: float
    true_peak: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioLayer:
    """A sound on the film's timeline, read from `path`. `start` and `seconds` place it; `volume` 0..1 linear.

    `under`: ducks beneath the layers that are not (music under a person's own sound).
    """

    path: Path
    start: float
    seconds: float
    volume: float = 1.0
    under: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleCard:
    """A title on the picture, from `start` for `seconds`."""

    text: str
    start: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the drawn picture moves to: tempo, bars, form and the colours of the style and seed."""

    style: str
    seed: int
    bpm: float
    beats_per_bar: int
    first_beat: float
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmSpec:
    """Everything a render needs. Without `video` the picture is drawn from `look` (and `cover`).

    `video` is a person's file whose picture is kept; its own sound is heard at `video_volume`. `tags` go into the
    file's metadata (title, comment, copyright …).
    """

    seconds: float
    shape: Shape
    look: Look
    layers: tuple[AudioLayer, ...]
    titles: tuple[TitleCard, ...] = ()
    video: Path | None = None
    video_volume: float = 1.0
    cover: Path | None = None
    tags: dict[str, str] = field(default_factory=dict)
