"""A project as plain values. Every change adds a version of the timeline, so that it can be undone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from studio.domain import Brief, Loudness, Section, Shape, TitlePlace

MOST_VERSIONS = 11
"""The current version and ten that undo can reach; the sound of music that none of them uses is deleted."""

TITLE_SECONDS = 3.0
"""How long a title is shown by default."""

SHORTEST_TITLE = 1.0
"""Seconds; nobody can read a shorter one."""

UNDER_SOUND = 0.5
"""The volume of music under a person's own sound; it also ducks below that."""


_SHORTEST_MUSIC = 2.0
"""Seconds in which a bar fits at a tempo that can be played; the film cuts what is longer than its picture."""


class FileKind(StrEnum):
    """The kind of an uploaded file."""

    VIDEO = "video"
    IMAGE = "image"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """A file that a person uploaded."""

    id: str
    """Its name on disk."""
    name: str
    """Its name for people, unique in the project."""
    kind: FileKind
    mime: str
    size: int
    """Bytes."""
    seconds: float = 0.0
    """0 for pictures."""
    width: int = 0
    height: int = 0
    has_sound: bool = False

    @property
    def music_seconds(self) -> float:
        """The length of music for it."""
        return max(_SHORTEST_MUSIC, self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedPiece:
    """A piece of music that was composed and played."""

    id: str
    """Its sound's name on disk."""
    title: str
    """What it is called."""
    brief: Brief
    seconds: float
    bpm: float
    key: str
    beats_per_bar: int
    first_beat: float
    sections: tuple[Section, ...]
    loudness: Loudness
    name: str = ""
    """What the timeline shows."""
    players: tuple[str, ...] = ()
    """Names of the instruments that play."""
    origin: str = ""
    """The id of the first piece of which it is an edit; empty where it is none."""
    mood_changed: bool = False
    """Whether an edit changed its mood."""
    font_failed: bool = False
    """Whether the SoundFont could not be read, so that the synthesisers play."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of the timeline; pieces and files are named by their ids."""

    piece: str | None = None
    volume: float = 1.0
    """The volume of the music: of the piece, or else of the person's own sounds."""
    title: str | None = None
    title_place: TitlePlace = TitlePlace.START
    title_seconds: float = TITLE_SECONDS
    """Ignored for `TitlePlace.WHOLE`."""
    title_start: float = 0.0
    """Used for `TitlePlace.AT` only."""
    title_of: str | None = None
    """The video or cover for which the person asked for the title; "" if there was none, None if nobody asked."""
    video: str | None = None
    cover: str | None = None
    audio: tuple[str, ...] = ()
    shape: Shape = Shape.LANDSCAPE
    own_volume: float = 1.0
    """The volume of the video's own sound."""
    level: float | None = None
    """The loudness of the whole in LUFS, where one was asked for."""
    loudness: float | None = None
    """The loudness of music and the person's own sound together in LUFS, as it was measured when they first met."""

    def with_files(self, files: tuple[ProjectFile, ...]) -> Version:
        """Return the version with these files on the timeline; of several files of a kind the first one counts.

        A title belongs to the video for which it was made and is removed with it; a title that nobody asked for is
        not shown on a person's own video.
        """
        version = self
        for file in reversed(files):
            match file.kind:
                case FileKind.VIDEO:
                    another = version.video not in {None, file.id}
                    if another or (version.video is None and version.title_of is None):
                        version = replace(version, title=None)
                    version = replace(version, video=file.id, shape=shape_of(file) or version.shape)
                case FileKind.IMAGE:
                    version = replace(version, cover=file.id)
                case FileKind.AUDIO:
                    version = replace(version, audio=(file.id,))
        return version

    def without_file(self, file_id: str) -> Version:
        """Return the version without an uploaded file."""
        return replace(
            self,
            video=None if self.video == file_id else self.video,
            cover=None if self.cover == file_id else self.cover,
            audio=tuple(sound for sound in self.audio if sound != file_id),
        )

    @property
    def picture(self) -> str:
        """The id of the person's video or cover; "" where the picture is drawn."""
        return self.video or self.cover or ""

    @property
    def uploads(self) -> tuple[str | None, ...]:
        """The uploaded files on the timeline."""
        return (self.video, self.cover, *self.audio)

    def title_span(self, whole: float) -> tuple[float, float]:
        """Return the start and length of the title on a timeline of `whole` seconds."""
        if self.title_place is TitlePlace.AT:
            start = min(self.title_start, max(0.0, whole - SHORTEST_TITLE))
            return start, min(self.title_seconds, whole - start)
        seconds = whole if self.title_place is TitlePlace.WHOLE else min(self.title_seconds, whole)
        return (whole - seconds if self.title_place is TitlePlace.END else 0.0), seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The project of one session."""

    session: str
    task: str
    language: str
    files: tuple[ProjectFile, ...] = ()
    pieces: tuple[ComposedPiece, ...] = ()
    last_run: str = ""
    """The id of the run that saved it last."""
    mended: bool = False
    """Whether its file could not be read whole, until the person has been told."""
    replaced: tuple[str, ...] = ()
    """Videos that a newer one replaced, until the person has been told."""
    named_in: str = ""
    """The language of names that do not change with the music; "" for the project's."""
    versions: tuple[Version, ...] = field(default=(Version(),))
    """Never empty; the last one is the current timeline."""
    taken_back: tuple[Version, ...] = ()
    """What undo took back and redo brings again, the latest on top; any other change ends it."""
    results: tuple[Version, ...] = ()
    """What the person was given, in order: version 1, version 2, …"""

    @property
    def now(self) -> Version:
        """The current version of the timeline."""
        return self.versions[-1]

    @property
    def piece(self) -> ComposedPiece | None:
        """The music on the timeline."""
        return self.find_piece(self.now.piece)

    @property
    def own_sounds(self) -> list[ProjectFile]:
        """The person's own sounds on the timeline."""
        return [file for file_id in self.now.audio if (file := self.find_file(file_id))]

    def hears_own_sound(self, version: Version) -> bool:
        """Return whether a person's own sound is heard on a timeline."""
        video = self.find_file(version.video)
        return bool(version.audio) or (video is not None and video.has_sound and version.own_volume > 0)

    def find_piece(self, piece_id: str | None) -> ComposedPiece | None:
        """Return a piece by its id."""
        return next((piece for piece in self.pieces if piece.id == piece_id), None)

    def find_file(self, file_id: str | None) -> ProjectFile | None:
        """Return a file by its id."""
        return next((file for file in self.files if file.id == file_id), None)

    @property
    def number(self) -> int | None:
        """The number of the current timeline among the results, from 1."""
        found = [number for number, version in enumerate(self.results, 1) if version == self.now]
        return found[-1] if found else None

    def changed(self, version: Version) -> Project:
        """Return the project with a new version on top."""
        return replace(self, versions=(*self.versions, version)[-MOST_VERSIONS:], taken_back=())

    def given(self) -> Project:
        """Return the project whose current timeline is one of its results."""
        return self if self.number else replace(self, results=(*self.results, self.now))

    def undone(self) -> Project | None:
        """Return the project without its newest version; None if there is nothing to undo."""
        if len(self.versions) == 1:
            return None
        return replace(self, versions=self.versions[:-1], taken_back=(*self.taken_back, self.now))

    def redone(self) -> Project | None:
        """Return the project with the version that was taken back last; None if there is none."""
        if not self.taken_back:
            return None
        return replace(self.changed(self.taken_back[-1]), taken_back=self.taken_back[:-1])

    def with_piece(self, piece: ComposedPiece) -> Project:
        """Return the project with one more piece, not on the timeline yet."""
        return replace(self, pieces=(*self.pieces, piece))

    def with_file(self, file: ProjectFile) -> Project:
        """Return the project with an uploaded file, which is placed on the timeline."""
        before = self.now.video
        project = replace(self, files=(*self.files, file)).changed(self.now.with_files((file,)))
        if before is not None and project.now.video != before:
            project = replace(project, replaced=(*self.replaced, before))
        return project

    def without_file(self, file_id: str) -> Project:
        """Return the project without an uploaded file, which is removed from all versions."""
        return replace(
            self,
            files=tuple(file for file in self.files if file.id != file_id),
            replaced=tuple(video for video in self.replaced if video != file_id),
            versions=tuple(version.without_file(file_id) for version in self.versions),
            taken_back=tuple(version.without_file(file_id) for version in self.taken_back),
            results=tuple(version.without_file(file_id) for version in self.results),
        )

    def latest_with(self, video: str | None) -> Version | None:
        """Return the newest version that has this video and music for it."""
        return next((one for one in reversed(self.versions) if video and one.video == video and one.piece), None)

    def without_unreachable(self, kept: frozenset[str] = frozenset()) -> tuple[Project, tuple[ComposedPiece, ...]]:
        """Return the project without the pieces that no version uses, and the pieces whose sound is not needed.

        A result keeps its piece, from which its sound can be made again; ids in `kept` are spared.
        """
        held = kept | {version.piece for version in (*self.versions, *self.taken_back)}
        unreachable = tuple(piece for piece in self.pieces if piece.id not in held)
        held |= {version.piece for version in self.results}
        return replace(self, pieces=tuple(piece for piece in self.pieces if piece.id in held)), unreachable


def shape_of(file: ProjectFile) -> Shape | None:
    """Return the format closest to a picture's own; None if its size is unknown."""
    if not (file.width and file.height):
        return None
    ratio = file.width / file.height
    if ratio > 1.2:
        return Shape.LANDSCAPE
    return Shape.PORTRAIT if ratio < 1 / 1.2 else Shape.SQUARE
