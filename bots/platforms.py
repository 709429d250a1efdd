"""The platforms that the bot can serve: one row each. A platform's libraries are loaded only where it is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
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


class Files(Protocol):
    """The way to the files that people send on a platform."""

    async def fetch(self, ref: str, path: Path) -> None:
        """Do as `core.messages.Fetch` says."""
        ...


@dataclass(frozen=True, slots=True)
class Platform:
    """What the package of a platform offers, as `connect(settings)`."""

    #: Speaks with people until the event is set. Raises `TokenNotAccepted` and `PlatformClosed`.
    serve: Callable[[Gateway, asyncio.Event, Link], Awaitable[None]]
    #: Logs in; returns the bot's name and the page by which people reach or invite it. Raises `TokenNotAccepted`, or
    #: `PlatformClosed` where no answer comes within so many seconds.
    check: Callable[[float], Awaitable[tuple[str, str]]]
    #: Gives the way to the files that people send there; it connects with the first one.
    files: Callable[[], AbstractAsyncContextManager[Files]]


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
    opened: dict[str, Files] = {}
    opening = asyncio.Lock()
    async with AsyncExitStack() as stack:

        def fetcher(name: str) -> Fetch:
            async def fetch(ref: str, path: Path) -> None:
                async with opening:
                    if name not in opened:
                        opened[name] = await stack.enter_async_context(connect(name, settings).files())
                await opened[name].fetch(ref, path)

            return fetch

        yield {CONSOLE: fetch, **{name: fetcher(name) for name in names(settings)}}
