"""The person at the terminal: who they are, and what a typed line says."""

from __future__ import annotations

import json
import logging
import os
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from bots.console.files import attachment, take_files
from bots.errors import Explained
from bots.private import write_private
from core.commands import Action, nearest_command, read_typed
from core.messages import Attachment, Button, Chat, IncomingMessage, Person

log = logging.getLogger(__name__)

PLATFORM = "console"

_CHOICE = re.compile(r"\s*[0-9]{1,6}\s*")
_SURROGATE = re.compile("[\ud800-\udfff]")


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
        try:
            kept = json.loads(memory.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            kept = None
        kept = kept if isinstance(kept, dict) else {}
        self._id = str(kept.get("id") or uuid.uuid4())
        choices = kept.get("choices")
        self._choices = list(map(str, choices)) if isinstance(choices, list) else []
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
        try:
            self._remember()
        except OSError as error:  # as on a full disk: they are good for this process only
            log.warning("Cannot keep the choices: %s", error.strerror)
        return first

    def says(self, line: str, files: Sequence[Path] = ()) -> IncomingMessage:
        """Return what a typed line says, with the files attached to it. Raises `Explained` where it can't be a wish."""
        typed = read_typed(line)
        if typed.unknown:
            word = typed.text.split(maxsplit=1)[0]
            near = nearest_command(word)
            raise Explained("console.near_command" if near else "console.no_command", word=word, near=f"/{near}")
        text, dropped = take_files(typed.text)
        if _SURROGATE.search(text):
            raise Explained("console.not_text")
        self._answered = True
        number = int(line) if _CHOICE.fullmatch(line) and not files else 0
        if 1 <= number <= len(self._choices):
            return self.message(press=self._choices[number - 1])
        return self.message(text, typed.command, tuple(map(attachment, (*files, *dropped))))

    def message(
        self,
        text: str = "",
        command: Action | None = None,
        attachments: tuple[Attachment, ...] = (),
        press: str | None = None,
    ) -> IncomingMessage:
        """Return what the person says by this."""
        return IncomingMessage(self.person, self.chat, uuid.uuid4().hex, text, command, attachments, press)

    def _remember(self) -> None:
        write_private(self._memory, json.dumps({"id": self._id, "choices": self._choices}))
