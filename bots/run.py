"""`python -m bots run`: every platform whose token is set, in one event loop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Iterator

from bots import discord, telegram
from bots.bootstrap import open_house
from bots.errors import PlatformClosed, TokenNotAccepted
from bots.private import UMASK
from bots.settings import Settings
from bots.signals import ENDING, on_signals
from core.texts import say
from core.words import Bot

_log = logging.getLogger(__name__)


async def serve(settings: Settings, language: str) -> int:
    """Serve until SIGINT or SIGTERM and return the exit status: 1 where no platform could be served."""
    names = [
        name for name, token in (("Discord", settings.discord_token), ("Telegram", settings.telegram_token)) if token
    ]
    if not names:
        sys.stderr.write(say(language, "console.no_platform") + "\n")
        return 1
    os.umask(UMASK)
    stop = asyncio.Event()
    with on_signals([signal.SIGINT, *ENDING], stop.set):
        async with open_house(settings) as bot:
            _log.info("serving %s", " and ".join(names))
            served = await asyncio.gather(*_platforms(settings, bot, stop, language))
            _log.info("stopped")
    return 0 if any(served) else 1


def _platforms(settings: Settings, bot: Bot, stop: asyncio.Event, language: str) -> Iterator[Awaitable[bool]]:
    if settings.discord_token:
        yield _kept_apart("Discord", discord.serve(settings.discord_token, bot, stop=stop), language)
    if settings.telegram_token:
        serving = telegram.serve(settings.telegram_token, bot, stop=stop, api_url=settings.telegram_api_url)
        yield _kept_apart("Telegram", serving, language)


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
