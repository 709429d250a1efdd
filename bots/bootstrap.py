"""Wires the parts: store, studio and core, embedded where no address is set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bots.embedded import EmbeddedStudio, EmbeddedValkey
from bots.platforms import open_fetchers
from bots.private import private_folder
from bots.settings import Settings
from core.app import AppContext, CoreConfig, Work, open_core


@asynccontextmanager
async def open_parts(settings: Settings, *, apart: bool = False) -> AsyncIterator[CoreConfig]:
    """Bring up what is embedded and give what every role of these settings stands on.

    Raises `bots.embedded.EmbeddedError`, or OSError where the data directory can't be written to.
    """
    work_dir = private_folder(private_folder(settings.data_dir) / "work")
    async with AsyncExitStack() as parts:
        if settings.redis_url:
            redis_url = settings.redis_url.get_secret_value()
        else:
            valkey = EmbeddedValkey(settings.data_dir)
            await parts.enter_async_context(valkey.shared())
            redis_url = valkey.url
        studio_url: str | None = None
        # Roles on several machines need one and the same studio: each of them starting its own would be many.
        if settings.starts_studio or (settings.starts_fallback and not apart):
            studio = EmbeddedStudio(settings.data_dir, settings.for_studio())
            await parts.enter_async_context(studio.shared())
            studio_url = studio.url
        yield CoreConfig(
            redis_url=redis_url,
            backend=settings.api(studio_url),
            fallback=settings.fallback_api(studio_url),
            fallback_name="studio",
            work_dir=work_dir,
            secret_key=settings.sealing_key,
            key_file=settings.key_file,
            own_redis=settings.redis_url is None,
        )


@asynccontextmanager
async def open_app(settings: Settings, *, gateway: bool = True, worker: bool = True) -> AsyncIterator[AppContext]:
    """Open what a gateway, a worker, both or an operator need."""
    async with AsyncExitStack() as parts:
        config = await parts.enter_async_context(open_parts(settings, apart=not (gateway and worker)))
        work: Work | None = None
        if worker:
            fetches = await parts.enter_async_context(open_fetchers(settings))
            work = Work(fetches=fetches, at_once=settings.worker_jobs, drain=settings.drain_seconds)
        yield await parts.enter_async_context(open_core(config, work))
