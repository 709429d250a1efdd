"""A preset of a SoundFont, and what its zones make of one note (SoundFont 2.04, sections 7 and 9.4)."""

from __future__ import annotations

from dataclasses import dataclass

from studio.sound.generators import DEFAULTS, INSTRUMENT_ONLY, LIMITS, NOT_ADDED, Generator
from studio.sound.modulators import DEFAULT_VELOCITY_CURVE, Modulator, NoteOn, contribution, effective

_WHOLE_RANGE = 0x7F00
_EMU = 0.4
"""The EMU8000, for which most fonts were made, applies this share of an attenuation; players and fonts follow it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Where a sample is and how it is tuned; its loop counts frames from the sample's start."""

    #: Its number in the font.
    index: int
    loop_start: int
    #: The first frame after the loop.
    loop_end: int
    #: Frames per second.
    rate: int
    #: The MIDI key at which it sounds as recorded.
    key: int
    #: Cents that are added to the pitch.
    correction: int


@dataclass(frozen=True, slots=True)
class Region:
    """A sample with all generator values for one note: defaults, zones and modulators added up, within their limits."""

    key: int
    sample: Sample
    values: dict[int, float]

    def __getitem__(self, generator: Generator) -> float:
        return self.values.get(generator, DEFAULTS.get(generator, 0.0))


@dataclass(frozen=True, slots=True)
class Zone:
    """Generators and modulators for a range of keys and velocities, the global zone's included.

    `target` is the number of the instrument or the sample that it leads to.
    """

    target: int
    generators: dict[int, int]
    modulators: list[Modulator]
    keys: range
    velocities: range

    def includes(self, note: NoteOn) -> bool:
        """Return whether the note lies within the zone's ranges."""
        return note.key in self.keys and note.velocity in self.velocities


def zone(target: int, generators: dict[int, int], modulators: list[Modulator]) -> Zone:
    """Return a zone with the ranges that its generators give."""
    keys, velocities = (
        range(bounds & 0xFF, (bounds >> 8 & 0xFF) + 1)
        for bounds in (
            generators.get(Generator.KEY_RANGE, _WHOLE_RANGE),
            generators.get(Generator.VELOCITY_RANGE, _WHOLE_RANGE),
        )
    )
    return Zone(target, generators, modulators, keys, velocities)


class Preset:
    """The zones of a preset and of the instruments that it leads to."""

    def __init__(self, zones: list[Zone], instruments: dict[int, list[Zone]], samples: dict[int, Sample]) -> None:
        self._zones = zones
        self._instruments = instruments
        self._samples = samples

    def regions(self, note: NoteOn) -> list[Region]:
        """Return the regions that sound together for a note, in the order of the file."""
        return [
            _region(outer, inner, self._samples[inner.target], note)
            for outer in self._zones
            if outer.includes(note)
            for inner in self._instruments[outer.target]
            if inner.includes(note)
        ]


def _region(outer: Zone, inner: Zone, sample: Sample, note: NoteOn) -> Region:
    """Return the region of a note, or of the key and the velocity that the instrument has in its place."""
    key = inner.generators.get(Generator.FIXED_KEY, note.key)
    velocity = inner.generators.get(Generator.FIXED_VELOCITY, note.velocity)
    return Region(key, sample, _values(outer, inner, NoteOn(key, velocity)))


def _values(outer: Zone, inner: Zone, note: NoteOn) -> dict[int, float]:
    """Return the instrument's generators, plus the preset's, plus all modulators.

    Loudness by velocity is the sequencer's: attenuation is what the font wants beyond the default velocity curve.
    """
    values: dict[int, float] = {g: amount for g, amount in inner.generators.items() if g not in NOT_ADDED}
    for generator, amount in outer.generators.items():
        if generator not in NOT_ADDED | INSTRUMENT_ONLY:
            values[generator] = values.get(generator, DEFAULTS.get(generator, 0.0)) + amount
    attenuation = values.get(Generator.ATTENUATION, 0.0) * _EMU
    values[Generator.ATTENUATION] = attenuation - contribution(DEFAULT_VELOCITY_CURVE, note)
    for modulator in (*effective([DEFAULT_VELOCITY_CURVE], inner.modulators), *outer.modulators):
        if change := contribution(modulator, note):
            values[modulator.target] = values.get(modulator.target, DEFAULTS.get(modulator.target, 0.0)) + change
    return {generator: _within(generator, value) for generator, value in values.items()}


def _within(generator: int, value: float) -> float:
    low, high = LIMITS.get(generator, (-32_768.0, 32_767.0))
    return float(min(high, max(low, value)))
