"""`python -m bots run | gateway | worker`: platforms, work, or both, in one event loop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass

from bots import discord, telegram
from bots.bootstrap import AppContext, open_house
from bots.connecting import Link
from bots.errors import PlatformClosed, TokenNotAccepted
from bots.health import Watch, watched
from bots.private import UMASK
from bots.settings import Settings
from bots.signals import ENDING, on_signals
from core.messages import Bot
from core.texts import say

_log = logging.getLogger(__name__)

_DISCORD, _TELEGRAM = "Discord", "Telegram"
_SAME_WISH = 0.5
"""Seconds within which two signals mean one thing."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What this process does: speak with people, work on jobs, or both."""

    gateway: bool
    worker: bool


def run(settings: Settings, roles: Roles, language: str) -> int:
    """Serve until SIGINT or SIGTERM and return the exit status: 1 where no platform could be served.

    The first signal lets running jobs go on for a while; a second one ends at once, and the journal keeps them.
    """
    if roles.gateway and not _names(settings):
        sys.stderr.write(say(language, "console.no_platform") + "\n")
        return 1
    os.umask(UMASK)
    return asyncio.run(_until_told_twice(settings, roles, language))


async def _until_told_twice(settings: Settings, roles: Roles, language: str) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    told = -_SAME_WISH
    serving = asyncio.create_task(_serve(settings, roles, stop, language))

    def end() -> None:
        nonlocal told
        # A signal to the whole group may come here twice; that is one wish.
        again, told = loop.time() - told > _SAME_WISH, loop.time()
        if stop.is_set() and again:
            _log.warning("told twice to end: what runs is left to its journal")
            serving.cancel()
        stop.set()

    with on_signals([signal.SIGINT, *ENDING], end):
        try:
            return await serving
        except asyncio.CancelledError:
            return 0


async def _serve(settings: Settings, roles: Roles, stop: asyncio.Event, language: str) -> int:
    links = {name: Link() for name in _names(settings)} if roles.gateway else {}
    watch = Watch(links, stop)
    # Around everything else: whoever watches sees the start, and the end until nothing runs any more.
    async with watched(settings, watch):
        async with open_house(settings, gateway=roles.gateway, worker=roles.worker) as house:
            watch.desk = house.desk
            _log.info("serving %s", " and ".join([*(_names(settings) if roles.gateway else ()), *_work(roles)]))
            if roles.gateway:
                served = any(await asyncio.gather(*_platforms(settings, house, stop, language, links)))
            else:
                await stop.wait()
                served = True
            _log.info("ending")
        watch.desk = None
    _log.info("stopped")
    return 0 if served else 1


def _names(settings: Settings) -> list[str]:
    tokens = ((_DISCORD, settings.discord_token), (_TELEGRAM, settings.telegram_token))
    return [name for name, token in tokens if token]


def _work(roles: Roles) -> list[str]:
    return ["jobs"] if roles.worker else []


def _platforms(
    settings: Settings, house: AppContext, stop: asyncio.Event, language: str, links: Mapping[str, Link]
) -> Iterator[Awaitable[bool]]:
    bot: Bot = house.bot
    if token := settings.discord_token:
        yield _kept_apart(_DISCORD, discord.serve(token, bot, stop=stop, link=links[_DISCORD]), language)
    if token := settings.telegram_token:
        url = settings.telegram_api_url
        serving = telegram.serve(token, bot, stop=stop, api_url=url, link=links[_TELEGRAM])
        yield _kept_apart(_TELEGRAM, serving, language)


async def _kept_apart(name: str, serving: Awaitable[None], language: str) -> bool:
    """Serve one platform; what ends it for good does not touch the other. Returns whether it ended as asked."""
    try:
        await serving
    except TokenNotAccepted as error:
        _log.error("%s", say(language, "console.token_refused", platform=name, setting=error.setting))
        return False
    except PlatformClosed as error:
        _log.error("%s", error)
        return False
    return True
