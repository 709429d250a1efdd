"""The core put together: the gateway's side and the worker's side, in one process or in many."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from weakref import WeakValueDictionary

import media
from core.breaker import Breaker
from core.flows.context import Services, Sleep
from core.gateway import Gateway
from core.job_admin import JobAdmin
from core.job_runner import run_job
from core.jobs.engine import open_engine
from core.jobs.housekeeping import clear_out
from core.jobs.worker import Timing, Worker
from core.messages import Fetch
from core.nemo import NemoClient
from core.nemo.model import Backend
from core.store import Vault, key_from_file, open_store
from language import Reader

_USUAL = "usual"
_NEW_ID = partial(secrets.token_hex, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreConfig:
    """What every role stands on.

    `redis_url` is `redis://`, `rediss://` or `unix://`; `work_dir` a folder for files under way, `fallback`
    another service that is offered where the usual one can't. Secrets are sealed
    with `secret_key`, else with the key in `key_file` (default: `work_dir/secret.key`), made at the first start
    and must be kept with the data; all roles need the same. Another one is refused but where the Redis is this
    installation's `own_redis`: whoever lost the key there begins with a new one. `timing` sets how leases live.
    """

    redis_url: str
    backend: Backend
    work_dir: Path
    fallback: Backend | None = None
    #: Under this name Redis keeps what belongs to the fallback.
    fallback_name: str = "fallback"
    secret_key: bytes | None = None
    key_file: Path | None = None
    own_redis: bool = False
    timing: Timing = field(default_factory=Timing)
    sleep: Sleep = asyncio.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a worker is given: ways to people's files by platform, jobs at once, seconds for what runs at its end."""

    fetches: Mapping[str, Fetch]
    at_once: int = 200
    drain: float = 0.0


@dataclass(frozen=True, slots=True)
class AppContext:
    """The open core: what adapters hand messages to, and what operators look through."""

    gateway: Gateway
    admin: JobAdmin


@asynccontextmanager
async def open_core(config: CoreConfig, work: Work | None) -> AsyncIterator[AppContext]:
    """Open the core, with a worker where there is `work` for it. Raises `StoreUnavailable`."""
    async with AsyncExitStack() as parts:
        services = await _services(config, work, parts)
        docket, notify = await parts.enter_async_context(open_engine(config.redis_url))
        clearing = asyncio.create_task(clear_out(config.work_dir), name="clear out")
        parts.callback(clearing.cancel)
        if work:
            run = partial(run_job, services, config.timing.pace)
            worker = Worker(services.store, notify, run, config.timing, _NEW_ID, config.work_dir)
            await parts.enter_async_context(worker.working(docket, at_once=work.at_once, drain=work.drain))
            # Every result is probed before it is delivered.
            media.warm_up()
        yield AppContext(Gateway(services, notify, config.timing), JobAdmin(services.store, notify))


async def _services(config: CoreConfig, work: Work | None, parts: AsyncExitStack) -> Services:
    """Return the services on the usual backend, which know those on the fallback."""
    secret = config.secret_key
    if secret is None:
        secret = await asyncio.to_thread(key_from_file, config.key_file or config.work_dir / "secret.key")
    store = await parts.enter_async_context(open_store(config.redis_url, Vault(secret)))
    await store.agree_on_key(anew=config.own_redis)
    usual = Services(
        await parts.enter_async_context(NemoClient(config.backend)),
        store,
        work.fetches if work else {},
        config.work_dir,
        config.sleep,
        time.time,
        _NEW_ID,
        Breaker(store.pauses, _USUAL),
        await parts.enter_async_context(Reader()),
    )
    if config.fallback is None:
        return usual
    name = config.fallback_name
    nemo, breaker = await parts.enter_async_context(NemoClient(config.fallback)), Breaker(store.pauses, name)
    # People have tokens and sessions of their own there.
    other = replace(usual, nemo=nemo, store=store.at(name), breaker=breaker, name=name, locks=WeakValueDictionary())
    return replace(usual, other=other)
