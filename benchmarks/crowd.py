"""People arriving at a steady rate: how soon each message is kept, its job begins, its end is told."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from benchmarks.ground import Chats, Valkey, running_valkey, times_of, worker
from benchmarks.service import Script, serving
from core.app import AppContext, CoreConfig, open_core
from core.commands import Action
from core.messages import Chat, IncomingMessage, Person
from core.nemo.model import Backend
from core.store import ENGINE, Conversation, JobRef, job_id_of

ARRIVALS = 50
"""A second."""
SHORT = Script(events=10, every=0.02)
LONG = Script(events=10, every=0.2)
_DEAF = "deaf"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds for each message: until it is kept, from the job's creation to its beginning, from its end
    in the worker to the end in its chat; those that were not reached are missing. `late`: the worst of what the
    arrivals themselves came too late.
    """

    kept: list[float]
    start: list[float]
    told: list[float]
    late: float


def said(number: int, message: str = "m") -> IncomingMessage:
    """Return what person `number` says."""
    name = str(number)
    who, where = Person("bench", name, "en"), Chat("bench", name)
    return IncomingMessage(who, where, message, "make it softer", Action.EDIT, address=name)


@asynccontextmanager
async def gateway(redis_url: str, api_url: str, folder: Path) -> AsyncIterator[AppContext]:
    """Open a gateway without work in this process."""
    backend = Backend(api_url=api_url, web_url=None, platform="unknown")
    async with open_core(CoreConfig(redis_url=redis_url, backend=backend, work_dir=folder), None) as app:
        yield app


async def _deaf(valkey: Valkey) -> str:
    """Return the address for a client to which no hint comes through: it may not subscribe to anything."""
    async with Redis.from_url(valkey.url) as redis:
        await redis.acl_setuser(
            _DEAF, enabled=True, passwords=["+deaf"], keys=["*"], categories=["+@all"], channels=[f"{ENGINE}*"],
            reset_channels=True,
        )  # fmt: skip
    return valkey.url.replace("unix://", f"unix://{_DEAF}:deaf@")


async def measure(
    people: int, *, rounds: int = 1, at_once: int = 200, script: Script = SHORT, waits: bool = True, deaf: bool = False
) -> Times:
    """Let people arrive who each say one thing, `rounds` times in all, the next round behind the last.

    `at_once` is what the worker takes on; `waits`: each message is followed to its end. `deaf`: the gateway gets no
    hints and looks by the clock.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        valkey = await stack.enter_async_context(running_valkey())
        service = stack.enter_context(serving(script))
        working = await stack.enter_async_context(worker(valkey.url, service.url, folder, at_once=at_once))
        url = await _deaf(valkey) if deaf else valkey.url
        app = await stack.enter_async_context(gateway(url, service.url, folder))
        await stack.enter_async_context(app.gateway.serving(Chats()))
        await working.ask("work")
        # What is made at the first use of all is not counted.
        await (await app.gateway.accept(said(-1)))
        times = Times([], [], [], 0.0)
        redis = await stack.enter_async_context(Redis.from_url(valkey.url, decode_responses=True))
        for turn in range(rounds):
            came = await _arrive(app, [said(number, str(turn)) for number in range(people)], waits=waits)
            times = Times(
                [*times.kept, *(kept - at for _, at, kept, _ in came)],
                times.start,
                times.told,
                max(times.late, *(at - due for due, (_, at, *_) in zip(_due(came[0][1], people), came, strict=True))),
            )
            for message, _, _, ended in came:
                await _read(redis, message, ended, times)
        return times


def _due(first: float, people: int) -> list[float]:
    return [first + number / ARRIVALS for number in range(people)]


_Came = tuple[IncomingMessage, float, float, float | None]


async def _arrive(app: AppContext, messages: list[IncomingMessage], *, waits: bool) -> list[_Came]:
    """Say all at the rate; return each with its time, when it was kept, and the Unix time of its end."""
    kept: dict[str, float] = {}
    ended: dict[str, float] = {}

    async def handle(message: IncomingMessage) -> None:
        delivering = await app.gateway.accept(message)
        kept[message.person.id] = time.perf_counter()
        await delivering
        ended[message.person.id] = time.time()

    handling, came = [], []
    first = time.perf_counter()
    for due, message in zip(_due(first, len(messages)), messages, strict=True):
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        came.append((message, time.perf_counter()))
        handling.append(asyncio.create_task(handle(message)))
    if not waits:
        while len(kept) < len(messages):  # noqa: ASYNC110 seen from outside
            await asyncio.sleep(0.05)
        for task in handling:
            task.cancel()
    await asyncio.gather(*handling, return_exceptions=not waits)
    return [(message, at, kept[message.person.id], ended.get(message.person.id)) for message, at in came]


async def _read(redis: Redis, message: IncomingMessage, ended: float | None, times: Times) -> None:
    """Add what the journal tells."""
    at = await times_of(redis, JobRef(Conversation.of(message.person, message.chat), job_id_of(message)))
    if "begun" in at:
        times.start.append(at["begun"] - at["created"])
    if "ended" in at and ended:
        times.told.append(ended - at["ended"])
