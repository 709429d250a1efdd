"""A project as plain values; every change makes a new version, so that each one can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from studio.model import Brief, Loudness, Section, Shape, TitlePlace

MOST_VERSIONS = 11
"""The version that is seen and the ten steps before it that can be undone; what none of them holds is deleted."""

TITLE_SECONDS = 3.0
"""How long a title stays where nothing else was said."""

SHORTEST_TITLE = 1.0
"""Seconds; less can't be read."""

UNDER_SOUND = 0.5
"""The volume of music under a person's own sound (it ducks below that besides)."""


class FileKind(StrEnum):
    """What an uploaded file is."""

    VIDEO = "video"
    IMAGE = "image"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """A file that a person uploaded. `id` names it on disk, `name` for people; `seconds` 0 for pictures."""

    id: str
    name: str
    kind: FileKind
    mime: str
    size: int
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    has_sound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedPiece:
    """Music that was made, its sound on disk by `id`. `name` is what the timeline shows, `title` what it is called.

    `players` are the instruments that play. `origin` is the piece that it is an edit of, at the first hand; empty where
    it is none. `mood_changed`: an edit gave it another mood. `font_failed`: the SoundFont could not be
    read, so the synthesisers play.
    """

    id: str
    title: str
    brief: Brief
    seconds: float
    bpm: float
    key: str
    beats_per_bar: int
    first_beat: float
    sections: tuple[Section, ...]
    loudness: Loudness
    name: str = ""
    players: tuple[str, ...] = ()
    origin: str = ""
    mood_changed: bool = False
    font_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The timeline at one time, by the ids of its piece and files. `own_volume` is that of the video's own sound.

    `volume` is that of the music: of the piece, or of the person's own sounds where there is none. `title_place`,
    `title_seconds` and for `TitlePlace.AT` `title_start` say when the title is seen (`WHOLE`: always). `title_of` is
    what the person asked for it on: the id of their video or cover, "" where there was none, None where nobody asked.
    """

    piece: str | None = None
    volume: float = 1.0
    title: str | None = None
    title_place: TitlePlace = TitlePlace.START
    title_seconds: float = TITLE_SECONDS
    title_start: float = 0.0
    title_of: str | None = None
    video: str | None = None
    cover: str | None = None
    audio: tuple[str, ...] = ()
    shape: Shape = Shape.LANDSCAPE
    own_volume: float = 1.0

    def with_files(self, files: tuple[ProjectFile, ...]) -> Version:
        """Return the version with these files on the timeline; the first one of a kind counts.

        A title belongs to the video that it was made for, so it goes with that video; one that nobody asked for is
        not written on a person's own.
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
        """The id of the person's video or cover, "" where the picture is drawn for the music."""
        return self.video or self.cover or ""

    @property
    def uploads(self) -> tuple[str | None, ...]:
        """The uploaded files on the timeline."""
        return (self.video, self.cover, *self.audio)

    def title_span(self, whole: float) -> tuple[float, float]:
        """Return when the title is seen on a timeline of `whole` seconds: its start and length."""
        if self.title_place is TitlePlace.AT:
            start = min(self.title_start, max(0.0, whole - SHORTEST_TITLE))
            return start, min(self.title_seconds, whole - start)
        seconds = whole if self.title_place is TitlePlace.WHOLE else min(self.title_seconds, whole)
        return (whole - seconds if self.title_place is TitlePlace.END else 0.0), seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Everything of one session. `versions` is never empty; the last one is what is seen.

    `named_in` is the language of names that stay while the music changes, "" the project's. `replaced` are videos
    that a newer one took the place of, as long as nobody has been told.
    """

    session: str
    task: str
    language: str
    files: tuple[ProjectFile, ...] = ()
    pieces: tuple[ComposedPiece, ...] = ()
    last_run: str = ""
    replaced: tuple[str, ...] = ()
    named_in: str = ""
    versions: tuple[Version, ...] = field(default=(Version(),))

    @property
    def now(self) -> Version:
        """The timeline as it is seen."""
        return self.versions[-1]

    @property
    def piece(self) -> ComposedPiece | None:
        """The music on the timeline."""
        return self.find_piece(self.now.piece)

    @property
    def own_sounds(self) -> list[ProjectFile]:
        """The person's own sounds on the timeline."""
        return [file for file_id in self.now.audio if (file := self.find_file(file_id))]

    def find_piece(self, piece_id: str | None) -> ComposedPiece | None:
        """Return a piece by its id."""
        return next((piece for piece in self.pieces if piece.id == piece_id), None)

    def find_file(self, file_id: str | None) -> ProjectFile | None:
        """Return a file by its id."""
        return next((file for file in self.files if file.id == file_id), None)

    def changed(self, version: Version) -> Project:
        """Return the project with a new version on top."""
        return replace(self, versions=(*self.versions, version)[-MOST_VERSIONS:])

    def undone(self) -> Project | None:
        """Return the project without its newest version; None where there is nothing to take back."""
        return replace(self, versions=self.versions[:-1]) if len(self.versions) > 1 else None

    def with_piece(self, piece: ComposedPiece) -> Project:
        """Return the project with one more piece, not on the timeline yet."""
        return replace(self, pieces=(*self.pieces, piece))

    def with_file(self, file: ProjectFile) -> Project:
        """Return the project with an uploaded file laid on the timeline."""
        before = self.now.video
        project = replace(self, files=(*self.files, file)).changed(self.now.with_files((file,)))
        if before is not None and project.now.video != before:
            project = replace(project, replaced=(*self.replaced, before))
        return project

    def without_file(self, file_id: str) -> Project:
        """Return the project without an uploaded file: no version shows or plays it any more."""
        return replace(
            self,
            files=tuple(file for file in self.files if file.id != file_id),
            replaced=tuple(video for video in self.replaced if video != file_id),
            versions=tuple(version.without_file(file_id) for version in self.versions),
        )

    def latest_with(self, video: str | None) -> Version | None:
        """Return the newest version that has music for this video, with all that was made for it."""
        return next((one for one in reversed(self.versions) if video and one.video == video and one.piece), None)

    def without_lost(self, kept: frozenset[str] = frozenset()) -> tuple[Project, tuple[ComposedPiece, ...]]:
        """Return the project without the pieces that no version holds, and those; `kept` are spared by their ids."""
        held = kept | {version.piece for version in self.versions}
        lost = tuple(piece for piece in self.pieces if piece.id not in held)
        return replace(self, pieces=tuple(piece for piece in self.pieces if piece.id in held)), lost


def shape_of(file: ProjectFile) -> Shape | None:
    """Return the format closest to a picture's own, None where its size is unknown."""
    if not (file.width and file.height):
        return None
    ratio = file.width / file.height
    if ratio > 1.2:
        return Shape.LANDSCAPE
    return Shape.PORTRAIT if ratio < 1 / 1.2 else Shape.SQUARE
