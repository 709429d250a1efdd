"""People arriving at a steady rate: how soon each sees a sign, how soon their job begins, how soon they see its end."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from benchmarks.ground import Screen, Valkey, running_valkey, worker
from benchmarks.service import Script, serving
from core.app import AppContext, CoreConfig, open_core
from core.messages import Chat, Command, IncomingMessage, Person
from core.nemo.model import Backend
from core.store import ENGINE, Conversation, JobRef, job_id_of

ARRIVALS = 50
"""A second."""
SHORT = Script(events=10, every=0.02)
LONG = Script(events=10, every=0.2)
_DEAF = "deaf"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds for each message: to the first sign on its screen, from the job's creation to its beginning, from its
    end in the worker to the end on its screen; those that were not reached are missing. `late`: the worst of what the
    arrivals themselves came too late.
    """

    sign: list[float]
    start: list[float]
    told: list[float]
    late: float


def said(number: int, message: str = "m") -> IncomingMessage:
    """Return what person `number` says."""
    name = str(number)
    return IncomingMessage(Person("bench", name, "en"), Chat("bench", name), message, "make it softer", Command.EDIT)


@asynccontextmanager
async def gateway(redis_url: str, api_url: str, folder: Path) -> AsyncIterator[AppContext]:
    """Open a gateway without work in this process."""
    backend = Backend(api_url=api_url, web_url=None, platform="unknown")
    async with open_core(CoreConfig(redis_url=redis_url, backend=backend, work_dir=folder), None) as house:
        yield house


async def _deaf(valkey: Valkey) -> str:
    """Return the address for a client to which no hint comes through: it may not subscribe to anything."""
    async with Redis.from_url(valkey.url) as redis:
        await redis.execute_command(
            "ACL", "SETUSER", _DEAF, "on", ">deaf", "~*", "+@all", "resetchannels", f"&{ENGINE}*"
        )
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
        house = await stack.enter_async_context(gateway(url, service.url, folder))
        await working.ask("work")
        # What is made at the first use of all is not counted.
        await house.bot.handle(said(-1), Screen())
        times = Times([], [], [], 0.0)
        redis = await stack.enter_async_context(Redis.from_url(valkey.url, decode_responses=True))
        for turn in range(rounds):
            came = await _arrive(house, [said(number, str(turn)) for number in range(people)], waits=waits)
            times = Times(
                [*times.sign, *(screen.first - at for _, at, screen, _ in came if screen.first)],
                times.start,
                times.told,
                max(times.late, *(at - due for due, (_, at, _, _) in zip(_due(came[0][1], people), came, strict=True))),
            )
            for message, _, _, ended in came:
                await _read(redis, message, ended, times)
        return times


def _due(first: float, people: int) -> list[float]:
    return [first + number / ARRIVALS for number in range(people)]


_Came = tuple[IncomingMessage, float, Screen, float | None]


async def _arrive(house: AppContext, messages: list[IncomingMessage], *, waits: bool) -> list[_Came]:
    """Say all at the rate; return each with its time, its screen and the Unix time of its end, where that came."""
    ended: dict[str, float] = {}

    async def handle(message: IncomingMessage, screen: Screen) -> None:
        await house.bot.handle(message, screen)
        ended[message.person.id] = time.time()

    handling, came = [], []
    first = time.perf_counter()
    for due, message in zip(_due(first, len(messages)), messages, strict=True):
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        screen = Screen()
        came.append((message, time.perf_counter(), screen))
        handling.append(asyncio.create_task(handle(message, screen)))
    if not waits:
        while not all(screen.first for _, _, screen in came):  # noqa: ASYNC110 the screens only keep their time
            await asyncio.sleep(0.05)
        for task in handling:
            task.cancel()
    await asyncio.gather(*handling, return_exceptions=True)
    return [(message, at, screen, ended.get(message.person.id)) for message, at, screen in came]


async def _read(redis: Redis, message: IncomingMessage, ended: float | None, times: Times) -> None:
    """Add what the journal tells: its times are the server's, in milliseconds."""
    name = JobRef(Conversation.of(message.person, message.chat), job_id_of(message))
    created, begun, end = await redis.hmget(name.place.job(name.job_id), "created", "begun", "ended")
    if begun:
        times.start.append((float(begun) - float(created)) / 1000)
    if end and ended:
        times.told.append(ended - float(end) / 1000)
