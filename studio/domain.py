"""The studio's shared values: briefs, scores and films. They are frozen and plain, and saved as JSON where kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

SAMPLE_RATE = 48_000
"""Frames per second of every sound in the studio; arrays of sound have the shape `(frames, 2)`, float32."""

FPS = 30
"""Pictures per second of every film that the studio draws itself."""


class Shape(StrEnum):
    """The picture's format."""

    LANDSCAPE = "1920x1080"
    PORTRAIT = "1080x1920"
    SQUARE = "1080x1080"


class TitlePlace(StrEnum):
    """When a title is shown."""

    START = "start"
    END = "end"
    WHOLE = "whole"
    AT = "at"
    """From a given point in time."""


class Role(StrEnum):
    """The function of a part in the music, which decides its channel strip in the mix."""

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
    """The room in which the music sounds, from the smallest to the widest."""

    DRY = "dry"
    STUDIO = "studio"
    PLATE = "plate"
    HALL = "hall"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What to compose, parsed from a wish."""

    style: str
    seconds: float
    """5..600."""
    seed: int
    bpm: float | None = None
    """None: the style's own tempo."""
    tonic: int | None = None
    """0..11 with C = 0; None: chosen by the seed."""
    mode: str | None = None
    """Such as "major", "minor", "dorian"; None: chosen by the valence and the seed."""
    valence: float = 0.0
    """-1 (sad) .. 1 (happy)."""
    energy: float = 0.5
    """0..1."""
    without: frozenset[Role] = frozenset()
    """Roles that are left out."""
    title: str | None = None
    shape: Shape = Shape.LANDSCAPE
    instruments: tuple[str, ...] = ()
    """Names of instruments that were asked for."""
    solo: bool = False
    """Whether nothing but `instruments` plays."""
    excluded: tuple[str, ...] = ()
    """Names of instruments that must not play."""
    recast: tuple[tuple[str, str], ...] = ()
    """Pairs of an instrument that plays and the one that plays its notes instead ("" for nobody), in order.

    An instrument that joins stands behind a ""."""
    fade_in: float = 0.0
    """Seconds; 0: the piece begins without a fade of its own."""
    fade_out: float = 0.0
    """Seconds; 0: the piece ends without a fade of its own."""


@dataclass(frozen=True, slots=True)
class ScoreNote:
    """One note of a part."""

    start: float
    """Beats from beat 0."""
    length: float
    """Beats."""
    pitch: int
    """MIDI number; for drums the General MIDI drum key."""
    velocity: float
    """0..1."""


@dataclass(frozen=True, slots=True)
class Part:
    """One player of a score."""

    role: Role
    instrument: str
    """A name in `studio.instruments.INSTRUMENTS`."""
    notes: tuple[ScoreNote, ...]
    pan: float = 0.0
    """-1 (left) .. 1 (right)."""
    gain: float = 0.0
    """dB relative to the role's level."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the form."""

    name: str
    """Such as "intro", "a", "build", "b", "break", "outro"."""
    start_bar: int
    bars: int
    energy: float
    """0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A composed piece."""

    brief: Brief
    seconds: float
    bpm: float
    """The exact tempo, adjusted so that whole bars and a ringing end fill `seconds` exactly."""
    beats_per_bar: int
    key: str
    """Such as "A minor"."""
    sections: tuple[Section, ...]
    parts: tuple[Part, ...]
    chords: tuple[tuple[float, str], ...]
    """Pairs of a beat and a chord's name, such as "Am7"."""
    start: float = 0.0
    """The time of beat 0 in seconds."""
    space: Space = Space.PLATE

    def at(self, beat: float) -> float:
        """Return the time in seconds of a beat."""
        return self.start + beat * 60.0 / self.bpm


@dataclass(frozen=True, slots=True)
class Loudness:
    """Measurements of a finished sound."""

    lufs: float
    """Integrated loudness (ITU-R BS.1770-4)."""
    true_peak: float
    """dBTP."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioLayer:
    """A sound on a film's timeline."""

    path: Path
    start: float
    seconds: float
    volume: float = 1.0
    """Linear, 0..1."""
    under: bool = False
    """Whether it ducks beneath the other layers, as music does under a person's own sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleCard:
    """A title shown from `start` for `seconds`."""

    text: str
    start: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a drawn picture depends on: tempo, bars and form for its motion, style and seed for its colours."""

    style: str
    seed: int
    bpm: float
    beats_per_bar: int
    first_beat: float
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmSpec:
    """Everything that a render needs."""

    seconds: float
    shape: Shape
    look: Look
    """From which the picture is drawn where there is no `video`."""
    layers: tuple[AudioLayer, ...]
    titles: tuple[TitleCard, ...] = ()
    video: Path | None = None
    """A person's video, whose picture is kept."""
    video_volume: float = 1.0
    """The volume of the video's own sound, linear."""
    cover: Path | None = None
    """A person's picture, shown where there is no `video`."""
    level: float | None = None
    """The loudness of the whole in LUFS; None: its sounds as they are."""
    tags: dict[str, str] = field(default_factory=dict)
    """Metadata of the file: title, comment, copyright …"""
