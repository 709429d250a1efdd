"""Drums and percussion: grooves with variations, fills at the ends of sections, crashes, the last hit."""

from __future__ import annotations

from functools import cache

from studio.compose.dice import Dice
from studio.compose.pack import Groove, Layer
from studio.compose.rhythm import Hit, Touch, hits, pattern_for, plays, strength_of
from studio.compose.stage import Bar, Stage
from studio.model import Note, Role

VOICES: dict[str, int] = {
    "kick": 36, "snare": 38, "rim": 37, "clap": 39, "hat": 42, "pedal": 44, "open": 46, "crash": 49, "ride": 51,
    "bell": 53, "splash": 55, "china": 52, "low": 41, "floor": 43, "mid": 45, "mid2": 47, "high": 48, "top": 50,
    "tamb": 54, "cowbell": 56, "bongo": 60, "bongo2": 61, "mute": 62, "conga": 63, "conga2": 64, "timbale": 65,
    "agogo": 67, "cabasa": 69, "shaker": 70, "clave": 75, "block": 76, "block2": 77, "triangle": 81, "snap": 27,
    "sticks": 31,
}  # fmt: skip
"""The voices that patterns name, as General MIDI drum keys."""

_PLAIN = (
    Groove(0.0, {"kick": "X.......", "hat": "o.o.o.o."}),
    Groove(0.5, {"kick": "X...x...", "snare": "..x...x.", "hat": "x.o.x.o."}),
)
"""For styles that have no drums of their own, where somebody wishes for them."""
_KEPT_IN_FILLS = frozenset({"kick", "shaker", "tamb"})


def drums(stage: Stage, layer: Layer, name: str) -> list[Note]:
    """Play the style's grooves, or a percussion layer's own patterns (`voice=pattern` words)."""
    dice = stage.dice(name)
    touch = Touch(stage, layer, dice)
    if layer.role is Role.PERCUSSION:
        return _percussion(stage, layer, touch, dice)
    fills = dice.order(stage.style.fills)
    notes: list[Note] = []
    before: Bar | None = None
    for bar in stage.bars:
        if not plays(layer, bar):
            before = None
            continue
        notes += _groove_bar(stage, bar, touch, dice, fills)
        if stage.style.crash and bar.position == 0 and (bar.passage.kind in "bc" or (before and bar.passage.cycle)):
            notes.append(touch.note(bar, 0.0, 2.0, VOICES["crash"], 0.8))
        before = bar
    if before is not None and stage.style.final == "hit":
        last = stage.bars[-1]
        ring = float(stage.beats_per_bar)
        notes.append(touch.note(last, ring, 1.0, VOICES["kick"], 0.95))
        notes.append(touch.note(last, ring, 2.0, VOICES["crash"], 0.85))
    return notes


def _groove_bar(stage: Stage, bar: Bar, touch: Touch, dice: Dice, fills: list[str]) -> list[Note]:
    groove = _groove(stage.style.grooves, bar.passage.intensity)
    filled = bool(fills) and bar.last and bar.passage.bars >= 2 and groove.enter > 0.0
    fill = _voices(fills[bar.passage.start_bar % len(fills)]) if filled else ()
    cut = min((hit.at for _, text in fill for hit in hits(text, 0, stage.beats_per_bar)), default=99.0)
    notes: list[Note] = []
    for voice, text in groove.voices.items():
        strokes = hits(text, bar.position, stage.beats_per_bar)
        notes += _strokes(touch, bar, voice, tuple(hit for hit in strokes if hit.at < cut or voice in _KEPT_IN_FILLS))
    for voice, text in fill:
        notes += _strokes(touch, bar, voice, hits(text, 0, stage.beats_per_bar))
    if not filled and bar.position % 4 == 3 and stage.beats_per_bar == 4:
        notes += _variation(bar, touch, dice, groove)
    return notes


def _variation(bar: Bar, touch: Touch, dice: Dice, groove: Groove) -> list[Note]:
    """Every fourth bar says something of its own."""
    if "hat" in groove.voices and dice.chance(0.5):
        return [touch.note(bar, 3.5, 0.5, VOICES["open"], 0.6)]
    if "snare" in groove.voices and dice.chance(0.6):
        return [touch.note(bar, 3.75, 0.25, VOICES["snare"], 0.4), touch.note(bar, 2.25, 0.25, VOICES["snare"], 0.3)]
    if "kick" in groove.voices:
        return [touch.note(bar, 3.5, 0.5, VOICES["kick"], 0.7)]
    return []


def _groove(grooves: tuple[Groove, ...], intensity: float) -> Groove:
    """Return the strongest groove that the section is intense enough for; grooves rise."""
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


def _percussion(stage: Stage, layer: Layer, touch: Touch, dice: Dice) -> list[Note]:
    patterns = dice.order(layer.patterns)
    notes: list[Note] = []
    for bar in stage.bars:
        if not plays(layer, bar):
            continue
        for voice, text in _voices(pattern_for(patterns, bar)):
            notes += _strokes(touch, bar, voice, hits(text, bar.position, stage.beats_per_bar))
    return notes


def _strokes(touch: Touch, bar: Bar, voice: str, strokes: tuple[Hit, ...]) -> list[Note]:
    return [touch.note(bar, hit.at, hit.length, VOICES[voice], strength_of(hit.symbol)) for hit in strokes]
