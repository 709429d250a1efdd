"""A draft becomes a film: what a client sends to be exported, checked against the project that it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from studio.model import AudioLayer, Film, Look, TitleCard
from studio.projects.draft import AUDIO, TEXT
from studio.projects.model import FileKind, Project
from studio.projects.store import Projects

LONGEST_MS = 600_000
"""The longest film, in ms."""

Milliseconds = Annotated[float, Field(ge=0, le=LONGEST_MS)]


class BadDraft(ValueError):
    """The draft can't be exported; the text says why."""


@dataclass(frozen=True)
class _Meta:
    type: str = ""
    id: str = ""
    text: str = ""
    volume: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0


@dataclass(frozen=True)
class _Segment:
    d: Milliseconds
    s: Milliseconds | None = None
    m: _Meta = _Meta()


@dataclass(frozen=True)
class _Track:
    tt: int
    sg: Annotated[list[_Segment], Field(max_length=100)] = field(default_factory=list)


@dataclass(frozen=True)
class _Draft:
    t: Annotated[list[_Track], Field(max_length=20)] = field(default_factory=list)
    d: Milliseconds = 0


_DRAFT = TypeAdapter(_Draft)


def film_of(draft: JsonValue, project: Project, projects: Projects, tags: dict[str, str]) -> Film:
    """Return the film that a draft describes; only the project's own files and pieces can be in it.

    Raises BadDraft where there is nothing to export or the draft is not one of this project's.
    """
    try:
        checked = _DRAFT.validate_python(draft)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadDraft(f"draft.{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return _Cutter(checked, project, projects, tags).film()


class _Cutter:
    def __init__(self, draft: _Draft, project: Project, projects: Projects, tags: dict[str, str]) -> None:
        self._draft = draft
        self._project = project
        self._projects = projects
        self._tags = tags
        self._placed = [(track.tt, start, segment) for track in draft.t for start, segment in _starts(track.sg)]

    def film(self) -> Film:
        """Cut the film."""
        if not self._placed:
            raise BadDraft("the draft has no segments: there is nothing to export")
        seconds = self._draft.d / 1000 or max(start + segment.d / 1000 for _, start, segment in self._placed)
        if seconds <= 0:
            raise BadDraft("the draft has no length: there is nothing to export")
        video, cover = self._file(FileKind.VIDEO), self._file(FileKind.IMAGE)
        return Film(
            seconds=seconds,
            shape=self._project.now.shape,
            look=self._look(),
            layers=tuple(self._layers(under=video is not None)),
            titles=tuple(
                TitleCard(text=segment.m.text[:200], start=start, seconds=segment.d / 1000)
                for kind, start, segment in self._placed
                if kind == TEXT and segment.m.text.strip()
            ),
            video=video,
            cover=cover,
            tags=self._tags,
        )

    def _file(self, kind: FileKind) -> Path | None:
        return None

    def _layers(self, *, under: bool) -> list[AudioLayer]:
        layers = []
        for kind, start, segment in self._placed:
            if kind != AUDIO:
                continue
            if piece := self._project.find_piece(segment.m.id):
                path = self._projects.music(self._project.session, piece)
            elif file := self._project.find_file(segment.m.id):
                path = self._projects.file(self._project.session, file)
            else:
                raise BadDraft("the draft names a sound that is not in this project")
            layers.append(
                AudioLayer(
                    path=path,
                    start=start,
                    seconds=segment.d / 1000,
                    volume=segment.m.volume,
                    under=piece is not None and under,
                )
            )
        return layers

    def _look(self) -> Look:
        piece = next((p for _, _, s in self._placed if (p := self._project.find_piece(s.m.id))), None)
        if piece is None:
            return Look(style="lofi", seed=0, bpm=90, beats_per_bar=4, first_beat=0)
        return Look(
            style=piece.brief.style,
            seed=piece.brief.seed,
            bpm=piece.bpm,
            beats_per_bar=piece.beats_per_bar,
            first_beat=piece.first_beat,
            sections=piece.sections,
        )


def _starts(segments: list[_Segment]) -> list[tuple[float, _Segment]]:
    placed, at = [], 0.0
    for segment in segments:
        start = at if segment.s is None else segment.s / 1000
        placed.append((start, segment))
        at = start + segment.d / 1000
    return placed
