"""Turns a draft that a client sends for export into a film, checked against its project."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from studio.domain import AudioLayer, FilmSpec, Look, Shape, TitleCard
from studio.projects.project import ComposedPiece, FileKind, Project, ProjectFile
from studio.projects.repository import Projects
from studio.projects.timeline_draft import AUDIO, TEXT, VIDEO

LONGEST_MS = 3_600_000
"""The length of the longest film in ms."""

Milliseconds = Annotated[float, Field(ge=0, le=LONGEST_MS)]
DraftText = Annotated[str, Field(max_length=1000)]


class BadDraft(ValueError):
    """The draft can't be exported; the message says why."""


@dataclass(frozen=True)
class _SegmentMeta:
    id: DraftText = ""
    text: DraftText = ""
    volume: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0


@dataclass(frozen=True)
class _FilmSegment:
    d: Milliseconds
    s: Milliseconds | None = None
    m: _SegmentMeta = _SegmentMeta()


@dataclass(frozen=True)
class _FilmTrack:
    tt: int
    sg: Annotated[list[_FilmSegment], Field(max_length=100)] = field(default_factory=list)


@dataclass(frozen=True)
class _FilmCanvas:
    shape: Shape = Shape.LANDSCAPE
    level: Annotated[float | None, Field(ge=-70.0, le=0.0)] = None


@dataclass(frozen=True)
class _FilmDraft:
    t: Annotated[list[_FilmTrack], Field(max_length=20)] = field(default_factory=list)
    d: Milliseconds = 0
    m: _FilmCanvas = _FilmCanvas()


_DRAFT = TypeAdapter(_FilmDraft)


@dataclass(frozen=True, slots=True)
class _PlacedSegment:
    """A segment with its start and length in seconds."""

    kind: int
    start: float
    seconds: float
    meta: _SegmentMeta


def film_of(draft: JsonValue, project: Project, projects: Projects, tags: dict[str, str]) -> FilmSpec:
    """Return the film that a draft describes; it can contain only files and pieces of the project.

    Raises BadDraft if there is nothing to export or the draft does not belong to the project.
    """
    try:
        checked = _DRAFT.validate_python(draft)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadDraft(f"draft.{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    placed = [segment for track in checked.t for segment in _place(track)]
    seconds = checked.d / 1000 or max((segment.start + segment.seconds for segment in placed), default=0.0)
    if not placed or not seconds:
        raise BadDraft("The draft has no segments: there is nothing to export.")
    return _FilmBuilder(placed, project, projects).film(seconds, checked.m, tags)


class _FilmBuilder:
    """Resolves the segments of a draft in a project."""

    def __init__(self, placed: list[_PlacedSegment], project: Project, projects: Projects) -> None:
        self._placed = placed
        self._project = project
        self._projects = projects

    def film(self, seconds: float, canvas: _FilmCanvas, tags: dict[str, str]) -> FilmSpec:
        """Build the film. Raises BadDraft for a file that is not in the project."""
        pictures = [
            (self._file(segment.meta.id), segment.meta.volume)
            for segment in self._placed
            if segment.kind == VIDEO and segment.meta.id
        ]
        video = next((found for found in pictures if found[0].kind is FileKind.VIDEO), None)
        cover = next((file for file, _ in pictures if file.kind is FileKind.IMAGE), None)
        own_sound = video is not None and video[0].has_sound and video[1] > 0
        return FilmSpec(
            seconds=seconds,
            shape=canvas.shape,
            level=canvas.level,
            look=_look(self._piece()),
            layers=tuple(self._layers(own_sound=own_sound)),
            titles=tuple(
                TitleCard(text=segment.meta.text[:200], start=segment.start, seconds=segment.seconds)
                for segment in self._placed
                if segment.kind == TEXT and segment.meta.text.strip()
            ),
            video=self._path(video[0]) if video else None,
            video_volume=video[1] if video else 1.0,
            cover=self._path(cover) if cover else None,
            tags=tags,
        )

    def _layers(self, *, own_sound: bool) -> list[AudioLayer]:
        sounds = [segment for segment in self._placed if segment.kind == AUDIO]
        pieces = {segment.meta.id: self._project.find_piece(segment.meta.id) for segment in sounds}
        own_sound = own_sound or None in pieces.values()
        layers = []
        for segment in sounds:
            piece = pieces[segment.meta.id]
            path = (
                self._projects.music(self._project.session, piece) if piece else self._path(self._file(segment.meta.id))
            )
            layers.append(
                AudioLayer(
                    path=path,
                    start=segment.start,
                    seconds=segment.seconds,
                    volume=segment.meta.volume,
                    under=piece is not None and own_sound,
                )
            )
        return layers

    def _piece(self) -> ComposedPiece | None:
        found = (self._project.find_piece(segment.meta.id) for segment in self._placed if segment.kind == AUDIO)
        return next((piece for piece in found if piece), None)

    def _file(self, file_id: str) -> ProjectFile:
        file = self._project.find_file(file_id)
        if file is None:
            raise BadDraft("The draft names a file that is not in this project.")
        return file

    def _path(self, file: ProjectFile) -> Path:
        return self._projects.file(self._project.session, file)


def _place(track: _FilmTrack) -> list[_PlacedSegment]:
    placed, at = [], 0.0
    for segment in track.sg:
        start = at if segment.s is None else segment.s / 1000
        placed.append(_PlacedSegment(track.tt, start, segment.d / 1000, segment.m))
        at = start + segment.d / 1000
    return placed


def _look(piece: ComposedPiece | None) -> Look:
    if piece is None:
        return Look(style="ambient", seed=0, bpm=90.0, beats_per_bar=4, first_beat=0.0)
    return Look(
        style=piece.brief.style,
        seed=piece.brief.seed,
        bpm=piece.bpm,
        beats_per_bar=piece.beats_per_bar,
        first_beat=piece.first_beat,
        sections=piece.sections,
    )
