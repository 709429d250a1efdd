"""What can be asked of the bot: one row for each action, from which adapters, menus, the gateway and workers are fed.

A new command is a row here, a flow in `core.flows.FLOWS` and its sentences: `platform.command_…`
in menus and what the flow says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


class Action(StrEnum):
    """Which flow a message wants. What people can type is the value, behind a slash (`Command.typed`)."""

    MUSIC = "music"
    EDIT = "edit"
    EXPORT = "export"
    CREDITS = "credits"
    STATUS = "status"
    HISTORY = "history"
    NEW = "new"
    CANCEL = "cancel"
    HELP = "help"
    #: An earlier result to go on with.
    REOPEN = "reopen"
    #: A file without words.
    UPLOAD = "upload"
    #: A YouTube or Spotify link as the source of music.
    LINK = "link"
    #: A greeting, thanks, or a wish for something that no music bot can do.
    SMALLTALK = "smalltalk"
    #: A wish without words.
    EMPTY = "empty"
    #: Words that may mean several things: the person is asked back.
    UNSURE = "unsure"
    #: The operator is told that something went wrong.
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How an action is asked for and answered."""

    action: Action
    #: People can type it, and menus show it.
    typed: bool = False
    #: Text key of what may be said behind it; None: it takes no words.
    prompt: str | None = None
    takes_files: bool = False
    #: The gateway answers it itself; the others become jobs.
    at_once: bool = False
    #: Only the person who asked may see the answer.
    private: bool = False
    #: It is a message to the agent, which may cost credits; whether the answer can be shown is checked before.
    costs: bool = False

    @property
    def description(self) -> str:
        """The text key of its line in menus."""
        return f"platform.command_{self.action}"


COMMANDS: Mapping[Action, Command] = {
    row.action: row
    for row in (
        Command(action=Action.MUSIC, typed=True, prompt="platform.option_prompt", takes_files=True, costs=True),
        Command(action=Action.EDIT, typed=True, prompt="platform.option_change", takes_files=True, costs=True),
        Command(action=Action.EXPORT, typed=True, takes_files=True),
        Command(action=Action.CREDITS, typed=True, at_once=True, private=True),
        Command(action=Action.STATUS, typed=True, at_once=True),
        Command(action=Action.HISTORY, typed=True, at_once=True),
        Command(action=Action.NEW, typed=True),
        Command(action=Action.CANCEL, typed=True, at_once=True),
        Command(action=Action.HELP, typed=True, at_once=True, private=True),
        Command(action=Action.REOPEN),
        Command(action=Action.UPLOAD, takes_files=True),
        Command(action=Action.LINK, at_once=True),
        Command(action=Action.SMALLTALK, at_once=True),
        Command(action=Action.EMPTY, at_once=True),
        # A job, which keeps the words for the buttons.
        Command(action=Action.UNSURE),
        Command(action=Action.REPORT, at_once=True, private=True),
    )
}
#: What people can type, in the order of menus.
TYPED = tuple(row.action for row in COMMANDS.values() if row.typed)

_TYPED_TEXT = re.compile(r"/(?P<word>[A-Za-z0-9_]{1,32})(?:@(?P<addressee>\w+))?(?:\s+(?P<text>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text says: a command with what stands behind it, or the text alone.

    `unknown` is set where the text looks like a command that does not exist. `addressee` is the bot's name
    behind "@", in lower case.
    """

    text: str
    command: Action | None = None
    unknown: bool = False
    addressee: str | None = None


def nearest_command(word: str) -> Action | None:
    """Return the command that a mistyped one ("/exprot") may mean, None where none is near."""
    near = get_close_matches(word.lstrip("/").split("@")[0].lower(), TYPED, n=1, cutoff=0.6)
    return Action(near[0]) if near else None


def read_typed(text: str) -> Typed:
    """Read a message's text."""
    text = text.strip()
    match = _TYPED_TEXT.fullmatch(text)
    if match is None:
        return Typed(text)
    addressee = match["addressee"]
    addressee = addressee.lower() if addressee else None
    word = match["word"].lower()
    if word not in TYPED:
        return Typed(text, unknown=True, addressee=addressee)
    return Typed((match["text"] or "").strip(), Action(word), addressee=addressee)
