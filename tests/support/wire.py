"""What the platforms' servers on loopback have in common."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from aiohttp import web

from tests.support.faults import Fault
from tests.support.waiting import PATIENCE

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")


class Shown(Protocol):
    """A message of the bot."""

    @property
    def text(self) -> str: ...


M = TypeVar("M", bound=Shown)


class PlatformServer(Generic[M]):
    """A server with real sockets; `violations` are what the platform would refuse, `faults` what it does wrong."""

    def __init__(self, first_id: int, upload_limit: int) -> None:
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.refuse_token = False
        self.upload_limit = upload_limit
        self.base = ""
        self._ids = itertools.count(first_id)
        self._changed = asyncio.Condition()

    @property
    def shown(self) -> list[M]:
        """The bot's messages, oldest first."""
        raise NotImplementedError

    @property
    def texts(self) -> list[str]:
        """What the bot's messages say."""
        return [message.text for message in self.shown]

    async def stands(self, *expected: str) -> list[M]:
        """Wait until the bot's messages are these."""
        await self.until(lambda: self.texts == [*expected])
        return self.shown

    def fail(
        self, match: str, answer: Callable[[], web.Response] | None = None, times: int = 1, *, after_doing: bool = False
    ) -> None:
        """Let the next calls that match be answered so, or their connection be dropped."""
        self.faults.append(Fault(match, answer, times, after_doing))

    def _routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer while the block runs."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_routes(self._routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()

    async def until(self, condition: Callable[[], T]) -> T:
        """Wait until `condition()` is true, looking after every request; return what it gave."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(condition)
            return condition()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
