"""What the platforms' servers on loopback have in common."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

from aiohttp import web

from tests.support.faults import Fault
from tests.support.waiting import PATIENCE

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")


class PlatformServer:
    """A server with real sockets; `violations` are what the platform would refuse, `faults` what it does wrong."""

    def __init__(self, first_id: int, upload_limit: int) -> None:
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.refuse_token = False
        self.upload_limit = upload_limit
        self.base = ""
        self._ids = itertools.count(first_id)
        self._changed = asyncio.Condition()

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
