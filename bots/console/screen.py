"""The terminal as a screen of the core: it saves what is delivered and draws on a surface."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bots.console.files import save_new
from bots.console.speaker import Speaker
from bots.console.surface import Surface
from core.errors import PersonUnreachable
from core.messages import Button, File, Picture, Progress, Shown, Text
from core.texts import say


class ConsoleScreen:
    """Implements `core.messages.Screen`."""

    pace = 0.1
    largest_file: int | None = None
    # No other process draws on this terminal: its conversation goes on with `Bot.resume`.
    address: str | None = None

    def __init__(self, surface: Surface, speaker: Speaker, out: Path, language: str) -> None:
        """Delivered files go to the folder `out`; `language` is that of this screen's own sentences."""
        self._surface = surface
        self._speaker = speaker
        self._out = out
        self._language = language

    def watch(self, moved: Callable[[str], Awaitable[None]]) -> None:
        """See `core.messages.Screen`; there is nothing to tell."""

    async def draw(self, progress: Progress) -> None:
        """See `core.messages.Screen`."""
        self._surface.progress(progress)

    async def show(self, item: Shown) -> None:
        """See `core.messages.Screen`. Raises `PersonUnreachable` where the file can't be saved."""
        match item:
            case Text():
                self._surface.text(item.text)
                self._offer(item.buttons)
            case Picture():
                self._surface.picture(await self._save(item.path, item.path.name), item.alt)
            case File():
                self._surface.file(await self._save(item.path, item.name), item)
                self._offer(item.buttons)

    async def close(self) -> None:
        """See `core.messages.Screen`; what was drawn goes with the next line."""

    def _offer(self, buttons: Sequence[Button]) -> None:
        if buttons:
            self._surface.buttons(buttons, self._speaker.offer(buttons))

    async def _save(self, source: Path, name: str) -> Path:
        try:
            return await asyncio.to_thread(save_new, source, self._out, name)
        except OSError as error:
            reason = error.strerror or ""
            self._surface.text(say(self._language, "console.not_saved", folder=str(self._out), reason=reason))
            raise PersonUnreachable("the file could not be saved") from error
