"""`/healthz`, `/readyz` and `/metrics` of a gateway or worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bots.errors import unusable
from bots.lifecycle import Link
from bots.settings import Settings
from core.errors import StoreUnavailable
from core.job_admin import JobAdmin

log = logging.getLogger(__name__)

_LAST_WORDS = 1.0
"""Seconds that answers under way get once the process ends."""


@dataclass(slots=True)
class Watch:
    """What those who watch over this process are told.

    `links` are its connections to platforms, by their names; `stop` is set once it was asked to end; `admin` is None
    while the core is not open.
    """

    links: Mapping[str, Link]
    stop: asyncio.Event
    admin: JobAdmin | None = None


@asynccontextmanager
async def watched(settings: Settings, watch: Watch) -> AsyncIterator[None]:
    """Answer those who watch over this process while the block runs, where a port is set. Raises `Explained`."""
    if settings.health_port is None:
        yield
        return

    app = web.Application()
    ready, metrics = partial(_ready, watch), partial(_metrics, watch)
    app.add_routes([web.get("/healthz", _healthy), web.get("/readyz", ready), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_LAST_WORDS)
    await runner.setup()
    host, port = settings.health_host, settings.health_port
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, UnicodeError) as error:
            raise unusable(host, port, error, settings=("HEALTH_HOST", "HEALTH_PORT")) from error
        yield
    finally:
        await runner.cleanup()


async def _healthy(_: web.Request) -> web.Response:
    """Answer as long as the event loop turns."""
    return web.Response(text="ok\n")


async def _ready(watch: Watch, _: web.Request) -> web.Response:
    """Answer 200 where jobs can be taken in and worked on, else 503 and what is missing."""
    if watch.stop.is_set():
        missing = ["stopping"]
    elif watch.admin is None:
        missing = ["starting"]
    else:
        missing = [f"{name} is not connected" for name, link in watch.links.items() if not link.up]
        try:
            await watch.admin.reach()
        except StoreUnavailable as error:
            missing.append(f"the store takes nothing: {error.trouble}")
    return web.Response(text="\n".join([*missing, ""]), status=503) if missing else web.Response(text="ready\n")


async def _metrics(watch: Watch, _: web.Request) -> web.Response:
    try:
        if watch.admin:
            await watch.admin.measure()
    except StoreUnavailable as error:
        log.warning("Cannot measure the queue: %s", error.detail)
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
