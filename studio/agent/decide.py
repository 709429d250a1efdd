"""What a message asks for, decided from its words and the project as it is; pure, so that it can be priced first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from studio.agent import words
from studio.agent.edits import revise, wants_new_piece
from studio.agent.talk import speaks_of_music, talk_of
from studio.agent.words import NO_WISHES, Wishes
from studio.compose.wishes import cleaned, find_title
from studio.projects.model import Project, ProjectFile


class Action(StrEnum):
    """What will be done."""

    NEW = "new"
    EDIT = "edit"
    UNDO = "undo"
    TALK = "talk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be done, and why.

    `music` are the words about the music. `talk` is the key of an answer in words. `link`: a song elsewhere was named,
    which can't be fetched. `named` are uploaded files that the message names.
    """

    action: Action
    music: str = ""
    talk: str = ""
    wishes: Wishes = NO_WISHES
    named: tuple[ProjectFile, ...] = ()
    link: bool = False

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
    text, link = words.without_source_links(message)
    named = mentioned(text, project.files)
    for file in named:
        text = text.replace(file.name, " ")
    music = find_title(cleaned(text)).rest
    if words.wants_undo(text):
        return Plan(action=Action.UNDO)
    if key := talk_of(text):
        return Plan(action=Action.TALK, talk=key)
    if link and not speaks_of_music(music):
        return Plan(action=Action.TALK, talk="talk.link")
    wishes = words.wishes(text)
    if _wants_edit(music, wishes, project):
        return _edit(music, wishes, named, project)
    return Plan(action=Action.NEW, music=music, wishes=wishes, named=named, link=link)


def mentioned(text: str, files: tuple[ProjectFile, ...]) -> tuple[ProjectFile, ...]:
    """Return the files that a message names, newest first; of two with one name, the newer."""
    said, found = text.casefold(), dict[str, ProjectFile]()
    for file in reversed(files):
        if file.name.casefold() in said:
            found.setdefault(file.name.casefold(), file)
    return tuple(found.values())


def _wants_edit(music: str, wishes: Wishes, project: Project) -> bool:
    if project.piece is not None:
        return not wants_new_piece(music)
    return wishes.any and bool(project.files) and not speaks_of_music(music)


def _edit(music: str, wishes: Wishes, named: tuple[ProjectFile, ...], project: Project) -> Plan:
    piece = project.piece
    changes_music = piece is not None and revise(piece.brief, music) != piece.brief
    if not changes_music and not wishes.any and not named:
        return Plan(action=Action.TALK, talk="edit.unclear")
    return Plan(action=Action.EDIT, music=music if changes_music else "", wishes=wishes, named=named)
