"""The job engine: pydocket, on Redis Streams, delivers notifications to workers and nothing else.

A notification says "look at this conversation"; what there is to do stands in its queue, and the journal decides who
may do it. So a notification that comes twice, late or for nothing does no harm, and a lost one is found by the sweep.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

from docket import Docket
from docket import Worker as Engine

from core.cancellation import cancel_and_wait
from core.store import ENGINE, Conversation, reaching
from core.tracing import tell_end

#: How long the engine waits at most before it looks for notifications again: with it, starts are not bound to its pace.
_CHECK_EVERY = timedelta(milliseconds=50)
#: The engine's pool raises where it has no connection left (redis-py's limit is 100), and a notification that fails by
#: that comes again after a whole lease only: it must be out of reach.
_CONNECTIONS = 5000
#: Notifications that are taken at a time: each opens connections at once.
_BATCH = 50
_CLOSES_WITHIN = 2.0
_RECONNECT_AFTER = timedelta(seconds=0.5)
#: Seconds, as in the store.
_ANSWER_WITHIN = 5
#: Nothing is scheduled for later; the engine looks for that all the same.
_RESOLUTION = timedelta(seconds=5)


async def look(conversation: str) -> None:
    """Stand for the task of the same name where notifications are only sent."""
    raise RuntimeError("notifications are taken by workers")


#: Lets some worker look at a conversation because of a job (its id), once something (the last argument) happened to it.
#: The same notification again does nothing while the first one is on its way. Raises `StoreUnavailable`.
Notify = Callable[[Conversation, str, str], Awaitable[None]]


@asynccontextmanager
async def open_engine(url: str) -> AsyncIterator[tuple[Docket, Notify]]:
    """Open the engine on a Redis, with an address that has room for connections and a deadline for answers.

    Without one the engine waits for ever, also on a connection that is half dead: then nobody would be notified any
    more. What redis-py reads from an address goes before what the engine says. The only wait of the engine that takes
    longer by intent is for changes of priorities, which nobody makes here; it begins anew each time.
    """
    # The engine tells of every task and, when Redis is away, its whole stack; what matters is logged here.
    logging.getLogger("docket").setLevel(logging.CRITICAL)
    url += f"{'&' if '?' in url else '?'}socket_timeout={_ANSWER_WITHIN}&max_connections={_CONNECTIONS}"
    docket = Docket(name=ENGINE, url=url, execution_ttl=timedelta(0))

    async def notify(conversation: Conversation, job_id: str, after: str) -> None:
        with reaching():
            await docket.add(look.__name__, key=f"{conversation.name}|{job_id}|{after}")(conversation.name)

    await docket.__aenter__()
    try:
        docket.register(look)
        yield docket, notify
    finally:
        # On Python 3.11 a connection that is just being made may swallow a cancellation, and the engine would wait for
        # ever for the task that was cancelled: for the list of strikes, which nobody uses here.
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSES_WITHIN):
                await docket.__aexit__(None, None, None)


@asynccontextmanager
async def taking_notifications(
    docket: Docket, begin: Callable[[Conversation], asyncio.Task[None]], *, at_once: int, lease: float
) -> AsyncIterator[asyncio.Task[None]]:
    """Let `begin` start the work on every conversation that a notification names, at most `at_once` at the same time.

    A notification is over once its work has begun: after any trouble with Redis the engine takes nothing more before
    all of its own tasks have ended, and work may take a quarter of an hour. One whose worker died before that comes
    again after `lease` seconds. Gives the task that takes notifications: cancelled, it takes no more and ends.
    """

    async def look(conversation: str) -> None:
        work = begin(Conversation.named(conversation))
        # The engine looks at this number before it takes more.
        engine.concurrency -= 1
        work.add_done_callback(free)

    def free(_: asyncio.Task[None]) -> None:
        engine.concurrency += 1

    docket.register(look)
    engine = Engine(
        docket,
        concurrency=at_once,
        redelivery_timeout=timedelta(seconds=lease),
        reconnection_delay=_RECONNECT_AFTER,
        minimum_check_interval=_CHECK_EVERY,
        scheduling_resolution=_RESOLUTION,
        schedule_automatic_tasks=False,
        message_batch=_BATCH,
    )

    async def take() -> None:
        async with AsyncExitStack() as parts, engine:
            running = asyncio.create_task(engine.run_forever(), name="engine")
            running.add_done_callback(tell_end)
            parts.push_async_callback(cancel_and_wait, running)
            try:
                await asyncio.wait({running})
            finally:
                # It may swallow that, since it sends under `asyncio.wait_for` (python/cpython #86296): then it ends
                # with its next look, being asked to by the end of the block.
                running.cancel()

    taking = asyncio.create_task(take(), name="notifications")
    taking.add_done_callback(tell_end)
    try:
        yield taking
    finally:
        await cancel_and_wait(taking)
