"""The studio as a process: it listens, serves, and stops cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from studio.server.asgi import application
from studio.server.services import AlreadyServing, StudioServices
from studio.settings import StudioSettings

__all__ = ["AddressRefused", "AlreadyServing", "serve"]

_log = logging.getLogger(__name__)

_GLANCE = 0.1
"""Seconds between two looks whether all work is done."""

_LAST_WORDS = 1
"""Seconds that answers under way get once the studio ends."""


class _DrainingServer(uvicorn.Server):
    """uvicorn, but it tells when it listens, and lets work under way finish before it stops.

    Until then it listens: who waits for a render must reach it, and who brings new work is told to come again.
    """

    def __init__(self, config: uvicorn.Config, services: StudioServices, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._services = services
        self._listening = listening
        self._draining: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take no more work and end when that under way is done or its time is over; a second signal ends at once."""
        if self._services.stopping:
            _log.info("asked a second time to stop: what is unfinished goes on at the next start")
            self.config.timeout_graceful_shutdown = 0
            self.should_exit = True
            return
        self._services.stopping = True
        self._draining = asyncio.get_running_loop().create_task(self._drain(), name="drain")

    async def _drain(self) -> None:
        services, ends = self._services, time.monotonic() + self._services.settings.drain
        while not self.should_exit:
            if not services.busy and not services.requests:
                self.should_exit = True
            elif time.monotonic() >= ends:
                _log.warning("the time to finish is over: what is unfinished goes on at the next start")
                self.should_exit = True
            await asyncio.sleep(_GLANCE)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


class AddressRefused(Exception):
    """The studio can't listen on its address; `cause` says why: an OSError, or UnicodeError for what is no name."""

    def __init__(self, cause: OSError | UnicodeError) -> None:
        self.cause = cause
        super().__init__(str(cause))


def serve(settings: StudioSettings, *, ready: Callable[[str], None], unwanted: Callable[[], bool]) -> None:
    """Serve until SIGTERM, SIGINT or, where set, until idle for long enough and `unwanted`.

    `ready` is called with the base URL once the studio listens. `unwanted` is asked once it is idle; where it says
    True the studio ends, so nobody may come to rely on it after that. Raises `AlreadyServing` where another studio
    serves the data directory, `AddressRefused` where the address can't be used, OSError where the directory can't.
    """
    with _listener(settings) as listener:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{listener.getsockname()[1]}"
        asyncio.run(_serve(settings, listener, address, ready, unwanted))


def _listener(settings: StudioSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(error) from error


async def _serve(
    settings: StudioSettings,
    listener: socket.socket,
    address: str,
    ready: Callable[[str], None],
    unwanted: Callable[[], bool],
) -> None:
    services = StudioServices(settings, address)
    config = uvicorn.Config(
        application(services),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LAST_WORDS,
        lifespan="on",
    )
    server = _DrainingServer(config, services, lambda: ready(address))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    if settings.idle_exit is not None:
        await _exit_when_idle(server, serving, services, settings.idle_exit, unwanted)
    await serving


async def _exit_when_idle(
    server: uvicorn.Server,
    serving: asyncio.Task[None],
    services: StudioServices,
    seconds: float,
    unwanted: Callable[[], bool],
) -> None:
    while not server.should_exit and not serving.done():
        since = services.idle_since
        if since is not None and time.monotonic() - since >= seconds and unwanted():
            server.should_exit = True
        await asyncio.sleep(min(1.0, seconds / 4))
