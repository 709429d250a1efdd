"""What a message asks for, decided from its words and the project as it is; pure, so that it can be priced first."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from studio.agent import words
from studio.agent.talk import talk_of
from studio.compose import Kept, Revision, revise, understand, wants_new_piece
from studio.compose.wishes import MOST_CHARACTERS
from studio.model import Brief
from studio.projects.model import Project, ProjectFile, Version


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
        wish = re.sub(re.escape(file.name), " ", wish, flags=re.IGNORECASE)
    revision = revise(project.piece.brief if project.piece else _NOTHING, wish)
    if revision.undo:
        return Plan(action=Action.UNDO)
    if key := talk_of(wish):
        return Plan(action=Action.TALK, talk=key)
    if link and _is_vague(wish):
        return Plan(action=Action.TALK, talk="talk.link")
    if _wants_edit(wish, revision, project):
        return _edit(wish, revision, named, project)
    return Plan(action=Action.NEW, wish=wish, named=named, link=link)


_NOTHING = understand("", seed=0).brief
"""What an edit is read against where there is no music."""


def mentioned(text: str, files: tuple[ProjectFile, ...]) -> tuple[ProjectFile, ...]:
    """Return the files that a message names, newest first."""
    said = text.casefold()
    return tuple(file for file in reversed(files) if file.name.casefold() in said)


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


def _edit(wish: str, revision: Revision, named: tuple[ProjectFile, ...], project: Project) -> Plan:
    """Return the plan of an edit; one that is not understood or would change nothing is answered in words."""
    before, piece = project.now, project.piece
    after = before.with_files(named)
    if not isinstance(revision.title, Kept):
        after = replace(after, title=revision.title)
    if words.mutes_own_sound(wish) and after.video:
        after = replace(after, own_volume=0.0)
    brief = None
    limits = tuple(f"limit.{limit}" for limit in revision.limits)
    if piece is not None:
        after = replace(after, volume=_volume(before.volume, wish, revision))
        if revision.volume_db and after.volume == before.volume:
            limits += ("edit.loudest" if revision.volume_db > 0 else "edit.quietest",)
        # The picture's format and the title are the timeline's; they ask for no other music.
        brief = replace(revision.brief, title=piece.brief.title, shape=piece.brief.shape)
        if revision.brief.shape != piece.brief.shape and not after.video:
            after = replace(after, shape=revision.brief.shape)
    if brief is not None and piece is not None and brief != piece.brief:
        return Plan(action=Action.EDIT, wish=wish, version=after, brief=brief, limits=limits)
    if after != before and (piece or project.files):
        return Plan(action=Action.EDIT, wish=wish, version=after, limits=limits)
    if piece is None:
        return Plan(action=Action.TALK, talk="edit.nothing_to_edit")
    if limits:
        return Plan(action=Action.TALK, talk=limits[0])
    understood = revision.changes or named or words.volume_of(wish) is not None
    return Plan(action=Action.TALK, talk="edit.same" if understood else "edit.unclear")


QUIETEST = 0.05
"""Music is never turned down below this volume by steps."""


def _volume(before: float, wish: str, revision: Revision) -> float:
    said = words.volume_of(wish)
    if said is not None:
        return said
    if not revision.volume_db:
        return before
    return round(min(1.0, max(QUIETEST, before * revision.volume_factor)), 2)
