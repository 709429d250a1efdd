"""Edits of the timeline besides the music: files, titles, volumes, and the length of music under a video."""

from __future__ import annotations

from dataclasses import replace

from studio.agent.message_parser import PLATFORMS, stated_level, stated_volume, wants_cover, wants_title_back
from studio.compose import Revision, Unchanged
from studio.domain import Brief, TitlePlace
from studio.projects.project import (
    SHORTEST_TITLE,
    TITLE_SECONDS,
    UNDER_SOUND,
    ComposedPiece,
    FileKind,
    Project,
    ProjectFile,
    Version,
)


def with_named_files(named: tuple[ProjectFile, ...], project: Project) -> Version:
    """Return the timeline with the files that a message names; a video returns with the music made for it."""
    version = project.now.with_files(named)
    if version.video == project.now.video:
        return version
    return project.latest_with(version.video) or version


def with_picture(marked: str, named: tuple[ProjectFile, ...], version: Version) -> Version:
    """Return the version with the picture that a message wants to show, which replaces a video."""
    pictures = [file for file in named if file.kind is FileKind.IMAGE]
    videos = [file for file in named if file.kind is FileKind.VIDEO]
    if not pictures or videos or not version.video or not wants_cover(marked):
        return version
    return replace(version, video=None, cover=pictures[0].id, own_volume=1.0, volume=unducked_volume(version))


def unducked_volume(version: Version) -> float:
    """Return the volume of music that no longer lies under another sound."""
    alone = not version.audio or version.piece is None
    return 1.0 if alone and version.volume == UNDER_SOUND else version.volume


def apply_title(base: Version, revision: Revision) -> Version:
    """Return the version with the title that is asked for, at its place and for its length."""
    after = base
    if not isinstance(revision.title, Unchanged):
        after = replace(after, title=revision.title, title_of=after.picture if revision.title else None)
        if base.title is None:
            # A reworded title keeps its time; a new one starts at the beginning.
            after = replace(after, title_place=TitlePlace.START, title_seconds=TITLE_SECONDS)
    if after.title and (revision.title_place or revision.title_seconds):
        kept = after.title_place if after.title_place is not TitlePlace.WHOLE else TitlePlace.START
        after = replace(
            after,
            title_place=revision.title_place or kept,
            title_start=after.title_start if revision.title_start is None else revision.title_start,
            title_seconds=max(SHORTEST_TITLE, revision.title_seconds or after.title_seconds),
        )
    return after


def restore_title(version: Version, marked: str, project: Project) -> Version:
    """Return the version with its former title, if a message wants it back."""
    if version.title or not wants_title_back(marked):
        return version
    last = next((one for one in reversed(project.versions) if one.title), None)
    if last is None:
        return version
    return replace(
        version,
        title=last.title,
        title_of=version.picture,
        title_place=last.title_place,
        title_start=last.title_start,
        title_seconds=last.title_seconds,
    )


def carry_title_over(version: Version) -> Version:
    """Return the version whose title belongs to the current picture, so that it stays through further edits."""
    return version if version.title_of is None else replace(version, title_of=version.picture)


def fit_to_video(
    video: ProjectFile, brief: Brief, piece: ComposedPiece, limits: tuple[str, ...], *, switched: bool
) -> tuple[Brief, tuple[str, ...]]:
    """Limit music under a video to its length; `switched` tells that it was made for another picture."""
    said = brief.seconds != piece.brief.seconds
    if switched and not said:
        return replace(brief, seconds=video.music_seconds), limits
    if brief.seconds <= video.music_seconds + SLIGHTLY:
        return brief, limits
    if not said:
        # Music that is older than its video keeps its length until it is composed again.
        return (brief if brief == piece.brief else replace(brief, seconds=video.music_seconds)), limits
    others = tuple(limit for limit in limits if limit not in {"limit.beyond", "limit.longest"})
    reaches = piece.seconds >= video.music_seconds - SLIGHTLY
    return replace(brief, seconds=piece.brief.seconds if reaches else video.music_seconds), (*others, "limit.video")


def with_level(version: Version, wish: str, project: Project) -> Version:
    """Return the version at the loudness that a message asks for; music alone is at that of the platforms already."""
    level = stated_level(wish)
    if level is None:
        return version
    own = project.hears_own_sound(version)
    return replace(version, level=level if own or level != PLATFORMS else None)


SLIGHTLY = 0.05
"""Seconds of difference in length that are ignored."""

QUIETEST = 0.05
"""The lowest volume that "quieter" leads to."""


def edited_volume(before: float, wish: str, revision: Revision) -> float:
    """Return the volume that a message asks for, `before` if it asks for none."""
    said = stated_volume(wish)
    if said is not None:
        return said
    if not revision.volume_db:
        return before
    return round(min(1.0, max(QUIETEST, before * revision.volume_factor)), 2)
