"""`/healthz`, `/readyz` and `/metrics` of a gateway or worker."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bots.settings import Settings
from core.desk import Desk
from core.errors import StoreUnavailable

_log = logging.getLogger(__name__)


@asynccontextmanager
async def watched(settings: Settings, desk: Desk) -> AsyncIterator[None]:
    """Answer those who watch over this process while the block runs, where a port is set for that.

    Raises OSError where the port is taken.
    """
    if settings.health_port is None:
        yield
        return
    app = web.Application()
    app.add_routes(
        [
            web.get("/healthz", _healthy),
            web.get("/readyz", lambda _: _ready(desk)),
            web.get("/metrics", lambda _: _metrics(desk)),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.health_host, settings.health_port).start()
        yield
    finally:
        await runner.cleanup()


async def _healthy(_: web.Request) -> web.Response:
    """Answer as long as the event loop turns."""
    return web.Response(text="ok\n")


async def _ready(desk: Desk) -> web.Response:
    """Answer 200 where jobs can be taken in and worked on: the store answers."""
    try:
        await desk.reach()
    except StoreUnavailable:
        return web.Response(text="the store does not answer\n", status=503)
    return web.Response(text="ready\n")


async def _metrics(desk: Desk) -> web.Response:
    try:
        await desk.measure()
    except StoreUnavailable as error:
        _log.warning("The queue could not be measured: %s", error.detail)
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
