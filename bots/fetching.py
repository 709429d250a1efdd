"""Fetching the files that people send, in any process that has the platforms' settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from bots import discord, telegram
from bots.console.files import fetch
from bots.console.speaker import PLATFORM as CONSOLE
from bots.settings import Settings
from core.messages import Fetch


@asynccontextmanager
async def open_fetchers(settings: Settings) -> AsyncIterator[Mapping[str, Fetch]]:
    """Give a fetcher for each platform whose token is set and for the terminal; each connects with its first file."""
    fetchers: dict[str, Fetch] = {CONSOLE: fetch}
    async with AsyncExitStack() as opened:
        if settings.discord_token:
            files = await opened.enter_async_context(discord.DiscordFiles(settings.discord_token))
            fetchers[discord.PLATFORM] = files.fetch
        if settings.telegram_token:
            api_url = settings.telegram_api_url
            sent = telegram.TelegramFiles(settings.telegram_token, api_url, telegram.download_limit(api_url))
            fetchers[telegram.PLATFORM] = (await opened.enter_async_context(sent)).fetch
        yield fetchers
