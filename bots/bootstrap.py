"""Wires the parts: store, studio and core, embedded where no address is set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bots.embedded import EmbeddedStudio, EmbeddedValkey, shared
from bots.fetching import open_fetchers
from bots.private import private_folder
from bots.settings import Settings
from core.app import Ground, Work, open_bot
from core.nemo.model import Backend
from core.words import Bot

WORK = "work"
KEY_FILE = "secret.key"


@asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[tuple[str, Backend]]:
    """Bring up what is embedded and give the addresses of the store and of the API.

    Raises `bots.embedded.EmbeddedError`, or OSError where the data directory can't be written to.
    """
    private_folder(settings.data_dir)
    private_folder(settings.data_dir / WORK)
    async with AsyncExitStack() as parts:
        if settings.redis_url:
            redis_url = settings.redis_url.get_secret_value()
        else:
            valkey = EmbeddedValkey(settings.data_dir)
            await parts.enter_async_context(shared(valkey))
            redis_url = valkey.url
        studio_url: str | None = None
        if settings.starts_studio:
            studio = EmbeddedStudio(settings.data_dir, settings.for_studio())
            await parts.enter_async_context(shared(studio))
            studio_url = studio.url
        yield redis_url, settings.api(studio_url)


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[Bot]:
    """Open the bot with everything that it needs, a worker included."""
    async with (
        open_parts(settings) as (redis_url, backend),
        open_fetchers(settings) as fetches,
        open_bot(_ground(settings, redis_url, backend), Work(fetches=fetches)) as bot,
    ):
        yield bot


def _ground(settings: Settings, redis_url: str, backend: Backend) -> Ground:
    work_dir = settings.data_dir / WORK
    return Ground(redis_url=redis_url, backend=backend, work_dir=work_dir, key_file=settings.data_dir / KEY_FILE)
