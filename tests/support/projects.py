"""A piece for tests that look at projects and hear nothing."""

from __future__ import annotations

from studio.compose import parse_brief
from studio.model import Loudness, Section
from studio.projects.project import ComposedPiece

PIECE = ComposedPiece(
    id="p",
    title="Slow Rain",
    brief=parse_brief("calm lofi 30 seconds", seed=3).brief,
    seconds=30.0,
    bpm=78.0,
    key="A minor",
    beats_per_bar=4,
    first_beat=0.1,
    sections=(Section("a", 0, 8, 0.5),),
    loudness=Loudness(-14.0, -1.2, 30.0),
    name="Lo-fi, 78 BPM, A minor",
)
