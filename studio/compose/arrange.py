"""From a brief to a score: the form is fitted, the stage set, and every player plays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from studio.compose import drums, effects, harmonies, low, melody
from studio.compose.cast import cast
from studio.compose.dice import Dice
from studio.compose.form import START, fit, plan, sections
from studio.compose.pack import Layer, Play
from studio.compose.pedal import pedalled
from studio.compose.stage import Stage, set_stage
from studio.compose.styles import DEFAULT_STYLE, STYLES
from studio.compose.theory import key_name
from studio.instruments import INSTRUMENTS
from studio.model import Brief, Note, Part, Role, Score

_PLAYERS: dict[Play, Callable[[Stage, Layer, str], list[Note]]] = {
    Play.DRUMS: drums.drums,
    Play.BASS: low.bass,
    Play.WALK: low.walk,
    Play.CHORDS: harmonies.chords,
    Play.STRUM: harmonies.chords,
    Play.PAD: harmonies.pad,
    Play.ARP: harmonies.arp,
    Play.MELODY: melody.melody,
    Play.COUNTER: melody.counter,
    Play.RISER: effects.riser,
    Play.IMPACT: effects.impact,
}


_MOST_TURNS = 4
"""Players who take turns in one piece."""


def compose(brief: Brief) -> Score:
    """Compose a brief: the same brief gives the same score everywhere. An unknown style falls back to pop."""
    style = STYLES.get(brief.style) or STYLES[DEFAULT_STYLE]
    fitted = fit(brief, style)
    passages = plan(brief, style, fitted.bars)
    stage = set_stage(brief, style, fitted, passages)
    parts: list[Part] = []
    named: Counter[Role] = Counter()
    for layer in cast(brief, style):
        # A player's stream of choices does not hang on who else plays.
        named[layer.role] += 1
        parts += _parts(stage, layer, f"{layer.role}{named[layer.role]}")
    chords = [(span.start, span.chord.name) for bar in stage.bars for span in bar.spans]
    return Score(
        brief=brief,
        seconds=brief.seconds,
        bpm=fitted.bpm,
        beats_per_bar=style.beats_per_bar,
        key=key_name(stage.tonic, stage.mode),
        sections=sections(passages, fitted, style.beats_per_bar),
        parts=tuple(parts),
        chords=tuple(_changes([*chords, (stage.end, stage.final.name)])),
        start=START,
        space=style.space,
    )


def _parts(stage: Stage, layer: Layer, name: str) -> list[Part]:
    """Let a layer play; where its players take turns, each gets a part."""
    names = list(layer.instruments)
    first = Dice(stage.brief.seed, "player", name).pick(range(len(names)))
    names = names[first:] + names[:first]
    cycles = 1 + max(bar.passage.cycle for bar in stage.bars)
    names = names[: min(cycles, _MOST_TURNS) if layer.turns else 1]
    parts: list[Part] = []
    for turn, instrument in enumerate(names):
        playing = replace(layer, instruments=(instrument,), cycles=(turn, len(names)))
        notes = _PLAYERS[layer.play](stage, playing, name)
        if layer.pedal:
            notes = pedalled(stage, notes)
        kept = _within(stage, notes, instrument)
        if kept:
            parts.append(Part(layer.role, instrument, kept, layer.pan, layer.gain))
    return parts


def _within(stage: Stage, notes: list[Note], instrument: str) -> tuple[Note, ...]:
    """Sort notes, keep them in the instrument's range and end them before the piece does."""
    player = INSTRUMENTS[instrument]
    limit = stage.end + stage.ring
    kept = [
        Note(note.start, min(note.length, limit - note.start), note.pitch, note.velocity)
        for note in notes
        if note.start < limit and player.low <= note.pitch <= player.high
    ]
    return tuple(sorted(kept, key=lambda note: (note.start, note.pitch)))


def _changes(chords: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Leave out chords that are named already."""
    return [one for index, one in enumerate(chords) if not index or one[1] != chords[index - 1][1]]
