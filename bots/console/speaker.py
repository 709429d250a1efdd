"""The person at the terminal: who they are, and what a typed line says."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from bots.console.files import attachment, take_files
from bots.typed import read_typed
from core.words import Attachment, Button, Chat, Command, Person, Said

PLATFORM = "console"


def locale_language(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the language of the locale as a BCP 47 tag ("zh-CN"); None where it names none."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            tag = value.split(".")[0].split("@")[0]
            return None if tag in {"C", "POSIX"} else tag.replace("_", "-")
    return None


class Speaker:
    """One person in one chat, the same again in the next process of this data directory.

    The choices last offered are kept as well, so that "1" means the same in a later command.
    """

    def __init__(self, memory: Path, language: str | None) -> None:
        """`memory` is the file that keeps them."""
        self._memory = memory
        kept = self._recall()
        self._id = str(kept.get("id") or uuid.uuid4())
        choices = kept.get("choices")
        self._choices = [str(choice) for choice in choices] if isinstance(choices, list) else []
        self.person = Person(PLATFORM, self._id, language)
        self.chat = Chat(PLATFORM, self._id)
        self._remember()

    def offer(self, buttons: Sequence[Button]) -> int:
        """Offer buttons as choices and return the number of the first one."""
        first = len(self._choices) + 1
        self._choices += [button.id for button in buttons]
        self._remember()
        return first

    def says(self, line: str, files: Sequence[Path] = ()) -> Said:
        """Return what a typed line says, with the files attached to it; it makes older choices void."""
        number = int(line) if line.strip().isdecimal() and not files else 0
        pressed = self._choices[number - 1] if 1 <= number <= len(self._choices) else None
        self._choices = []
        self._remember()
        if pressed:
            return self._said(press=pressed)
        typed = read_typed(line)
        text, dropped = take_files(typed.text)
        attached = tuple(attachment(path) for path in (*files, *dropped))
        return self._said(text, typed.command, attached)

    def cancels(self) -> Said:
        """Return the wish to stop what runs."""
        return self._said(command=Command.CANCEL)

    def _said(
        self,
        text: str = "",
        command: Command | None = None,
        attachments: tuple[Attachment, ...] = (),
        press: str | None = None,
    ) -> Said:
        return Said(self.person, self.chat, uuid.uuid4().hex, text, command, attachments, press)

    def _recall(self) -> dict[str, object]:
        try:
            kept = json.loads(self._memory.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _remember(self) -> None:
        fresh = self._memory.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({"id": self._id, "choices": self._choices}), "utf-8")
        fresh.replace(self._memory)
