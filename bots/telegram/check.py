"""Whether Telegram takes the token, without serving."""

from __future__ import annotations

import asyncio

import telegram
from pydantic import SecretStr
from telegram.error import Forbidden, InvalidToken, TelegramError

from bots.errors import PlatformUnreachable, TokenNotAccepted

SETTING = "TELEGRAM_TOKEN"
PUBLIC_SERVER = "https://api.telegram.org"


async def check(token: SecretStr, *, api_url: str | None, within: float) -> str:
    """Log in at the Bot API server `api_url` (None: Telegram's own) and return the bot's name.

    Raises `TokenNotAccepted`, or `PlatformUnreachable` where no answer comes `within` so many seconds.
    """
    try:
        async with (
            asyncio.timeout(within),
            telegram.Bot(token.get_secret_value(), base_url=f"{api_url or PUBLIC_SERVER}/bot") as bot,
        ):
            return str(bot.username)
    except (InvalidToken, Forbidden):
        raise TokenNotAccepted(SETTING) from None
    except (TelegramError, OSError) as error:
        raise PlatformUnreachable(type(error).__name__) from error
