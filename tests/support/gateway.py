"""One gateway before a server on loopback, from its start to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from pydantic import SecretStr

from bots import discord, telegram
from bots.discord.sender import MOVE_AFTER
from bots.lifecycle import Link
from bots.telegram.service import CLOUD
from core.gateway import Gateway
from tests.support import discord_wire, telegram_server
from tests.support.discord_server import DiscordServer
from tests.support.waiting import PATIENCE, until

LIMITS = replace(CLOUD, album_wait=0.1)


@asynccontextmanager
async def serving(
    server: DiscordServer | telegram_server.TelegramServer, gateway: Gateway, move_after: float = MOVE_AFTER
) -> AsyncIterator[None]:
    """Serve, and stop in the end."""
    stop, link = asyncio.Event(), Link()
    if isinstance(server, DiscordServer):
        token = SecretStr(discord_wire.TOKEN)
        serve = discord.serve(token, gateway, stop=stop, link=link, move_after=move_after, first_wait=0.05)
    else:
        token, url = SecretStr(telegram_server.TOKEN), server.base
        serve = telegram.serve(token, gateway, api_url=url, stop=stop, link=link, limits=LIMITS, first_wait=0.05)
    served = asyncio.create_task(serve)
    try:
        yield
    finally:
        # discord.py leaves a task behind that fails where it is closed while it connects.
        await until(lambda: link.up or served.done())
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await served
