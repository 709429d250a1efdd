"""What leads from one section to the next: risers before, impacts at the start."""

from __future__ import annotations

from studio.compose.pack import Layer
from studio.compose.rhythm import Touch
from studio.compose.stage import Bar, Stage
from studio.model import Note

_JUMP = 0.12
"""The growth in intensity that is worth a riser."""


def _grows(stage: Stage, bar: Bar) -> bool:
    """Return whether a section that starts at `bar` is a step up."""
    if bar.position or not bar.index:
        return False
    return bar.passage.intensity - stage.bars[bar.index - 1].passage.intensity >= _JUMP


def riser(stage: Stage, layer: Layer, name: str) -> list[Note]:
    """Rise through the last bars of a section before a stronger one."""
    touch = Touch(stage, layer, stage.dice(name))
    notes: list[Note] = []
    for bar in stage.bars:
        if not _grows(stage, bar) or bar.passage.kind not in layer.where:
            continue
        before = stage.bars[bar.index - 1]
        count = min(before.passage.bars, 4 if before.passage.kind in "uk" else 2)
        first = stage.bars[bar.index - count]
        length = float(count * stage.beats_per_bar)
        notes.append(touch.note(first, 0.0, length, layer.centre, 0.5 + 0.4 * bar.passage.intensity))
    return notes


def impact(stage: Stage, layer: Layer, name: str) -> list[Note]:
    """Strike where a section is a step up, and with the final chord."""
    touch = Touch(stage, layer, stage.dice(name))
    pitch = 36 + stage.tonic if layer.centre < 60 else layer.centre
    notes = [
        touch.note(bar, 0.0, float(stage.beats_per_bar), pitch, 0.9)
        for bar in stage.bars
        if _grows(stage, bar) and bar.passage.kind in layer.where
    ]
    last = stage.bars[-1]
    if last.passage.kind in layer.where:
        notes.append(touch.note(last, float(stage.beats_per_bar), stage.ring, pitch, 0.95))
    return notes
