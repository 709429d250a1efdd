"""Wires the parts: store, studio and core, embedded where no address is set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bots.embedded import EmbeddedStudio, EmbeddedValkey, shared
from bots.platforms import open_fetchers
from bots.private import private_folder
from bots.settings import Settings
from core.app import AppContext, CoreConfig, Work, open_core
from core.nemo.model import Backend

__all__ = ["KEY_FILE", "WORK", "AppContext", "core_config", "open_app", "open_parts"]

WORK = "work"
KEY_FILE = "secret.key"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the store is, and who makes the music: usually, and where that can't."""

    redis_url: str
    backend: Backend
    fallback: Backend | None


@asynccontextmanager
async def open_parts(settings: Settings, *, apart: bool = False) -> AsyncIterator[Addresses]:
    """Bring up what is embedded and give the addresses of the store and of who makes the music.

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
        # Roles on several machines need one and the same studio: each of them starting its own would be many.
        if settings.starts_studio or (settings.starts_fallback and not apart):
            studio = EmbeddedStudio(settings.data_dir, settings.for_studio())
            await parts.enter_async_context(shared(studio))
            studio_url = studio.url
        yield Addresses(redis_url, settings.api(studio_url), settings.fallback_api(studio_url))


@asynccontextmanager
async def open_app(settings: Settings, *, gateway: bool = True, worker: bool = True) -> AsyncIterator[AppContext]:
    """Open what a gateway, a worker or both need."""
    async with AsyncExitStack() as parts:
        addresses = await parts.enter_async_context(open_parts(settings, apart=not (gateway and worker)))
        work: Work | None = None
        if worker:
            fetches = await parts.enter_async_context(open_fetchers(settings))
            work = Work(fetches=fetches, at_once=settings.worker_jobs, drain=settings.drain_seconds)
        config = core_config(settings, addresses)
        yield await parts.enter_async_context(open_core(config, work))


def core_config(settings: Settings, addresses: Addresses) -> CoreConfig:
    """Return what every role of these settings stands on."""
    work_dir = settings.data_dir / WORK
    key = settings.secret_key.get_secret_value().encode() if settings.secret_key else None
    return CoreConfig(
        redis_url=addresses.redis_url,
        backend=addresses.backend,
        fallback=addresses.fallback,
        fallback_name="studio",
        work_dir=work_dir,
        secret_key=key,
        key_file=settings.data_dir / KEY_FILE,
        own_redis=settings.redis_url is None,
    )
