"""One gateway before a server on loopback, from its start to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from pydantic import SecretStr

from bots import discord, telegram
from bots.telegram.service import CLOUD
from core.messages import Bot
from tests.support import discord_wire, telegram_server
from tests.support.discord_server import DiscordServer

MANNERS = replace(CLOUD, album_wait=0.1, retries=(0.01, 0.02, 0.05))
PATIENCE = discord.RetryPolicy(retries=(0.01, 0.02, 0.05))


@asynccontextmanager
async def serving(
    server: DiscordServer | telegram_server.TelegramServer, bot: Bot, patience: discord.RetryPolicy = PATIENCE
) -> AsyncIterator[None]:
    """Serve, and stop in the end."""
    stop = asyncio.Event()
    if isinstance(server, DiscordServer):
        token = SecretStr(discord_wire.TOKEN)
        serve = discord.serve(token, bot, stop=stop, patience=patience, first_wait=0.05)
    else:
        token, url = SecretStr(telegram_server.TOKEN), server.base
        serve = telegram.serve(token, bot, api_url=url, stop=stop, manners=MANNERS, first_wait=0.05)
    served = asyncio.create_task(serve)
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await served
