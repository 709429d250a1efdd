"""A piece for tests that look at projects and hear nothing."""

from __future__ import annotations

from pathlib import Path

from studio.compose import parse_brief
from studio.domain import Loudness, Section
from studio.projects.project import ComposedPiece, FileKind, ProjectFile

PIECE = ComposedPiece(
    id="p",
    title="Slow Rain",
    name="Lo-fi, 78 BPM, A minor",
    seconds=30.0,
    bpm=78.0,
    key="A minor",
    brief=parse_brief("calm lofi 30 seconds", seed=3).brief,
    beats_per_bar=4,
    first_beat=0.1,
    sections=(Section("a", 0, 8, 0.5),),
    loudness=Loudness(-14.0, -1.2, 30.0),
)

_KINDS = {".mp4": FileKind.VIDEO, ".mov": FileKind.VIDEO, ".mp3": FileKind.AUDIO, ".webp": FileKind.IMAGE}


def file(name: str, file_id: str = "", *, has_sound: bool = True) -> ProjectFile:
    """Return somebody's file of 15 seconds; its id is its name unless it is given."""
    kind = _KINDS[Path(name).suffix]
    sounds = has_sound and kind is not FileKind.IMAGE
    return ProjectFile(id=file_id or name, name=name, kind=kind, mime="x/y", size=1, seconds=15.0, has_sound=sounds)
