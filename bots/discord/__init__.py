"""Discord, thin: slash commands, mentions and direct messages in; messages, files and buttons out."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import discord
from pydantic import SecretStr

from bots.connecting import FIRST_WAIT, Link, attempts
from bots.discord.check import SETTING, check, keep_words_quiet
from bots.discord.client import MusicClient
from bots.discord.files import DiscordFiles
from bots.discord.screen import PLATFORM, RetryPolicy
from bots.errors import PlatformClosed, TokenNotAccepted
from bots.tasks import Tasks
from core.messages import Bot

__all__ = ["PLATFORM", "DiscordFiles", "RetryPolicy", "check", "serve"]

_log = logging.getLogger(__name__)

# The bot does not speak: no warnings about missing voice libraries.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False

# Gateway close code for a bad token.
_AUTHENTICATION_FAILED = 4004


async def serve(
    token: SecretStr,
    bot: Bot,
    *,
    stop: asyncio.Event,
    link: Link | None = None,
    patience: RetryPolicy | None = None,
    first_wait: float = FIRST_WAIT,
    stop_within: float = 10,
) -> None:
    """Connect, register the commands, and serve until `stop` is set; then end within about `stop_within` seconds.

    Without a network it goes on trying, first after `first_wait` seconds; `link` tells whether there is a connection.
    Raises `TokenNotAccepted`.
    """
    keep_words_quiet()
    link = link or Link()
    async for _ in attempts(stop, first_wait):
        tasks = Tasks()
        client = MusicClient(bot, tasks, patience or RetryPolicy(), link)
        try:
            await client.login(token.get_secret_value())
            await _listen(client, bot, tasks, stop, stop_within)
        except discord.LoginFailure:
            raise TokenNotAccepted(SETTING) from None
        except discord.ConnectionClosed as error:
            if error.code == _AUTHENTICATION_FAILED:
                raise TokenNotAccepted(SETTING) from None
            raise PlatformClosed(f"Discord closed the connection with code {error.code}") from error
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            _log.warning("Discord can't be reached (%s); trying again", type(error).__name__)
        finally:
            link.up = False
            await client.close()


async def _listen(client: MusicClient, bot: Bot, tasks: Tasks, stop: asyncio.Event, stop_within: float) -> None:
    """Keep the connection, which mends itself, until `stop` is set; raises what ends it for good."""
    connection = asyncio.create_task(client.connect(), name="Discord connection")
    stopping = asyncio.create_task(stop.wait())
    tasks.start(bot.follow_left(PLATFORM, client.reopen), "Discord, what others left")
    try:
        await asyncio.wait({connection, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            connection.result()
    finally:
        stopping.cancel()
        client.deaf = True
        # Jobs first: they speak through the connection while they end.
        await tasks.close(stop_within)
        await client.close()
        connection.cancel()
        await asyncio.wait({connection})
