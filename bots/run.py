"""`python -m bots run | gateway | worker`: platforms, work, or both, in one event loop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine

from bots.bootstrap import open_app
from bots.errors import PlatformClosed, TokenNotAccepted
from bots.health import Watch, watched
from bots.lifecycle import ENDING, Link, on_signals
from bots.platforms import PLATFORMS, Platform, connect, names, setting_of
from bots.private import UMASK
from bots.settings import Settings
from core.gateway import Gateway
from core.texts import say

log = logging.getLogger(__name__)

_SAME_WISH = 0.5
"""Seconds within which two signals mean one thing."""


def run(settings: Settings, language: str, *, gateway: bool, worker: bool) -> int:
    """Speak with people, work on jobs, or both, until SIGINT or SIGTERM.

    Returns the exit status: 1 where no platform could be served.
    The first signal lets running jobs go on for a while; a second one ends at once, and the journal keeps them.
    """
    if gateway and not names(settings):
        known = "\n".join(f"  {setting_of(name)}: {it.tokens}" for name, it in PLATFORMS.items())
        sys.stderr.write(say(language, "console.no_platform", platforms=known) + "\n")
        return 1
    os.umask(UMASK)
    stop = asyncio.Event()
    return asyncio.run(_until_told_twice(stop, _serve(settings, stop, language, gateway=gateway, worker=worker)))


async def _until_told_twice(stop: asyncio.Event, work: Coroutine[None, None, int]) -> int:
    loop = asyncio.get_running_loop()
    told = -_SAME_WISH
    serving = asyncio.create_task(work)

    def end() -> None:
        nonlocal told
        # A signal to the whole group may come here twice; that is one wish.
        again, told = loop.time() - told > _SAME_WISH, loop.time()
        if stop.is_set() and again:
            log.warning("Stopping at once after a second signal: unfinished jobs resume at the next start")
            serving.cancel()
        stop.set()

    with on_signals([signal.SIGINT, *ENDING], end):
        try:
            return await serving
        except asyncio.CancelledError:
            return 0


async def _serve(settings: Settings, stop: asyncio.Event, language: str, *, gateway: bool, worker: bool) -> int:
    links = {PLATFORMS[name].label: Link() for name in names(settings)} if gateway else {}
    watch = Watch(links, stop)
    # Around everything else: whoever watches sees the start, and the end until nothing runs any more.
    async with watched(settings, watch):
        async with open_app(settings, gateway=gateway, worker=worker) as app:
            watch.admin = app.admin
            log.info("Serving %s", " and ".join([*links, *(["jobs"] if worker else [])]))
            if gateway:
                serving = (
                    _kept_apart(label, connect(name, settings), app.gateway, stop, link, language)
                    for name, (label, link) in zip(names(settings), links.items(), strict=True)
                )
                served = any(await asyncio.gather(*serving))
            else:
                await stop.wait()
                served = True
            log.info("Ending")
        watch.admin = None
    log.info("Stopped")
    return 0 if served else 1


async def _kept_apart(
    label: str, platform: Platform, gateway: Gateway, stop: asyncio.Event, link: Link, language: str
) -> bool:
    """Serve one platform; what ends it for good does not touch the others. Returns whether it ended as asked."""
    try:
        await platform.serve(gateway, stop, link)
    except TokenNotAccepted as error:
        log.error("%s", say(language, "console.token_refused", platform=label, setting=error.setting))  # noqa: TRY400
        return False
    except PlatformClosed as error:
        log.error("Platform ended: %s", error)  # noqa: TRY400
        return False
    return True
