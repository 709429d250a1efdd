"""The person at the terminal: who they are, and what a typed line says."""

from __future__ import annotations

import json
import logging
import os
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from bots.console.files import NoFile, attachment, take_files
from bots.private import write_private
from bots.typed import nearest_command, read_typed
from core.commands import COMMANDS, Action
from core.messages import Attachment, Button, Chat, IncomingMessage, Person

log = logging.getLogger(__name__)

PLATFORM = "console"

_CHOICE = re.compile(r"\s*([0-9]{1,6})\s*")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Unheard(Exception):
    """A line that is answered here, and of which nothing is sent; `key` is the answer's text, filled with `values`."""

    def __init__(self, key: str, **values: str) -> None:
        self.key = key
        self.values = values
        super().__init__(key)


class UnknownCommand(Unheard):
    """A command that does not exist."""


def unused_files(said: IncomingMessage) -> tuple[str, ...]:
    """Return the names of the files that came with a command which takes none."""
    if said.command is None or COMMANDS[said.command].takes_files:
        return ()
    return tuple(file.name for file in said.attachments)


def locale_language(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the language of the locale as a BCP 47 tag ("zh-CN"); None where it names none."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            tag = value.split(".")[0].split("@")[0]
            return None if tag in {"C", "POSIX"} else tag.replace("_", "-")
    return None


class Speaker:
    """One person in one chat, the same again in the next process of this data directory.

    The choices last offered are kept as well, so that "1" means the same in a later command: until newer ones are
    offered in answer to something else.
    """

    def __init__(self, memory: Path, language: str | None) -> None:
        """`memory` is the file that keeps them."""
        self._memory = memory
        kept = self._recall()
        self._id = str(kept.get("id") or uuid.uuid4())
        choices = kept.get("choices")
        self._choices = [str(choice) for choice in choices] if isinstance(choices, list) else []
        self._answered = True
        self.person = Person(PLATFORM, self._id, language)
        self.chat = Chat(PLATFORM, self._id)
        self._remember()

    def offer(self, buttons: Sequence[Button]) -> int:
        """Offer buttons as choices and return the number of the first one.

        Those offered since the last line stand beside each other; they take the place of older ones.
        """
        if self._answered:
            self._choices, self._answered = [], False
        first = len(self._choices) + 1
        self._choices += [button.id for button in buttons]
        self._remember_if_possible()
        return first

    def says(self, line: str, files: Sequence[Path] = ()) -> IncomingMessage:
        """Return what a typed line says, with the files attached to it. Raises `Unheard` where it can't be a wish."""
        typed = read_typed(line)
        if typed.unknown:
            word = typed.text.split(maxsplit=1)[0]
            near = nearest_command(word)
            raise UnknownCommand("console.near_command" if near else "console.no_command", word=word, near=f"/{near}")
        try:
            text, dropped = take_files(typed.text)
        except NoFile as error:
            raise Unheard(error.key, path=error.path) from None
        if _SURROGATE.search(text):
            raise Unheard("console.not_text")
        self._answered = True
        if pressed := None if files or typed.command else self._choice(line):
            return self._said(press=pressed)
        return self._said(text, typed.command, tuple(attachment(path) for path in (*files, *dropped)))

    def asks_for_help(self) -> IncomingMessage:
        """Return the wish to learn what can be said."""
        return self._said(command=Action.HELP)

    def cancels(self) -> IncomingMessage:
        """Return the wish to stop what runs."""
        return self._said(command=Action.CANCEL)

    def _choice(self, line: str) -> str | None:
        """Return the id of the choice whose number was typed, None for every other line."""
        match = _CHOICE.fullmatch(line)
        number = int(match[1]) if match else 0
        return self._choices[number - 1] if 1 <= number <= len(self._choices) else None

    def _said(
        self,
        text: str = "",
        command: Action | None = None,
        attachments: tuple[Attachment, ...] = (),
        press: str | None = None,
    ) -> IncomingMessage:
        return IncomingMessage(self.person, self.chat, uuid.uuid4().hex, text, command, attachments, press)

    def _recall(self) -> dict[str, object]:
        try:
            kept = json.loads(self._memory.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _remember_if_possible(self) -> None:
        """Keep the choices; on a full disk they are good for this process only, and the conversation goes on."""
        try:
            self._remember()
        except OSError as error:
            log.warning("Cannot keep the choices: %s", error.strerror)

    def _remember(self) -> None:
        write_private(self._memory, json.dumps({"id": self._id, "choices": self._choices}))
