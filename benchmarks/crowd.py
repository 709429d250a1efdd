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
    """Seconds for each message: to the first sign in its chat, from the job's creation to its beginning, from its end
    in the worker to the end in its chat; those that were not reached are missing. `late`: the worst of what the
    arrivals themselves came too late.
    """

    sign: list[float]
    start: list[float]
    told: list[float]
    late: float


def said(number: int, message: str = "m") -> IncomingMessage:
    """Return what person `number` says; as on Discord, a message that waits for the answer stands already."""
    name = str(number)
    who, where = Person("bench", name, "en"), Chat("bench", name)
    address = f"{name} {message}"
    return IncomingMessage(who, where, message, "make it softer", Action.EDIT, address=address, standing=1)


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
        chats = Chats()
        await stack.enter_async_context(app.gateway.serving(chats))
        await working.ask("work")
        # What is made at the first use of all is not counted.
        await (await app.gateway.accept(said(-1)))
        times = Times([], [], [], 0.0)
        redis = await stack.enter_async_context(Redis.from_url(valkey.url, decode_responses=True))
        for turn in range(rounds):
            came = await _arrive(app, chats, [said(number, str(turn)) for number in range(people)], waits=waits)
            times = Times(
                [*times.sign, *(chats.first[it.address or ""] - at for it, at, _ in came)],
                times.start,
                times.told,
                max(times.late, *(at - due for due, (_, at, _) in zip(_due(came[0][1], people), came, strict=True))),
            )
            for message, _, ended in came:
                await _read(redis, message, ended, times)
        return times


def _due(first: float, people: int) -> list[float]:
    return [first + number / ARRIVALS for number in range(people)]


_Came = tuple[IncomingMessage, float, float | None]


async def _arrive(app: AppContext, chats: Chats, messages: list[IncomingMessage], *, waits: bool) -> list[_Came]:
    """Say all at the rate; return each with its time and the Unix time of its end, where that came."""
    ended: dict[str, float] = {}

    async def handle(message: IncomingMessage) -> None:
        await (await app.gateway.accept(message))
        ended[message.person.id] = time.time()

    handling, came = [], []
    first = time.perf_counter()
    for due, message in zip(_due(first, len(messages)), messages, strict=True):
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        came.append((message, time.perf_counter()))
        handling.append(asyncio.create_task(handle(message)))
    if not waits:
        while not all(message.address in chats.first for message in messages):  # noqa: ASYNC110 they only keep the time
            await asyncio.sleep(0.05)
        for task in handling:
            task.cancel()
    await asyncio.gather(*handling, return_exceptions=not waits)
    return [(message, at, ended.get(message.person.id)) for message, at in came]


async def _read(redis: Redis, message: IncomingMessage, ended: float | None, times: Times) -> None:
    """Add what the journal tells."""
    at = await times_of(redis, JobRef(Conversation.of(message.person, message.chat), job_id_of(message)))
    if "begun" in at:
        times.start.append(at["begun"] - at["created"])
    if "ended" in at and ended:
        times.told.append(ended - at["ended"])
