"""Discord, thin: slash commands, mentions and direct messages in; messages, files and buttons out."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import aiohttp
import discord
from pydantic import SecretStr

from bots.discord.client import MusicClient
from bots.discord.files import DiscordFiles
from bots.discord.sender import MOVE_AFTER, PLATFORM, DiscordSender
from bots.errors import PlatformClosed, TokenNotAccepted
from bots.lifecycle import FIRST_WAIT, Link, Tasks, attempts
from bots.logs import keep_quiet
from bots.platforms import Platform
from bots.settings import Settings
from core.cancellation import cancel_and_wait
from core.gateway import Gateway

__all__ = ["PERMISSIONS", "PLATFORM", "DiscordFiles", "check", "connect", "serve"]

log = logging.getLogger(__name__)

# The bot does not speak: no warnings about missing voice libraries.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False

_SETTING = "DISCORD_TOKEN"
PERMISSIONS = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, attach_files=True, read_message_history=True
)
"""What the bot does in a channel once the token of an interaction is over: speak, answer, send files."""
# Gateway close code for a bad token.
_AUTHENTICATION_FAILED = 4004


def connect(settings: Settings) -> Platform:
    """Return Discord as these settings have it."""
    if settings.discord_token is None:
        raise ValueError(f"{_SETTING} is not set")
    token = settings.discord_token
    return Platform(partial(serve, token), partial(check, token), partial(DiscordFiles, token))


async def check(token: SecretStr, within: float) -> tuple[str, str]:
    """Log in without serving, and return the bot's name and the link that invites it."""
    client = discord.Client(intents=discord.Intents.none())
    try:
        async with asyncio.timeout(within), client:
            await client.login(token.get_secret_value())
            link = discord.utils.oauth_url(
                client.application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
            )
            return str(client.user), link
    except discord.LoginFailure:
        raise TokenNotAccepted(_SETTING) from None
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise PlatformClosed(type(error).__name__) from error


async def serve(
    token: SecretStr,
    gateway: Gateway,
    stop: asyncio.Event,
    link: Link | None = None,
    *,
    move_after: float = MOVE_AFTER,
    first_wait: float = FIRST_WAIT,
    stop_within: float = 10,
) -> None:
    """Connect, register the commands, and serve until `stop` is set; then end within about `stop_within` seconds.

    Without a network it goes on trying, first after `first_wait` seconds; `link` tells whether there is a connection.
    Raises `TokenNotAccepted`.
    """
    keep_quiet("discord", below=logging.INFO)
    link = link or Link()
    async for _ in attempts(stop, first_wait):
        tasks = Tasks()
        client = MusicClient(gateway, tasks, link)
        try:
            await client.login(token.get_secret_value())
            async with gateway.serving(DiscordSender(client, move_after)):
                await _listen(client, tasks, stop, stop_within)
        except discord.LoginFailure:
            raise TokenNotAccepted(_SETTING) from None
        except discord.ConnectionClosed as error:
            if error.code == _AUTHENTICATION_FAILED:
                raise TokenNotAccepted(_SETTING) from None
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
        # The chats are told by requests, which need no gateway connection.
        await tasks.close(stop_within)
        await cancel_and_wait(connection)
