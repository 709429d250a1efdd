"""The core put together: the gateway's side and the worker's side, in one process or in many."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import media
from core.breaker import Breaker
from core.flows.request_parsing import STUDIO
from core.flows.turn import Services, Sleep
from core.gateway import Gateway
from core.job_admin import JobAdmin
from core.job_runner import JobRunner
from core.jobs.leftovers import clear_out
from core.jobs.notifier import open_notifier
from core.jobs.worker import Timing, Worker
from core.messages import Bot, Fetch
from core.nemo import NemoClient
from core.nemo.model import Backend
from core.store import Vault, key_from_file, open_store
from core.tracing import tell_end

_USUAL = "usual"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreConfig:
    """What every role stands on.

    `redis_url` is `redis://`, `rediss://` or `unix://`; `work_dir` a folder for files under way, `fallback`
    another service that is offered where the usual one can't. Secrets are sealed
    with `secret_key`, else with the key in `key_file` (default: `work_dir/secret.key`), made at the first start
    and must be kept with the data; all roles need the same. Another one is refused but where the Redis is this
    installation's `own_redis`: whoever lost the key there begins with a new one. `pulse` sets how leases live.
    """

    redis_url: str
    backend: Backend
    work_dir: Path
    fallback: Backend | None = None
    secret_key: bytes | None = None
    key_file: Path | None = None
    own_redis: bool = False
    pulse: Timing = field(default_factory=Timing)
    sleep: Sleep = asyncio.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a worker is given: ways to people's files by platform, jobs at once, seconds for what runs at its end."""

    fetches: Mapping[str, Fetch]
    at_once: int = 200
    drain: float = 0.0


@dataclass(frozen=True, slots=True)
class AppContext:
    """The open core: who people speak with, and the operator's desk."""

    bot: Bot
    desk: JobAdmin


@asynccontextmanager
async def open_core(ground: CoreConfig, work: Work | None, *, gateway: bool = True) -> AsyncIterator[AppContext]:
    """Open the core for a `gateway`, with a worker where there is `work` for it. Raises `StoreUnavailable`."""
    async with AsyncExitStack() as parts:
        services = await _services(ground, work, parts)
        docket, wakes = await parts.enter_async_context(open_notifier(ground.redis_url))
        clearing = asyncio.create_task(clear_out(ground.work_dir), name="clear out")
        parts.callback(clearing.cancel)
        front = Gateway(services, wakes, ground.pulse)
        if gateway:
            holding = asyncio.create_task(front.follower.hold(), name="hold screens")
            holding.add_done_callback(tell_end)
            parts.callback(holding.cancel)
        if work:
            back = JobRunner(services, ground.pulse)
            worker = Worker(services.store, wakes, back.story, ground.pulse, _new_id, back.clear)
            await parts.enter_async_context(worker.working(docket, at_once=work.at_once, drain=work.drain))
            # Every result is probed before it is delivered.
            media.warm_up()
        yield AppContext(front, JobAdmin(services.store, wakes))


@asynccontextmanager
async def open_bot(ground: CoreConfig, work: Work | None) -> AsyncIterator[Bot]:
    """Open the core for people to speak with. Raises `StoreUnavailable`."""
    async with open_core(ground, work) as house:
        yield house.bot


async def _services(ground: CoreConfig, work: Work | None, parts: AsyncExitStack) -> Services:
    secret = ground.secret_key
    if secret is None:
        secret = await asyncio.to_thread(key_from_file, ground.key_file or ground.work_dir / "secret.key")
    vault = Vault(secret)
    store = await parts.enter_async_context(open_store(ground.redis_url, vault))
    await store.schema.agree_on_key(vault.key_id, anew=ground.own_redis)
    fetches = work.fetches if work else {}

    async def services(backend: Backend, name: str | None, other: Services | None) -> Services:
        nemo = await parts.enter_async_context(NemoClient(backend))
        breaker = Breaker(store.pauses, name or _USUAL)
        at = store.at(name) if name else store
        return Services(nemo, at, fetches, ground.work_dir, ground.sleep, time.time, _new_id, breaker, other)

    other = await services(ground.fallback, STUDIO, None) if ground.fallback else None
    return await services(ground.backend, None, other)


def _new_id() -> str:
    return uuid.uuid4().hex
