"""Whether Telegram takes the token, without serving."""

from __future__ import annotations

import asyncio
import logging

import telegram
from pydantic import SecretStr
from telegram.error import Forbidden, InvalidToken, TelegramError

from bots.errors import PlatformUnreachable, TokenNotAccepted
from bots.logs import keep_quiet

SETTING = "TELEGRAM_TOKEN"
PUBLIC_SERVER = "https://api.telegram.org"


def is_public(api_url: str | None) -> bool:
    """Tell whether this address, or none, leads to Telegram's own Bot API server, with its limits."""
    return api_url is None or api_url.rstrip("/") == PUBLIC_SERVER


def server_urls(api_url: str | None) -> tuple[str, str]:
    """Return the addresses of a Bot API server that the library wants: of its methods and of its files."""
    base = (api_url or PUBLIC_SERVER).rstrip("/")
    return f"{base}/bot", f"{base}/file/bot"


def keep_token_quiet() -> None:
    """Keep secrets out of the log: addresses hold the token, and at DEBUG the library logs what people write."""
    keep_quiet("httpx", "httpcore", below=logging.WARNING)
    keep_quiet("telegram", below=logging.INFO)


async def check(token: SecretStr, within: float, *, api_url: str | None) -> tuple[str, str]:
    """Log in at the Bot API server `api_url` (None: Telegram's own), and return the bot's name and its page."""
    try:
        async with (
            asyncio.timeout(within),
            telegram.Bot(token.get_secret_value(), base_url=server_urls(api_url)[0]) as bot,
        ):
            return f"@{bot.username}", f"https://t.me/{bot.username}"
    except (InvalidToken, Forbidden):
        raise TokenNotAccepted(SETTING) from None
    except (TelegramError, OSError) as error:
        raise PlatformUnreachable(type(error).__name__) from error
