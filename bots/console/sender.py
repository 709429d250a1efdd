"""The terminal as the outbox sees it: what is delivered is saved, and everything is drawn on a surface."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from pathlib import Path

from bots.console.files import save_new
from bots.console.speaker import PLATFORM, Speaker
from bots.console.surface import Surface
from core.errors import PersonUnreachable
from core.sender import Limits, OutgoingMessage
from core.texts import say


class ConsoleSender:
    """All answers of one process, on one surface."""

    platform = PLATFORM

    def __init__(self, surface: Surface, speaker: Speaker, out: Path, language: str) -> None:
        """Delivered files go to the folder `out`; `language` is that of this terminal's own sentences."""
        self._surface = surface
        self._speaker = speaker
        self._out = out
        self._language = language
        self._numbers = itertools.count(1)
        self._notes_shown: dict[int, int] = {}

    def destination(self, address: str) -> str:
        """Return "": a terminal never has to wait."""
        return ""

    def limits(self, address: str) -> Limits:
        return Limits(pace=0.1, private=True)

    def delay(self, address: str, *, urgent: bool) -> float:
        """Return 0: a terminal bears everything."""
        return 0.0

    def markup(self, text: str) -> str:
        return text

    async def post(self, address: str, item: OutgoingMessage, *, nonce: str, silent: bool, reply: bool) -> int:
        """Draw a message."""
        message = next(self._numbers)
        await self.edit(address, message, item)
        return message

    async def edit(self, address: str, message: int, item: OutgoingMessage) -> None:
        """Draw what is new of a message. Raises `PersonUnreachable` where a file can't be saved."""
        for note in item.notes[self._notes_shown.get(message, 0) :]:
            self._surface.text(note)
        self._notes_shown[message] = len(item.notes)
        if item.progress is not None:
            if item.progress.stage:
                self._surface.progress(item.progress)
            return
        self._notes_shown.pop(message)
        for file in item.files:
            try:
                path = await asyncio.to_thread(save_new, file.path, self._out, file.name)
            except OSError as error:
                reason = error.strerror or ""
                self._surface.text(say(self._language, "console.not_saved", folder=str(self._out), reason=reason))
                raise PersonUnreachable("the file could not be saved") from error
            self._surface.file(path, file, item if file is item.files[0] else replace(item, text=""))
        if not item.files and item.text:
            self._surface.text(item.text)
        for link in item.links:
            self._surface.text(f"{link.label}: {link.url}")
        if item.buttons:
            self._surface.buttons(item.buttons, self._speaker.offer(item.buttons))

    async def delete(self, address: str, message: int) -> None:
        self._notes_shown.pop(message, None)

    async def elsewhere(self, address: str, refusal: Exception) -> str | None:
        return None
