"""Wires the parts: store, studio and core, embedded where no address is set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bots.embedded import EmbeddedStudio, EmbeddedValkey, shared
from bots.fetching import open_fetchers
from bots.private import private_folder
from bots.settings import Settings
from core.app import Ground, House, Work, open_core
from core.nemo.model import Backend

__all__ = ["KEY_FILE", "WORK", "House", "ground", "open_house", "open_parts"]

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
async def open_house(settings: Settings, *, gateway: bool = True, worker: bool = True) -> AsyncIterator[House]:
    """Open what a gateway, a worker or both need."""
    async with AsyncExitStack() as parts:
        redis_url, backend = await parts.enter_async_context(open_parts(settings))
        work: Work | None = None
        if worker:
            fetches = await parts.enter_async_context(open_fetchers(settings))
            work = Work(fetches=fetches, at_once=settings.worker_jobs, drain=settings.drain_seconds)
        standing = ground(settings, redis_url, backend)
        yield await parts.enter_async_context(open_core(standing, work, gateway=gateway))


def ground(settings: Settings, redis_url: str, backend: Backend) -> Ground:
    """Return what every role of these settings stands on."""
    work_dir = settings.data_dir / WORK
    key = settings.secret_key.get_secret_value().encode() if settings.secret_key else None
    return Ground(
        redis_url=redis_url,
        backend=backend,
        work_dir=work_dir,
        secret_key=key,
        key_file=settings.data_dir / KEY_FILE,
    )
