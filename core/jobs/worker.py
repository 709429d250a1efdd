"""Working on jobs: woken for a conversation, a worker takes the first job in its queue and works on it under a lease.

It notifies the conversation again if more jobs wait, so that people take turns.

The journal decides who works on what; the job engine only wakes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from docket import Docket

from core import metrics
from core.cancellation import AGAIN_AFTER, cancel_and_wait
from core.errors import StoreUnavailable
from core.jobs.collector import Collector
from core.jobs.job import Fenced, Job
from core.jobs.notifier import Notifier, awake
from core.messages import Outcome
from core.store import Conversation, JobRef, Lease, Store, Take, Taken
from core.tracing import about, tell_end, trace

log = logging.getLogger(__name__)

MOST_LOST = 3
"""Workers that may die over a job before it is put aside."""

Story = Callable[[Job], Awaitable[Outcome]]


Stories = Callable[[Conversation, str, int], Awaitable[Story | None]]
"""Gives a job's story in this epoch, None where its record can't be read."""


Clear = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Times in seconds."""

    #: How long a worker may show no sign of life before its job is given to another one.
    lease: float = 20.0
    #: How often a gateway looks at a job's log without a hint from Redis.
    look: float = 0.5
    #: How often conversations are looked for that have open jobs and no worker.
    sweep: float = 5.0
    #: How long a gateway may show no sign of life before another one adopts what it shows.
    screen: float = 5.0
    #: The least time between two progress events of a job.
    pace: float = 0.2
    #: How long Redis may be away before the people who wait are told.
    lost: float = 60.0

    @property
    def lease_ms(self) -> int:
        """The lease in whole milliseconds."""
        return int(self.lease * 1000)

    @property
    def screen_ms(self) -> int:
        """The lease of a gateway in whole milliseconds."""
        return int(self.screen * 1000)


class Stop(StrEnum):
    """Why a story was stopped from outside."""

    CANCELLED = "cancelled"
    FENCED = "fenced"


_Part = asyncio.Task[Outcome | Stop]


class Worker:
    """Works on the jobs of all places, as many at once as it is allowed."""

    def __init__(
        self,
        store: Store,
        wakes: Notifier,
        stories: Stories,
        pulse: Timing,
        new_id: Callable[[], str],
        clear: Clear | None = None,
    ) -> None:
        """`stories` makes them from records; `new_id` makes ids of attempts that no one else makes.

        `clear` removes the files of a job (its id) that is about to end, however it does.
        """
        self._store = store
        self._journal = store.journal
        self._wakes = wakes
        self._stories = stories
        self._pulse = pulse
        self._new_id = new_id
        self._clear = clear
        self._working: set[asyncio.Task[None]] = set()
        self._leaving = False
        self._collector = Collector()

    @asynccontextmanager
    async def working(self, docket: Docket, *, at_once: int, drain: float) -> AsyncIterator[None]:
        """Work while the block runs. At its end no more is begun, and what runs may go on for `drain` seconds.

        What is not done then is handed over by its journal.
        """
        with self._collector.waiting_for_time():
            async with self._awake(docket, at_once=at_once, drain=drain):
                yield

    @asynccontextmanager
    async def _awake(self, docket: Docket, *, at_once: int, drain: float) -> AsyncIterator[None]:
        async with awake(docket, self._see, at_once=at_once, lease=self._pulse.lease) as taking:
            sweeping = asyncio.create_task(self._sweep(), name="sweep")
            sweeping.add_done_callback(tell_end)
            try:
                yield
            finally:
                sweeping.cancel()
                taking.cancel()
                # Shielded by nothing: whoever is in a hurry cancels this wait as well.
                try:
                    await asyncio.wait({taking, *self._working}, timeout=drain)
                finally:
                    self._leaving = True
                    while self._working:
                        for task in self._working:
                            task.cancel()
                        await asyncio.wait(set(self._working), timeout=AGAIN_AFTER)
                    # It tidies up behind them, if it heard that it is to end.
                    await asyncio.wait({taking}, timeout=AGAIN_AFTER)
                    await cancel_and_wait(taking)
                    await cancel_and_wait(sweeping)

    def _see(self, conversation: Conversation) -> asyncio.Task[None]:
        """Begin the work on a conversation."""
        task = asyncio.create_task(self._look(conversation), name=f"conversation {conversation.name}")
        self._working.add(task)
        task.add_done_callback(partial(self._over, conversation))
        return task

    def _over(self, conversation: Conversation, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # The lease runs out and the sweep finds the conversation.
            if isinstance(error, StoreUnavailable):
                log.warning("A conversation is left for later: %s", error.detail)
            else:
                log.error(
                    "The work on a conversation crashed: %s", trace(error), extra={"conversation": conversation.name}
                )

    async def _look(self, conversation: Conversation) -> None:
        if self._leaving:
            return
        self._collector.worked()
        taken = await self._journal.take(conversation, self._new_id(), self._pulse.lease_ms)
        if taken is Take.NEWER:
            log.warning("A job is left to a newer worker: update this one", extra={"conversation": conversation.name})
        if isinstance(taken, Take):
            return
        job = Job(self._journal, conversation, taken.job_id, taken.epoch, self._new_id)
        with about(job.id):
            await self._take_on(job, taken)

    async def _take_on(self, job: Job, taken: Taken) -> None:
        if taken.lost >= MOST_LOST:
            following = await self._park(job)
        else:
            try:
                following = await self._run(job, taken)
            except Fenced:
                log.info("Somebody else works on it now", extra={"job": job.id})
                return
            except asyncio.CancelledError:
                if self._leaving:
                    await self._hand_over(job)
                raise
        if following:
            await self._wakes.wake(job.conversation, following, job.id)

    async def _park(self, job: Job) -> str | None:
        log.error("A job is put aside: its workers died over it", extra={"job": job.id, "lost": MOST_LOST})
        await self._store.job_index.park(JobRef(job.conversation, job.id))
        metrics.JOBS.labels("", "parked").inc()
        if self._clear:
            await self._clear(job.id)
        return await self._journal.park(job.conversation, job.id, job.epoch, f"{MOST_LOST} workers died over it")

    async def _hand_over(self, job: Job) -> None:
        """Let another worker go on at once."""
        with suppress(StoreUnavailable):
            await self._wakes.wake(job.conversation, job.id, f"epoch {job.epoch}")

    async def _run(self, job: Job, taken: Taken) -> str | None:
        """Run a story beside the keeper of its lease; whichever ends first stops the other. Returns the next job."""
        if taken.epoch > 1:
            log.info("Going on with a job that was left", extra={"job": job.id, "lost": taken.lost})
        metrics.WORKING.inc()
        telling = asyncio.create_task(self._tell(job))
        keeping = asyncio.create_task(self._keep(job))
        try:
            outcome = await self._told(job, telling, keeping)
            if self._clear:
                await self._clear(job.id)
            return await job.end(outcome)
        except (asyncio.CancelledError, StoreUnavailable):
            # Left unfinished by the end of this process or by Redis: the next one may go on at once. A story that
            # crashes keeps its lease till that runs out: it is tried again then, and not for ever.
            await _finished(telling)
            with suppress(StoreUnavailable):
                await asyncio.shield(self._journal.release(job.conversation, job.id, job.epoch))
            raise
        finally:
            await _finished(keeping)
            metrics.WORKING.dec()

    async def _tell(self, job: Job) -> Outcome | Stop:
        story = await self._stories(job.conversation, job.id, job.epoch)
        if story is None:
            log.warning("A job can't be read (was the secret key lost?)", extra={"job": job.id})
            return Outcome.FAILED
        return await story(job)

    async def _told(self, job: Job, telling: _Part, keeping: _Part) -> Outcome:
        await asyncio.wait({telling, keeping}, return_when=asyncio.FIRST_COMPLETED)
        stopped = not telling.done()
        if stopped:
            await _finished(telling)
        result = await (keeping if stopped and telling.cancelled() else telling)
        if result is Stop.FENCED:
            raise Fenced(f"job {job.id}, epoch {job.epoch}")
        return Outcome.CANCELLED if isinstance(result, Stop) else result

    async def _keep(self, job: Job) -> Outcome | Stop:
        """Renew the lease until the job is cancelled or belongs to somebody else."""
        with self._store.pubsub.stop_of(job.id) as stopped:
            while True:
                try:
                    lease = await self._journal.renew(job.conversation, job.id, job.epoch, self._pulse.lease_ms)
                except StoreUnavailable:
                    # Redis is away for a moment. Nothing can be begun meanwhile, and an epoch guards what comes later.
                    log.warning("The lease could not be renewed", extra={"job": job.id})
                    lease = Lease.KEPT
                if lease is not Lease.KEPT:
                    return Stop.CANCELLED if lease is Lease.CANCEL else Stop.FENCED
                with suppress(TimeoutError):
                    # Not `wait_for`: before Python 3.12 it may swallow a cancellation that comes with the event.
                    async with asyncio.timeout(self._pulse.lease / 4):
                        await stopped.wait()
                stopped.clear()

    async def _sweep(self) -> None:
        """Find places with open jobs that nobody works on and nobody is woken for."""
        while True:
            try:
                while (overdue := await self._store.job_index.overdue(int(self._pulse.sweep * 1000))).conversations:
                    for conversation in overdue.conversations:
                        await self._look_after(conversation, overdue.mark)
            except StoreUnavailable as error:
                log.warning("The sweep has to wait: %s", error.detail)
            if not self._working:
                self._collector.rest()
            await asyncio.sleep(self._pulse.sweep)

    async def _look_after(self, conversation: Conversation, mark: int) -> None:
        head = await self._journal.head(conversation)
        if head is None:
            await self._store.job_index.drop_open(conversation, mark)
        elif not head.alive:
            await self._wakes.wake(conversation, head.job_id, f"epoch {head.epoch}")


async def _finished(task: _Part) -> None:
    """Cancel a task and wait until it is over, whatever it ends with."""
    await cancel_and_wait(task)
    if not task.cancelled():
        task.exception()
