"""What a message asks for, decided from its words and the project as it is; pure, so that it can be priced first."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from studio.agent import words
from studio.agent.talk import talk_of
from studio.compose import Kept, Revision, revise, understand, wants_new_piece
from studio.compose.lengths import find_length, without_picture_words
from studio.compose.titling import wants_other_lettering
from studio.compose.wishes import MOST_CHARACTERS, cleaned, find_shape
from studio.model import Brief, TitlePlace
from studio.projects.draft import length
from studio.projects.model import TITLE_SECONDS, Piece, Project, ProjectFile, Version


class Action(StrEnum):
    """What will be done."""

    NEW = "new"
    EDIT = "edit"
    UNDO = "undo"
    TALK = "talk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be done, and why.

    `wish` are the words about the music. `talk` is the key of an answer in words. `link`: a song elsewhere was named,
    which can't be fetched. `named` are uploaded files that the message names. Of an edit, `version` is the timeline
    after it but for the music, and `brief` the music's new brief where that changes. `limits` are keys of what was
    asked for and can't go further.
    """

    action: Action
    wish: str = ""
    talk: str = ""
    link: bool = False
    named: tuple[ProjectFile, ...] = ()
    version: Version | None = None
    brief: Brief | None = None
    limits: tuple[str, ...] = ()

    @property
    def is_track(self) -> bool:
        """Whether a track is made, at a track's price."""
        return self.action is Action.NEW

    @property
    def is_edit(self) -> bool:
        """Whether something is changed, at an edit's price."""
        return self.action in {Action.EDIT, Action.UNDO}


def decide(message: str, project: Project) -> Plan:
    """Return what the agent will do about a message."""
    wish, link = words.without_source_links(message[:MOST_CHARACTERS])
    named = mentioned(wish, project.files)
    for file in named:
        wish = re.sub(_as_named(file), " ", wish, flags=re.IGNORECASE)
    base = _laid(named, project)
    piece = project.find_piece(base.piece)
    revision = revise(replace(piece.brief, shape=base.shape) if piece else _NOTHING, wish)
    if revision.undo:
        return Plan(action=Action.UNDO)
    if key := talk_of(wish):
        return Plan(action=Action.TALK, talk=key)
    if link and _is_vague(wish):
        return Plan(action=Action.TALK, talk="talk.link", wish=wish)
    if not wants_new_piece(wish) and wants_other_lettering(cleaned(wish)):
        return Plan(action=Action.TALK, talk="talk.lettering")
    if _wants_edit(wish, revision, project):
        return _edit(wish, revision, base, project)
    return Plan(action=Action.NEW, wish=wish, named=named, link=link)


def music_seconds(plan: Plan, project: Project) -> float:
    """Return how many seconds of music a plan makes, at most."""
    if plan.brief is not None:
        return plan.brief.seconds
    if not plan.is_track:
        return 0.0
    alone = replace(project, versions=(replace(project.now.with_files(plan.named), piece=None, cover=None),))
    return understand(plan.wish, seed=0, seconds=length(alone) or None).brief.seconds


_NOTHING = understand("", seed=0).brief
"""What an edit is read against where there is no music."""


def mentioned(text: str, files: tuple[ProjectFile, ...]) -> tuple[ProjectFile, ...]:
    """Return the files that a message names, newest first."""
    return tuple(file for file in reversed(files) if re.search(_as_named(file), text, re.IGNORECASE))


def _as_named(file: ProjectFile) -> str:
    """Return a pattern for a file's name: "a.mp4" is no mention where "data.mp4" is said."""
    return rf"(?<![A-Za-z0-9_.-]){re.escape(file.name)}(?![A-Za-z0-9_])"


def _laid(named: tuple[ProjectFile, ...], project: Project) -> Version:
    """Return the timeline with the files that a message names; a video comes back with what was made for it."""
    version = project.now.with_files(named)
    if version.video == project.now.video:
        return version
    return project.latest_with(version.video) or version


def _wants_edit(wish: str, revision: Revision, project: Project) -> bool:
    if project.piece is not None:
        return not wants_new_piece(wish)
    return not wants_new_piece(wish) and _is_vague(wish) and _changes_something(wish, revision)


def _is_vague(wish: str) -> bool:
    """Whether the words say nothing about what music should be like."""
    return "vague" in understand(wish, seed=0).notes


def _changes_something(wish: str, revision: Revision) -> bool:
    """Whether words that describe no music ask for a change: "title …", "slower", "quieter", but not "20 seconds"."""
    changed = {change.name for change in revision.changes}
    if understand(wish, seed=0).brief.seconds != _NOTHING.seconds:
        return False
    beside_music = revision.title is not Kept.TITLE or words.mutes_own_sound(wish) or words.volume_of(wish) is not None
    return beside_music or bool(changed & {"tempo", "length", "shape", "volume"})


def _edit(wish: str, revision: Revision, base: Version, project: Project) -> Plan:
    """Return the plan of an edit; one that is not understood or would change nothing is answered in words."""
    before, piece = project.now, project.find_piece(base.piece)
    after = _titled(base, revision)
    if words.mutes_own_sound(wish) and after.video:
        after = replace(after, own_volume=0.0)
    brief = None
    limits = tuple(f"limit.{limit}" for limit in revision.limits)
    if piece is not None:
        after = replace(after, volume=_volume(base.volume, wish, revision))
        if revision.volume_db and after.volume == base.volume:
            limits += ("edit.loudest" if revision.volume_db > 0 else "edit.quietest",)
        if not after.video:
            after = replace(after, shape=revision.brief.shape)
        # The picture's format and the title are the timeline's; they ask for no other music.
        brief = replace(revision.brief, title=piece.brief.title, shape=piece.brief.shape)
        if video := project.find_file(after.video):
            switched = base.video != before.video and base.piece == before.piece
            brief, limits = _as_long_as(video, brief, piece, limits, switched=switched)
    if brief is not None and piece is not None and brief != piece.brief:
        return Plan(action=Action.EDIT, wish=wish, version=_going_on(after), brief=brief, limits=limits)
    if after != before and (piece or project.files):
        return Plan(action=Action.EDIT, wish=wish, version=_going_on(after), limits=limits)
    return Plan(action=Action.TALK, talk=_why_nothing(wish, revision, after, piece, limits))


def _why_nothing(wish: str, revision: Revision, after: Version, piece: Piece | None, limits: tuple[str, ...]) -> str:
    """Return the key of the answer to an edit that changes nothing."""
    if piece is None:
        return "edit.nothing_to_edit"
    if limits:
        return limits[0]
    shape = find_shape(cleaned(wish).lower())
    if shape is not None and after.video and shape is not after.shape:
        return "edit.shape_of_video"
    said = shape or find_length(without_picture_words(cleaned(wish).lower())).seconds
    understood = said or revision.changes or revision.title_place or words.volume_of(wish) is not None
    return "edit.same" if understood else "edit.unclear"


def _titled(base: Version, revision: Revision) -> Version:
    """Return the version with the title that is asked for, where and as long as it is."""
    after = base
    if not isinstance(revision.title, Kept):
        after = replace(after, title=revision.title, title_of=after.picture if revision.title else None)
        if revision.title != base.title:
            after = replace(after, title_place=TitlePlace.START, title_seconds=TITLE_SECONDS)
    if after.title and (revision.title_place or revision.title_seconds):
        kept = after.title_place if after.title_place is not TitlePlace.WHOLE else TitlePlace.START
        after = replace(
            after,
            title_place=revision.title_place or kept,
            title_seconds=max(SHORTEST_TITLE, revision.title_seconds or after.title_seconds),
        )
    return after


def _going_on(version: Version) -> Version:
    """Whoever goes on with a title of theirs on another picture wants it there."""
    return version if version.title_of is None else replace(version, title_of=version.picture)


def _as_long_as(
    video: ProjectFile, brief: Brief, piece: Piece, limits: tuple[str, ...], *, switched: bool
) -> tuple[Brief, tuple[str, ...]]:
    """Keep music under a video from being longer than it; `switched`: it was made for another picture."""
    said = brief.seconds != piece.brief.seconds
    if switched and not said:
        return replace(brief, seconds=video.seconds), limits
    if brief.seconds <= video.seconds + SLIGHTLY:
        return brief, limits
    if not said:
        # Music that came before its video keeps its length until it is made anew.
        return (brief if brief == piece.brief else replace(brief, seconds=video.seconds)), limits
    others = tuple(limit for limit in limits if limit not in {"limit.beyond", "limit.longest"})
    reaches = piece.seconds >= video.seconds - SLIGHTLY
    return replace(brief, seconds=piece.brief.seconds if reaches else video.seconds), (*others, "limit.video")


SLIGHTLY = 0.05
"""Seconds that nobody misses."""

SHORTEST_TITLE = 1.0
"""Seconds."""

QUIETEST = 0.05
"""Music is never turned down below this volume by steps."""


def _volume(before: float, wish: str, revision: Revision) -> float:
    said = words.volume_of(wish)
    if said is not None:
        return said
    if not revision.volume_db:
        return before
    return round(min(1.0, max(QUIETEST, before * revision.volume_factor)), 2)
