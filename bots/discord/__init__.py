"""Discord, thin: slash commands, mentions and direct messages in; messages, files and buttons out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import discord
from pydantic import SecretStr

from bots.discord.check import SETTING, check, keep_words_quiet
from bots.discord.client import MusicClient
from bots.discord.files import DiscordFiles
from bots.discord.sender import PLATFORM, DiscordSender, RetryPolicy
from bots.errors import PlatformClosed, TokenNotAccepted
from bots.lifecycle import FIRST_WAIT, Link, Tasks, attempts
from bots.platforms import Checked, Platform
from bots.settings import Settings
from core.cancellation import cancel_and_wait
from core.gateway import Gateway
from core.messages import Fetch

__all__ = ["PLATFORM", "DiscordFiles", "RetryPolicy", "check", "connect", "serve"]

log = logging.getLogger(__name__)

# The bot does not speak: no warnings about missing voice libraries.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False

# Seconds in which what is at hand becomes jobs when the process ends.
_TAKEN_IN = 2.0
# Gateway close code for a bad token.
_AUTHENTICATION_FAILED = 4004


class _Discord:
    """`bots.platforms.Platform`."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    async def serve(self, gateway: Gateway, stop: asyncio.Event, link: Link) -> None:
        await serve(self._token, gateway, stop=stop, link=link)

    async def check(self, within: float) -> Checked:
        return Checked(*await check(self._token, within=within))

    @asynccontextmanager
    async def files(self) -> AsyncIterator[Fetch]:
        async with DiscordFiles(self._token) as files:
            yield files.fetch


def connect(settings: Settings) -> Platform:
    """Return Discord as these settings have it."""
    if settings.discord_token is None:
        raise ValueError("DISCORD_TOKEN is not set")
    return _Discord(settings.discord_token)


async def serve(
    token: SecretStr,
    gateway: Gateway,
    *,
    stop: asyncio.Event,
    link: Link | None = None,
    policy: RetryPolicy | None = None,
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
        client = MusicClient(gateway, tasks, link)
        try:
            await client.login(token.get_secret_value())
            async with gateway.serving(DiscordSender(client, policy or RetryPolicy())):
                await _listen(client, tasks, stop, stop_within)
        except discord.LoginFailure:
            raise TokenNotAccepted(SETTING) from None
        except discord.ConnectionClosed as error:
            if error.code == _AUTHENTICATION_FAILED:
                raise TokenNotAccepted(SETTING) from None
            raise PlatformClosed(f"Discord closed the connection with code {error.code}") from error
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("Cannot reach Discord, trying again: %s", type(error).__name__)
        finally:
            link.up = False
            await client.close()


async def _listen(client: MusicClient, tasks: Tasks, stop: asyncio.Event, stop_within: float) -> None:
    """Keep the connection, which mends itself, until `stop` is set; raises what ends it for good."""
    connection = asyncio.create_task(client.connect(), name="Discord connection")
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({connection, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            connection.result()
    finally:
        stopping.cancel()
        client.deaf = True
        # What is at hand becomes jobs; the chats are told by requests, which need no gateway connection.
        await tasks.taken_in(_TAKEN_IN)
        await tasks.close(stop_within)
        await cancel_and_wait(connection)
