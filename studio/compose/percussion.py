"""Drums, percussion and effects: grooves with variations, fills, crashes; risers and impacts between sections."""

from __future__ import annotations

from functools import cache

from studio.compose.lead_sheet import Bar, LeadSheet
from studio.compose.rhythm import Hit, Touch, hits, pattern_for, plays, strength_of
from studio.compose.seeded_random import SeededRandom
from studio.compose.style_schema import Groove, Layer
from studio.domain import Role, ScoreNote

VOICES: dict[str, int] = {
    "kick": 36, "snare": 38, "rim": 37, "clap": 39, "hat": 42, "pedal": 44, "open": 46, "crash": 49, "ride": 51,
    "bell": 53, "splash": 55, "china": 52, "low": 41, "floor": 43, "mid": 45, "mid2": 47, "high": 48, "top": 50,
    "tamb": 54, "cowbell": 56, "bongo": 60, "bongo2": 61, "mute": 62, "conga": 63, "conga2": 64, "timbale": 65,
    "agogo": 67, "cabasa": 69, "shaker": 70, "clave": 75, "block": 76, "block2": 77, "triangle": 81, "snap": 27,
    "sticks": 31,
}  # fmt: skip
"""The drum voices of patterns as General MIDI drum keys."""

_PLAIN = (
    Groove(0.0, {"kick": "X.......", "hat": "o.o.o.o."}),
    Groove(0.5, {"kick": "X...x...", "snare": "..x...x.", "hat": "x.o.x.o."}),
)
"""The grooves of styles without drums, for when they are asked for."""
_KEPT_IN_FILLS = frozenset({"kick", "shaker", "tamb"})


def drums(sheet: LeadSheet, layer: Layer, name: str) -> list[ScoreNote]:
    """Play the style's grooves, or a percussion layer's own patterns (`voice=pattern` words)."""
    rng = sheet.rng(name)
    touch = Touch(sheet, layer, rng)
    if layer.role is Role.PERCUSSION:
        return _percussion(sheet, layer, touch, rng)
    fills = rng.order(sheet.style.fills)
    notes: list[ScoreNote] = []
    before: Bar | None = None
    for bar in sheet.bars:
        if not plays(layer, bar):
            before = None
            continue
        notes += _groove_bar(sheet, bar, touch, rng, fills)
        if sheet.style.crash and bar.position == 0 and (bar.passage.kind in "bc" or (before and bar.passage.cycle)):
            notes.append(touch.note(bar, 0.0, 2.0, VOICES["crash"], 0.8))
        before = bar
    if before is not None and sheet.style.final == "hit":
        last = sheet.bars[-1]
        ring = float(sheet.beats_per_bar)
        notes.append(touch.note(last, ring, 1.0, VOICES["kick"], 0.95))
        notes.append(touch.note(last, ring, 2.0, VOICES["crash"], 0.85))
    return notes


def _groove_bar(sheet: LeadSheet, bar: Bar, touch: Touch, rng: SeededRandom, fills: list[str]) -> list[ScoreNote]:
    groove = _groove(sheet.style.grooves, bar.passage.intensity)
    filled = bool(fills) and bar.last and bar.passage.bars >= 2 and groove.enter > 0.0
    fill = _voices(fills[bar.passage.start_bar % len(fills)]) if filled else ()
    cut = min((hit.at for _, text in fill for hit in hits(text, 0, sheet.beats_per_bar)), default=99.0)
    notes: list[ScoreNote] = []
    for voice, text in groove.voices.items():
        strokes = hits(text, bar.position, sheet.beats_per_bar)
        notes += _strokes(touch, bar, voice, tuple(hit for hit in strokes if hit.at < cut or voice in _KEPT_IN_FILLS))
    for voice, text in fill:
        notes += _strokes(touch, bar, voice, hits(text, 0, sheet.beats_per_bar))
    if not filled and bar.position % 4 == 3 and sheet.beats_per_bar == 4:
        notes += _variation(bar, touch, rng, groove)
    return notes


def _variation(bar: Bar, touch: Touch, rng: SeededRandom, groove: Groove) -> list[ScoreNote]:
    """Return extra strokes that vary every fourth bar."""
    if "hat" in groove.voices and rng.chance(0.5):
        return [touch.note(bar, 3.5, 0.5, VOICES["open"], 0.6)]
    if "snare" in groove.voices and rng.chance(0.6):
        return [touch.note(bar, 3.75, 0.25, VOICES["snare"], 0.4), touch.note(bar, 2.25, 0.25, VOICES["snare"], 0.3)]
    if "kick" in groove.voices:
        return [touch.note(bar, 3.5, 0.5, VOICES["kick"], 0.7)]
    return []


def _groove(grooves: tuple[Groove, ...], intensity: float) -> Groove:
    """Return the strongest groove whose intensity the section reaches; grooves are sorted by intensity."""
    offered = grooves or _PLAIN
    fitting = [groove for groove in offered if groove.enter <= intensity]
    return fitting[-1] if fitting else offered[0]


@cache
def _voices(text: str) -> tuple[tuple[str, str], ...]:
    """Read "snare=....xxxx low=......xx"."""
    pairs: list[tuple[str, str]] = []
    for word in text.split():
        voice, _, pattern = word.partition("=")
        pairs.append((voice, pattern))
    return tuple(pairs)


def _percussion(sheet: LeadSheet, layer: Layer, touch: Touch, rng: SeededRandom) -> list[ScoreNote]:
    patterns = rng.order(layer.patterns)
    notes: list[ScoreNote] = []
    for bar in sheet.bars:
        if not plays(layer, bar):
            continue
        for voice, text in _voices(pattern_for(patterns, bar)):
            notes += _strokes(touch, bar, voice, hits(text, bar.position, sheet.beats_per_bar))
    return notes


def _strokes(touch: Touch, bar: Bar, voice: str, strokes: tuple[Hit, ...]) -> list[ScoreNote]:
    return [touch.note(bar, hit.at, hit.length, VOICES[voice], strength_of(hit.symbol)) for hit in strokes]


_JUMP = 0.12
"""The growth in intensity from which a section gets a riser."""


def _grows(sheet: LeadSheet, bar: Bar) -> bool:
    """Return whether a section that starts at `bar` is a step up."""
    if bar.position or not bar.index:
        return False
    return bar.passage.intensity - sheet.bars[bar.index - 1].passage.intensity >= _JUMP


def riser(sheet: LeadSheet, layer: Layer, name: str) -> list[ScoreNote]:
    """Play risers through the last bars before a stronger section."""
    touch = Touch(sheet, layer, sheet.rng(name))
    notes: list[ScoreNote] = []
    for bar in sheet.bars:
        if not _grows(sheet, bar) or bar.passage.kind not in layer.where:
            continue
        before = sheet.bars[bar.index - 1]
        count = min(before.passage.bars, 4 if before.passage.kind in "uk" else 2)
        first = sheet.bars[bar.index - count]
        length = float(count * sheet.beats_per_bar)
        notes.append(touch.note(first, 0.0, length, layer.centre, 0.5 + 0.4 * bar.passage.intensity))
    return notes


def impact(sheet: LeadSheet, layer: Layer, name: str) -> list[ScoreNote]:
    """Play impacts where a stronger section begins, and with the final chord."""
    touch = Touch(sheet, layer, sheet.rng(name))
    pitch = 36 + sheet.tonic if layer.centre < 60 else layer.centre
    notes = [
        touch.note(bar, 0.0, float(sheet.beats_per_bar), pitch, 0.9)
        for bar in sheet.bars
        if _grows(sheet, bar) and bar.passage.kind in layer.where
    ]
    last = sheet.bars[-1]
    if last.passage.kind in layer.where:
        notes.append(touch.note(last, float(sheet.beats_per_bar), sheet.ring, pitch, 0.95))
    return notes
