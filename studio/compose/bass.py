"""The bass: figures under the chords, and walking bass."""

from __future__ import annotations

from studio.compose.lead_sheet import Bar, LeadSheet
from studio.compose.rhythm import Touch, hits, pattern_for, plays
from studio.compose.style_schema import Layer
from studio.compose.theory import Chord, fold, ladder, nearest
from studio.domain import ScoreNote
from studio.instruments import INSTRUMENTS


def _root(chord: Chord, layer: Layer) -> int:
    """Return the bass note nearest to the layer's centre."""
    return nearest(ladder((chord.bass,), layer.centre - 7, layer.centre + 6), layer.centre)


def _tone(chord: Chord, root: int, symbol: str) -> int:
    """Return the pitch of a figure's symbol over a chord."""
    if symbol == "8":
        return root + 12
    if symbol in "357":
        index = {"3": 1, "5": 2, "7": 3}[symbol]
        tones = chord.tones
        # A power chord has root and fifth only; a triad's seventh is its fifth.
        wanted = tones[min(index, len(tones) - 1)] if not (symbol == "5" and len(tones) == 2) else tones[1]
        return root + (wanted - root) % 12
    return root


def _approach(target: int, scale: tuple[int, ...], current: int) -> int:
    """Return the scale tone next to the coming root, approached from the current pitch."""
    step = -1 if current < target else 1
    for distance in (1, 2):
        if (target + step * distance) % 12 in scale:
            return target + step * distance
    return target + step


def bass(sheet: LeadSheet, layer: Layer, name: str) -> list[ScoreNote]:
    """Play one of the layer's figures under each bar's chords; symbols are those of `Play.BASS`."""
    rng = sheet.rng(name)
    touch = Touch(sheet, layer, rng)
    patterns = rng.order(layer.patterns)
    player = INSTRUMENTS[layer.instruments[0]]
    notes: list[ScoreNote] = []
    for bar in sheet.bars:
        if not plays(layer, bar):
            continue
        for hit in hits(pattern_for(patterns, bar), bar.position, sheet.beats_per_bar):
            chord = bar.chord_at(bar.start + hit.at)
            root = _root(chord, layer)
            if hit.symbol == "a":
                target = _root(sheet.chord_after(bar), layer)
                pitch = _approach(target, chord.scale, root)
            else:
                pitch = _tone(chord, root, hit.symbol)
            strength = 0.95 if hit.symbol == "r" else 0.82
            notes.append(touch.note(bar, hit.at, hit.length * 0.94, fold(pitch, player.low, player.high), strength))
    if notes and plays(layer, sheet.bars[-1]):
        notes.append(_last(sheet, layer, touch))
    return notes


def walk(sheet: LeadSheet, layer: Layer, name: str) -> list[ScoreNote]:
    """Walk in beats: root, chord tones and scale steps, then an approach to the next root."""
    rng = sheet.rng(name)
    touch = Touch(sheet, layer, rng)
    player = INSTRUMENTS[layer.instruments[0]]
    notes: list[ScoreNote] = []
    current = layer.centre
    for bar in sheet.bars:
        if not plays(layer, bar):
            continue
        two_feel = bar.passage.intensity < 0.5
        for beat in range(0, sheet.beats_per_bar, 2 if two_feel else 1):
            pitch = _step(sheet, bar, beat, current, layer, up=rng.chance(0.55))
            current = fold(pitch, player.low, player.high)
            length = 1.8 if two_feel else 0.92
            notes.append(touch.note(bar, float(beat), length, current, 0.9 if beat % 2 == 0 else 0.82))
        if not two_feel and rng.chance(0.18):
            notes.append(touch.note(bar, sheet.beats_per_bar - 0.5, 0.3, current, 0.5))
    if notes and plays(layer, sheet.bars[-1]):
        notes.append(_last(sheet, layer, touch))
    return notes


def _step(sheet: LeadSheet, bar: Bar, beat: int, current: int, layer: Layer, *, up: bool) -> int:
    """Choose the next tone of a walking line."""
    chord = bar.chord_at(bar.start + beat)
    starts = any(span.start == bar.start + beat for span in bar.spans)
    if starts:
        return _root(chord, layer)
    if beat == sheet.beats_per_bar - 1:
        return _approach(_root(sheet.chord_after(bar), layer), chord.scale, current)
    tones = ladder(chord.tones if beat % 2 == 0 else chord.scale, layer.centre - 10, layer.centre + 14)
    further = [tone for tone in tones if (tone > current) == up and tone != current]
    if not further:
        return nearest(tones, layer.centre)
    return min(further) if up else max(further)


def _last(sheet: LeadSheet, layer: Layer, touch: Touch) -> ScoreNote:
    """Return the held last root."""
    player = INSTRUMENTS[layer.instruments[0]]
    pitch = fold(_root(sheet.final, layer), player.low, player.high)
    return touch.note(sheet.bars[-1], float(sheet.beats_per_bar), sheet.ring, pitch, 0.9)
