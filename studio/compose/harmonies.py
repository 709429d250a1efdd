"""Chords, strummed chords, pads and arpeggios, voiced with as little motion as possible."""

from __future__ import annotations

from studio.compose.lead_sheet import Bar, LeadSheet
from studio.compose.rhythm import Touch, hits, pattern_for, plays, strength_of
from studio.compose.style_schema import Layer, Play
from studio.compose.theory import Chord, fold, ladder, voice
from studio.domain import ScoreNote
from studio.instruments import INSTRUMENTS, Instrument

_STRINGS_MS_TO_BEATS = 1.0 / 60_000.0


class _Voicing:
    """Voices chords near the last one."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self._player: Instrument = INSTRUMENTS[layer.instruments[0]]
        self._before: tuple[int, ...] = ()
        self._chord: Chord | None = None

    def on(self, chord: Chord) -> tuple[int, ...]:
        """Return the voicing of a chord within the instrument's range."""
        if chord != self._chord:
            shape = voice(chord, self._before, self._layer.centre, self._layer.voices)
            self._before = tuple(sorted({fold(pitch, self._player.low, self._player.high) for pitch in shape}))
            self._chord = chord
        return self._before


def chords(sheet: LeadSheet, layer: Layer, name: str) -> list[ScoreNote]:
    """Play rhythmic chords; strummed ones are spread over the strings."""
    rng = sheet.rng(name)
    touch = Touch(sheet, layer, rng)
    patterns = rng.order(layer.patterns)
    voicing = _Voicing(layer)
    spread = layer.strum * sheet.fitted.bpm * _STRINGS_MS_TO_BEATS
    notes: list[ScoreNote] = []
    for bar in sheet.bars:
        if not plays(layer, bar):
            continue
        for hit in hits(pattern_for(patterns, bar), bar.position, sheet.beats_per_bar):
            shape = voicing.on(bar.chord_at(bar.start + hit.at))
            down = hit.symbol in "DXx"
            struck = shape if down or len(shape) < 4 else shape[-3:]
            ordered = struck if down else struck[::-1]
            for index, pitch in enumerate(ordered):
                late = index * spread
                length = max(0.1, hit.length * 0.93 - late)
                fade = 1.0 - 0.04 * index
                notes.append(touch.note(bar, hit.at + late, length, pitch, strength_of(hit.symbol) * fade))
    if notes and plays(layer, sheet.bars[-1]):
        notes += _last(sheet, layer, touch, voicing.on(sheet.final), spread)
    return notes


def pad(sheet: LeadSheet, layer: Layer, name: str) -> list[ScoreNote]:
    """Hold each chord; tones that stay are not struck again within a section."""
    touch = Touch(sheet, layer, sheet.rng(name))
    voicing = _Voicing(layer)
    notes: list[ScoreNote] = []
    held: dict[int, tuple[Bar, float, float]] = {}

    def release(pitches: list[int]) -> None:
        for pitch in pitches:
            bar, at, length = held.pop(pitch)
            notes.append(touch.note(bar, at, length, pitch, 0.8, accent=False))

    for bar in sheet.bars:
        playing = plays(layer, bar)
        if not playing or bar.position == 0:
            release(sorted(held))
        if not playing:
            continue
        for span in bar.spans:
            shape = voicing.on(span.chord)
            release([pitch for pitch in sorted(held) if pitch not in shape])
            for pitch in shape:
                start, at, length = held.get(pitch, (bar, span.start - bar.start, 0.0))
                held[pitch] = (start, at, length + span.length)
    release(sorted(held))
    if notes and plays(layer, sheet.bars[-1]):
        notes += _last(sheet, layer, touch, voicing.on(sheet.final), 0.0)
    return notes


def arp(sheet: LeadSheet, layer: Layer, name: str) -> list[ScoreNote]:
    """Play arpeggios; digit 0 of a pattern is the lowest chord tone near the layer's centre."""
    rng = sheet.rng(name)
    touch = Touch(sheet, layer, rng)
    patterns = rng.order(layer.patterns)
    player = INSTRUMENTS[layer.instruments[0]]
    notes: list[ScoreNote] = []
    for bar in sheet.bars:
        if not plays(layer, bar):
            continue
        for hit in hits(pattern_for(patterns, bar), bar.position, sheet.beats_per_bar):
            tones = _rungs(bar.chord_at(bar.start + hit.at), layer, player)
            pitch = fold(tones[min(int(hit.symbol), len(tones) - 1)], player.low, player.high)
            wave = 0.78 + 0.03 * int(hit.symbol)
            notes.append(touch.note(bar, hit.at, hit.length * 0.95, pitch, wave))
    if notes and plays(layer, sheet.bars[-1]):
        tones = _rungs(sheet.final, layer, player)[:4]
        shape = tuple(sorted({fold(pitch, player.low, player.high) for pitch in tones}))
        notes += _last(sheet, layer, touch, shape, 60.0 * sheet.fitted.bpm * _STRINGS_MS_TO_BEATS)
    return notes


def _rungs(chord: Chord, layer: Layer, player: Instrument) -> tuple[int, ...]:
    """Return the tones of an arpeggio, from the first at or above a fifth below its centre."""
    return ladder(chord.tones, max(player.low, layer.centre - 7), min(127, layer.centre + 40))


def _last(sheet: LeadSheet, layer: Layer, touch: Touch, shape: tuple[int, ...], spread: float) -> list[ScoreNote]:
    """Return the held final chord, broken from low to high if the style ends that way."""
    if sheet.style.final == "roll" and layer.play is not Play.PAD:
        spread = max(spread, 90.0 * sheet.fitted.bpm * _STRINGS_MS_TO_BEATS)
    bar, at = sheet.bars[-1], float(sheet.beats_per_bar)
    return [
        touch.note(bar, at + index * spread, max(0.5, sheet.ring - index * spread), pitch, 0.85)
        for index, pitch in enumerate(shape)
    ]
