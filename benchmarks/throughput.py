"""How many jobs get done in a second: by one worker, by two, and by a loop that makes the same calls alone."""

from __future__ import annotations

import asyncio
import tempfile
import time
import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from benchmarks.crowd import said
from benchmarks.ground import cpu_of, running_valkey, times_of, worker
from benchmarks.service import Script, serving
from core.commands import Action
from core.flows.context import Request
from core.jobs.engine import open_engine
from core.nemo import NemoClient
from core.nemo.model import Backend
from core.store import Conversation, JobRef, Vault, job_id_of, key_from_file, open_store

QUICK = Script(events=10)
USUAL = Script(events=10, every=0.1)


@dataclass(frozen=True, slots=True)
class Done:
    """What a number of jobs took: in seconds, and in milliseconds of processor time for each, by process."""

    jobs: int
    seconds: float
    workers: float
    valkey: float = 0.0
    service: float = 0.0

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds


async def enqueue(redis_url: str, folder: Path, numbers: range, *, rate: float = float("inf")) -> list[JobRef]:
    """Put one job of each of these people in line, as a gateway would, so many a second; return their names."""
    names = []
    async with (
        open_store(redis_url, Vault(key_from_file(folder / "secret.key"))) as store,
        open_engine(redis_url) as (_, notify),
    ):
        began = time.perf_counter()
        for count, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, began + count / rate - time.perf_counter()))
            message = said(number, uuid.uuid4().hex)
            name = JobRef(Conversation.of(message.person, message.chat), job_id_of(message))
            request = Request(action=Action.EDIT, text=message.text, language="en").to_json()
            await store.journal.create(name.conversation, name.job_id, uuid.uuid4().hex, request, kind="edit")
            await notify(name.conversation, name.job_id, "epoch 0")
            names.append(name)
    return names


async def _all_done(redis: Redis, names: list[JobRef]) -> float:
    """Wait for the end of all; return the seconds from the first beginning to the last end, by the server's clock."""
    for name in names:
        while await redis.hget(name.conversation.key("job", name.job_id), "status") != "done":  # noqa: ASYNC110 seen from outside
            await asyncio.sleep(0.1)
    times = [await times_of(redis, name) for name in names]
    return max(at["ended"] for at in times) - min(at["begun"] for at in times)


async def measure(jobs: int, *, workers: int, at_once: int, script: Script) -> Done:
    """Let workers, each a process, do a backlog of jobs of as many people."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        valkey = await stack.enter_async_context(running_valkey())
        service = stack.enter_context(serving(script))
        redis = await stack.enter_async_context(Redis.from_url(valkey.url, decode_responses=True))
        crew = [
            await stack.enter_async_context(worker(valkey.url, service.url, folder, at_once=at_once))
            for _ in range(workers)
        ]
        names = await enqueue(valkey.url, folder, range(jobs))
        processes = [valkey.process, service.process, *(one.process for one in crew)]
        before = [cpu_of(process) for process in processes]
        await asyncio.gather(*(one.ask("work") for one in crew))
        seconds = await _all_done(redis, names)
        took = [1000 * (cpu_of(process) - at) / jobs for process, at in zip(processes, before, strict=True)]
        return Done(jobs, seconds, sum(took[2:]), took[0], took[1])


async def bare(jobs: int, *, at_once: int, script: Script) -> Done:
    """Make the calls of the same jobs, as many at once, in this process; nothing is kept, guarded or shown."""
    with serving(script) as service:
        backend = Backend(api_url=service.url, web_url=None, platform="unknown")
        slots = asyncio.Semaphore(at_once)
        async with NemoClient(backend) as nemo:

            async def one() -> None:
                async with slots:
                    token = (await nemo.anonymous_token(str(uuid.uuid4()))).token
                    session = (await nemo.create_session(token, "en")).session_id
                    await nemo.state(token, session)
                    await nemo.credits(token)
                    async with nemo.run(token, session, "make it softer") as events:
                        async for _ in events:
                            pass
                    await nemo.state(token, session)
                    await nemo.credits(token)

            began, before = time.perf_counter(), time.process_time()
            served = cpu_of(service.process)
            await asyncio.gather(*(one() for _ in range(jobs)))
            seconds = time.perf_counter() - began
            return Done(
                jobs,
                seconds,
                1000 * (time.process_time() - before) / jobs,
                service=1000 * (cpu_of(service.process) - served) / jobs,
            )
