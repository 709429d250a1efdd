"""A SoundFont's modulators, evaluated for the key and the velocity of one note.

Neither changes while a note sounds, so these modulators are plain numbers that are added to the generators. Those of
wheels, pedals and breath are left out: scores have none of these. Curves and rules follow the SoundFont 2.04
specification, sections 8.2, 8.4 and 9.5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log10

from studio.sound.generators import Generator

_VELOCITY, _KEY = 2, 3
_CONTROLLER = 0x80
_CONCAVE, _CONVEX, _SWITCH = 1, 2, 3


@dataclass(frozen=True, slots=True)
class NoteOn:
    """A key struck at a velocity, both as in MIDI (0..127)."""

    key: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Modulator:
    """`amount` times the values of `source` and `scale`, added to the generator `target`."""

    source: int
    target: int
    amount: int
    scale: int

    @property
    def identity(self) -> tuple[int, int, int]:
        """Modulators of the same identity replace each other."""
        return (self.source, self.target, self.scale)


DEFAULT_VELOCITY_CURVE = Modulator(source=0x0502, target=Generator.ATTENUATION, amount=960, scale=0)
"""The default that every instrument has: 40 dB for each factor of ten in velocity."""


def effective(*lists: Iterable[Modulator]) -> list[Modulator]:
    """Return the modulators of all lists; a later one replaces an earlier one of the same identity."""
    return list({modulator.identity: modulator for each in lists for modulator in each}.values())


def contribution(modulator: Modulator, note: NoteOn) -> float:
    """Return what the modulator adds to its target; 0 where its source is neither velocity nor key."""
    source, scale = _value(modulator.source, note), _value(modulator.scale, note) if modulator.scale else 1.0
    return 0.0 if source is None or scale is None else modulator.amount * source * scale


def _value(source: int, note: NoteOn) -> float | None:
    """Return the source's value, 0..1 or -1..1; None where it is neither velocity nor key."""
    raw = {_VELOCITY: note.velocity, _KEY: note.key}.get(source & 0x7F)
    if raw is None or source & _CONTROLLER:
        return None
    falling, bipolar, curve = bool(source & 0x100), bool(source & 0x200), source >> 10
    value = 127 - raw if falling else raw
    if not bipolar:
        return _curve(curve, value)
    if curve in {_CONCAVE, _CONVEX}:
        return _curve(curve, 2 * (value - 64)) if value >= 64 else -_curve(curve, 2 * (64 - value))
    return 2.0 * _curve(curve, value) - 1.0


def _curve(curve: int, value: int) -> float:
    if curve == _SWITCH:
        return float(value >= 64)
    if curve == _CONCAVE:
        return 1.0 - _convex(127 - value)
    if curve == _CONVEX:
        return _convex(value)
    return value / 127.0


def _convex(value: int) -> float:
    return 0.0 if value <= 0 else min(1.0, max(0.0, 1.0 + 40.0 / 96.0 * log10(value / 127.0)))
