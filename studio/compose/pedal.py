"""The pedal of a piano, the open strings of a harp: notes ring on until the harmony changes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from studio.compose.stage import Stage
from studio.model import Note

_EARLY = 0.12
"""Beats that a hand may be early and still mean the coming chord."""


def pedalled(stage: Stage, notes: list[Note]) -> list[Note]:
    """Let every note ring until the next chord, or until its own string is struck again."""
    changes = sorted({span.start for bar in stage.bars for span in bar.spans} | {stage.end})
    again: dict[int, float] = {}
    held: list[Note] = []
    for note in sorted(notes, key=lambda one: one.start, reverse=True):
        following = bisect_right(changes, note.start + _EARLY)
        end = note.start + note.length
        if following < len(changes):
            end = max(end, min(changes[following], again.get(note.pitch, stage.end)))
        again[note.pitch] = note.start
        held.append(replace(note, length=end - note.start))
    return held[::-1]
