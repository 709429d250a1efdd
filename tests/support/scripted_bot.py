"""The core's side of an adapter, following a script: what it heard is kept, what it shows is given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from core.messages import Chat, IncomingMessage, Outcome, Person, Reopen, Screen

Script = Callable[[IncomingMessage, Screen], Awaitable[None]]


class ScriptedBot:
    """A `core.messages.Bot`; `cancelled` counts the jobs that were cancelled."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script
        self.heard: list[IncomingMessage] = []
        self.resumed: list[tuple[Person, Chat]] = []
        self.left: dict[str, Reopen] = {}
        self.cancelled = 0
        self.raised: list[BaseException] = []
        self._changed = asyncio.Condition()

    async def handle(self, said: IncomingMessage, screen: Screen) -> Outcome:
        self.heard.append(said)
        async with self._changed:
            self._changed.notify_all()
        if self.script is not None:
            try:
                await self.script(said, screen)
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            except Exception as error:
                self.raised.append(error)
                raise
        await screen.close()
        return Outcome.FULFILLED

    async def resume(self, person: Person, chat: Chat, screen: Screen) -> None:
        self.resumed.append((person, chat))

    async def follow_left(self, platform: str, reopen: Reopen) -> None:
        self.left[platform] = reopen
        async with self._changed:
            self._changed.notify_all()
        try:
            await asyncio.Event().wait()
        finally:
            del self.left[platform]

    async def follows(self, platform: str) -> Reopen:
        """Wait until what was left on a platform is followed; return what opens its screens."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: platform in self.left)
        return self.left[platform]

    async def hears(self, count: int = 1) -> IncomingMessage:
        """Wait until `count` messages were heard; return the last."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.heard) >= count)
        return self.heard[-1]
