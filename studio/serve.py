"""The studio as a process: it listens, serves and stops cleanly."""

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

_DRAIN_POLL = 0.1
"""Seconds between two checks whether all work is done."""

_GRACEFUL_SHUTDOWN = 1
"""Seconds that open answers get once the server shuts down."""


class _DrainingServer(uvicorn.Server):
    """uvicorn, which also reports when it listens and lets work in progress finish before it stops.

    It keeps listening meanwhile: clients can poll their renders, and new work is refused with Retry-After.
    """

    def __init__(self, config: uvicorn.Config, services: StudioServices, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._services = services
        self._listening = listening
        self._draining: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Refuse new work and stop once work in progress is done or its time is up; a second signal stops at once."""
        if self._services.stopping:
            _log.info("Stopping at once after a second signal: unfinished work resumes at the next start")
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
                _log.warning("Stopping after the drain time: unfinished work resumes at the next start")
                self.should_exit = True
            await asyncio.sleep(_DRAIN_POLL)

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
    """The studio can't listen on its address. `cause` is the OSError, or the UnicodeError of an invalid name."""

    def __init__(self, cause: OSError | UnicodeError) -> None:
        self.cause = cause
        super().__init__(str(cause))


def serve(settings: StudioSettings, *, ready: Callable[[str], None], unwanted: Callable[[], bool]) -> None:
    """Serve until SIGTERM or SIGINT, or, with `idle_exit`, until idle for that long and `unwanted`.

    `ready` is called with the base URL once the studio listens. `unwanted` is called once it is idle; where it returns
    True the studio stops, so the caller must keep new users away from then on. Raises `AlreadyServing` if another
    studio serves the data directory, `AddressRefused` if the address can't be used, OSError if the directory can't.
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
        timeout_graceful_shutdown=_GRACEFUL_SHUTDOWN,
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
