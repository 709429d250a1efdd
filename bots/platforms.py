"""The platforms that the bot can serve: one row each. A platform's libraries are loaded only where it is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from bots.console.files import fetch
from bots.console.speaker import PLATFORM as CONSOLE
from bots.lifecycle import Link
from bots.settings import Settings
from core.gateway import Gateway
from core.messages import Fetch


@dataclass(frozen=True, slots=True)
class Listed:
    """What is said of a platform before it is loaded: what people call it, and where a bot gets its token."""

    label: str
    tokens: str


PLATFORMS = {
    "discord": Listed("Discord", "https://discord.com/developers/applications → Bot → Reset Token"),
    "telegram": Listed("Telegram", "@BotFather → /newbot, /token"),
}
"""By the package of `bots`; `setting_of` names the setting that holds its token."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A platform that takes the bot's token."""

    #: The bot's name there.
    name: str
    #: The page by which people reach or invite it.
    link: str


class Platform(Protocol):
    """What the package of a platform offers, as `connect(settings)`."""

    async def serve(self, gateway: Gateway, stop: asyncio.Event, link: Link) -> None:
        """Speak with people until `stop` is set. Raises `TokenNotAccepted` and `PlatformClosed`."""
        ...

    async def check(self, within: float) -> Checked:
        """Log in. Raises `TokenNotAccepted`, or `PlatformUnreachable` after so many seconds."""
        ...

    def files(self) -> AbstractAsyncContextManager[Fetch]:
        """Give the way to the files that people send there; it connects with the first one."""
        ...


def setting_of(name: str) -> str:
    """Return the name of the setting that holds a platform's token."""
    return f"{name}_token".upper()


def names(settings: Settings) -> list[str]:
    """Return the platforms whose tokens are set."""
    return [name for name in PLATFORMS if getattr(settings, setting_of(name).lower())]


def connect(name: str, settings: Settings) -> Platform:
    """Load a platform."""
    return cast("Platform", import_module(f"bots.{name}").connect(settings))


@asynccontextmanager
async def open_fetchers(settings: Settings) -> AsyncIterator[Mapping[str, Fetch]]:
    """Give a fetcher for each platform whose token is set, and for the terminal."""
    opened: dict[str, Fetch] = {}
    opening = asyncio.Lock()
    async with AsyncExitStack() as stack:

        def fetcher(name: str) -> Fetch:
            async def fetch(ref: str, path: Path) -> None:
                async with opening:
                    if name not in opened:
                        opened[name] = await stack.enter_async_context(connect(name, settings).files())
                await opened[name](ref, path)

            return fetch

        yield {CONSOLE: fetch, **{name: fetcher(name) for name in names(settings)}}
