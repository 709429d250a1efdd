"""Arranges a brief into a score: fits the form, writes the lead sheet and lets each layer play."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from studio.compose import bass, harmonies, melody, percussion
from studio.compose.form import START, fit, plan, sections
from studio.compose.instrumentation import cast, choose_layers, fitted
from studio.compose.lead_sheet import LeadSheet, write_lead_sheet
from studio.compose.seeded_random import SeededRandom
from studio.compose.style_schema import Layer, Play
from studio.compose.styles import DEFAULT_STYLE, STYLES
from studio.compose.theory import key_name
from studio.domain import Brief, Part, Role, Score, ScoreNote
from studio.instruments import INSTRUMENTS

_PLAYERS: dict[Play, Callable[[LeadSheet, Layer, str], list[ScoreNote]]] = {
    Play.DRUMS: percussion.drums,
    Play.BASS: bass.bass,
    Play.WALK: bass.walk,
    Play.CHORDS: harmonies.chords,
    Play.STRUM: harmonies.chords,
    Play.PAD: harmonies.pad,
    Play.ARP: harmonies.arp,
    Play.MELODY: melody.melody,
    Play.COUNTER: melody.counter,
    Play.RISER: percussion.riser,
    Play.IMPACT: percussion.impact,
}

_MOST_TURNS = 4
"""The most instruments that take turns in one layer."""
_EARLY = 0.12
"""A note that starts at most this many beats before a chord belongs to that chord."""


def compose(brief: Brief) -> Score:
    """Compose a brief. The same brief gives the same score everywhere; an unknown style falls back to pop."""
    style = STYLES.get(brief.style) or STYLES[DEFAULT_STYLE]
    fitted = fit(brief, style)
    passages = plan(brief, style, fitted.bars)
    sheet = write_lead_sheet(brief, style, fitted, passages)
    parts: list[Part] = []
    named: Counter[Role] = Counter()
    for layer in choose_layers(brief, style):
        # A player's random choices do not depend on who else plays.
        named[layer.role] += 1
        parts += _parts(sheet, layer, f"{layer.role}{named[layer.role]}")
    chords = [(span.start, span.chord.name) for bar in sheet.bars for span in bar.spans]
    return Score(
        brief=brief,
        seconds=brief.seconds,
        bpm=fitted.bpm,
        beats_per_bar=style.beats_per_bar,
        key=key_name(sheet.tonic, sheet.mode),
        sections=sections(passages, fitted, style.beats_per_bar),
        parts=tuple(parts),
        chords=tuple(_changes([*chords, (sheet.end, sheet.final.name)])),
        start=START,
        space=style.space,
    )


def _parts(sheet: LeadSheet, layer: Layer, name: str) -> list[Part]:
    """Return the parts of a layer: one, or one for each instrument that takes turns."""
    names = list(layer.instruments)
    first = SeededRandom(sheet.brief.seed, "player", name).pick(range(len(names)))
    names = names[first:] + names[:first]
    cycles = 1 + max(bar.passage.cycle for bar in sheet.bars)
    names = names[: min(cycles, _MOST_TURNS) if layer.turns else 1]
    parts: list[Part] = []
    for turn, first_choice in enumerate(names):
        instrument = first_choice if layer.joined else cast(first_choice, sheet.brief.recast)
        if not instrument:
            continue
        playing = replace(layer, instruments=(instrument,), cycles=(turn, len(names)))
        if instrument != first_choice:
            playing = fitted(playing, instrument)
        notes = _PLAYERS[layer.play](sheet, playing, name)
        if layer.pedal:
            notes = _with_pedal(sheet, notes)
        kept = _within(sheet, notes, instrument)
        if kept:
            parts.append(Part(layer.role, instrument, kept, layer.pan, layer.gain))
    return parts


def _within(sheet: LeadSheet, notes: list[ScoreNote], instrument: str) -> tuple[ScoreNote, ...]:
    """Sort notes, drop those out of the instrument's range and end the rest with the piece."""
    player = INSTRUMENTS[instrument]
    limit = sheet.end + sheet.ring
    kept = [
        ScoreNote(note.start, min(note.length, limit - note.start), note.pitch, note.velocity)
        for note in notes
        if note.start < limit and player.low <= note.pitch <= player.high
    ]
    return tuple(sorted(kept, key=lambda note: (note.start, note.pitch)))


def _changes(chords: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Drop chords that repeat the one before."""
    return [one for index, one in enumerate(chords) if not index or one[1] != chords[index - 1][1]]


def _with_pedal(sheet: LeadSheet, notes: list[ScoreNote]) -> list[ScoreNote]:
    """Let notes ring as with a piano's pedal, until the next chord or until the same string is struck again."""
    changes = sorted({span.start for bar in sheet.bars for span in bar.spans} | {sheet.end})
    again: dict[int, float] = {}
    held: list[ScoreNote] = []
    for note in sorted(notes, key=lambda one: one.start, reverse=True):
        following = bisect_right(changes, note.start + _EARLY)
        end = note.start + note.length
        if following < len(changes):
            end = max(end, min(changes[following], again.get(note.pitch, sheet.end)))
        again[note.pitch] = note.start
        held.append(replace(note, length=end - note.start))
    return held[::-1]
