"""Patterns, and the touch of a player: how loud and how exactly in time a note is struck."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from studio.compose.lead_sheet import Bar, LeadSheet
from studio.compose.seeded_random import SeededRandom
from studio.compose.style_schema import Layer
from studio.domain import ScoreNote

_TICKS = 960
"""Fractions of a beat to which times are rounded, so that they are equal on every platform."""

_STRENGTH = {"X": 1.0, "x": 0.82, "o": 0.62, "-": 0.42, "D": 0.95, "U": 0.7}
_PATTERN_OF_KIND = {"i": 0, "a": 0, "u": 0, "b": 1, "c": 2, "k": 0, "o": 0}


@dataclass(frozen=True, slots=True)
class Hit:
    """A stroke of a pattern: `at` and `length` in beats from the bar's start."""

    at: float
    length: float
    symbol: str


@cache
def hits(pattern: str, turn: int, beats_per_bar: int) -> tuple[Hit, ...]:
    """Return the strokes of the `turn`-th bar of a pattern; `_` prolongs the stroke before."""
    bars = pattern.split("|")
    text = bars[turn % len(bars)]
    step = beats_per_bar / len(text)
    found: list[Hit] = []
    for index, symbol in enumerate(text):
        if symbol == "_" and found:
            found[-1] = Hit(found[-1].at, (index + 1) * step - found[-1].at, found[-1].symbol)
        elif symbol not in "._":
            found.append(Hit(index * step, step, symbol))
    return tuple(found)


def pattern_for(patterns: list[str], bar: Bar) -> str:
    """Return a layer's pattern for a bar; verses, choruses, bridges and returns of the form differ."""
    return patterns[(_PATTERN_OF_KIND[bar.passage.kind] + bar.passage.cycle) % len(patterns)]


def plays(layer: Layer, bar: Bar) -> bool:
    """Return whether a layer plays in a bar."""
    rest, turns = layer.cycles
    passage = bar.passage
    return passage.kind in layer.where and passage.intensity >= layer.enter and passage.cycle % turns == rest


def tick(beat: float) -> float:
    """Round a time in beats."""
    return round(max(0.0, beat) * _TICKS) / _TICKS


class Touch:
    """One player's touch: accents, slight unevenness and swing."""

    def __init__(self, sheet: LeadSheet, layer: Layer, rng: SeededRandom) -> None:
        self._style = sheet.style
        self._layer = layer
        self._rng = rng
        self._stray = layer.human * sheet.fitted.bpm / 60_000.0
        self._warmth = 0.94 + 0.12 * sheet.brief.energy

    def note(
        self, bar: Bar, at: float, length: float, pitch: int, strength: float, *, accent: bool = True
    ) -> ScoreNote:
        """Return a note `at` beats into a bar; `strength` is 0..1 before accents."""
        beat = bar.start + at
        velocity = strength * self._layer.level * (0.64 + 0.4 * bar.passage.intensity) * self._warmth
        if accent:
            velocity *= 1.0 if at % self._style.beats_per_bar == 0 else 0.96 if at % 1.0 == 0 else 0.9
        velocity *= 1.0 + self._rng.spread(0.07)
        start = self.swung(beat)
        end = self.swung(beat + length)
        return ScoreNote(
            tick(start + self._rng.spread(self._stray)),
            max(1 / 16, tick(end - start)),
            pitch,
            round(min(1.0, max(0.06, velocity)), 3),
        )

    def swung(self, beat: float) -> float:
        """Return a beat with the style's swing: the second of two steps comes late."""
        step, share = self._style.swing_step, self._style.swing
        if not share:
            return beat
        pair = 2.0 * step
        base = float(int(beat / pair)) * pair
        inside = beat - base
        if inside < step:
            return base + inside * (1.0 + share)
        return base + step * (1.0 + share) + (inside - step) * (1.0 - share)


def strength_of(symbol: str) -> float:
    """Return how strong a pattern's stroke is, 0..1; figures and digits count as normal strokes."""
    return _STRENGTH.get(symbol, 0.8)
