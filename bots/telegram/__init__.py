"""Telegram, thin: commands, texts, files and presses in; messages, files and buttons out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# The library's coming default: waits are given as `timedelta`. It is read when an error is made.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from pydantic import SecretStr

from bots.lifecycle import Link
from bots.platforms import Checked, Platform
from bots.settings import Settings
from bots.telegram.check import check
from bots.telegram.files import TelegramFiles, download_limit
from bots.telegram.sender import PLATFORM
from bots.telegram.service import serve
from core.gateway import Gateway
from core.messages import Fetch

__all__ = ["PLATFORM", "TelegramFiles", "check", "connect", "download_limit", "serve"]


class _Telegram:
    """`bots.platforms.Platform`."""

    def __init__(self, token: SecretStr, api_url: str | None) -> None:
        self._token = token
        self._api_url = api_url

    async def serve(self, gateway: Gateway, stop: asyncio.Event, link: Link) -> None:
        await serve(self._token, gateway, api_url=self._api_url, stop=stop, link=link)

    async def check(self, within: float) -> Checked:
        name = await check(self._token, api_url=self._api_url, within=within)
        return Checked(f"@{name}", f"https://t.me/{name}")

    @asynccontextmanager
    async def files(self) -> AsyncIterator[Fetch]:
        async with TelegramFiles(self._token, self._api_url, download_limit(self._api_url)) as files:
            yield files.fetch


def connect(settings: Settings) -> Platform:
    """Return Telegram as these settings have it."""
    if settings.telegram_token is None:
        raise ValueError("TELEGRAM_TOKEN is not set")
    return _Telegram(settings.telegram_token, settings.telegram_api_url)
