"""`/healthz`, `/readyz` and `/metrics` of a gateway or worker."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bots.connecting import Link
from bots.settings import Settings
from core.desk import Desk
from core.errors import StoreUnavailable

_log = logging.getLogger(__name__)


@asynccontextmanager
async def watched(settings: Settings, desk: Desk, links: Mapping[str, Link]) -> AsyncIterator[None]:
    """Answer those who watch over this process while the block runs, where a port is set for that.

    `links` are its connections to platforms, by their names. Raises OSError where the port is taken.
    """
    if settings.health_port is None:
        yield
        return

    async def readyz(_: web.Request) -> web.Response:
        return await _ready(desk, links)

    async def metrics(_: web.Request) -> web.Response:
        return await _metrics(desk)

    app = web.Application()
    app.add_routes([web.get("/healthz", _healthy), web.get("/readyz", readyz), web.get("/metrics", metrics)])
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


async def _ready(desk: Desk, links: Mapping[str, Link]) -> web.Response:
    """Answer 200 where jobs can be taken in and worked on, else 503 and what is missing."""
    missing = [f"{name} is not connected" for name, link in links.items() if not link.up]
    try:
        await desk.reach()
    except StoreUnavailable as error:
        missing.append(f"the store takes nothing: {error.trouble}")
    return web.Response(text="\n".join([*missing, ""]), status=503) if missing else web.Response(text="ready\n")


async def _metrics(desk: Desk) -> web.Response:
    try:
        await desk.measure()
    except StoreUnavailable as error:
        _log.warning("The queue could not be measured: %s", error.detail)
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
