"""Whether Discord takes the token, without serving."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import discord
from pydantic import SecretStr

from bots.errors import PlatformUnreachable, TokenNotAccepted
from bots.logs import keep_quiet

SETTING = "DISCORD_TOKEN"
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
)
"""What the bot does in a channel once the token of an interaction is over: speak, answer, send files."""


def keep_words_quiet() -> None:
    """Keep secrets out of the log: at DEBUG the library logs what people write, and the tokens of interactions."""
    keep_quiet("discord", below=logging.INFO)


async def check(token: SecretStr, *, within: float) -> tuple[str, str]:
    """Log in and return the bot's name and the link that invites it.

    Raises `TokenNotAccepted`, or `PlatformUnreachable` where no answer comes `within` so many seconds.
    """
    client = discord.Client(intents=discord.Intents.none())
    try:
        async with asyncio.timeout(within), client:
            await client.login(token.get_secret_value())
            link = discord.utils.oauth_url(
                client.application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
            )
            return str(client.user), link
    except discord.LoginFailure:
        raise TokenNotAccepted(SETTING) from None
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise PlatformUnreachable(type(error).__name__) from error
