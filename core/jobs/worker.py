"""Working on jobs: notified of a conversation, a worker takes the first job in its queue and works on it under a lease.

It notifies the conversation again if more jobs wait, so that people take turns. The journal decides who works on what;
the engine only notifies.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from docket import Docket

from core import metrics
from core.cancellation import AGAIN_AFTER, cancel_and_wait
from core.errors import StoreUnavailable
from core.jobs.engine import Notify, taking_notifications
from core.jobs.housekeeping import full_collections_put_off, sweep
from core.jobs.job import Fenced, Job
from core.messages import Outcome
from core.store import CANCELLATIONS, Conversation, JobRecord, Lease, Store, Taken
from core.tracing import about, tell_end, trace

log = logging.getLogger(__name__)

#: Workers that may die over a job before it becomes a dead letter.
MOST_LOST = 3

#: Does a job, made from its record.
Run = Callable[[Job, JobRecord], Coroutine[object, object, Outcome]]


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
    gateway: float = 5.0
    #: The least time between two progress events of a job.
    pace: float = 0.5
    #: How long Redis may be away before the people who wait are told.
    lost: float = 60.0


@dataclass(slots=True)
class Worker:
    """Works on the jobs of all conversations, as many at once as it is allowed."""

    _store: Store
    _notify: Notify
    _run: Run
    _timing: Timing
    #: Makes ids of attempts that no one else makes.
    _new_id: Callable[[], str]
    #: Holds a folder for each job that has files.
    _work_dir: Path
    _working: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _leaving: bool = field(default=False, init=False)
    #: Something was done since the last full collection of garbage.
    _littered: bool = field(default=False, init=False)

    @asynccontextmanager
    async def working(self, docket: Docket, *, at_once: int, drain: float) -> AsyncIterator[None]:
        """Work while the block runs. At its end no more is begun, and what runs may go on for `drain` seconds.

        What is not done then is handed over by its journal.
        """
        taking_part = taking_notifications(docket, self._begin, at_once=at_once, lease=self._timing.lease)
        with full_collections_put_off():
            async with taking_part as taking:
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
                        await asyncio.gather(*map(cancel_and_wait, self._working))
                        await cancel_and_wait(sweeping)
                        # The engine tidies up behind them, if it heard that it is to end.
                        await asyncio.wait({taking}, timeout=AGAIN_AFTER)

    def _begin(self, conversation: Conversation) -> asyncio.Task[None]:
        task = asyncio.create_task(self._look(conversation), name=f"conversation {conversation.name}")
        self._working.add(task)
        task.add_done_callback(partial(self._over, conversation))
        return task

    def _over(self, conversation: Conversation, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # The lease runs out and the sweep finds the conversation.
            if isinstance(error, StoreUnavailable):
                log.warning("Cannot work on a conversation: %s", error.detail)
            else:
                log.error("Crash in a conversation: %s", trace(error), extra={"conversation": conversation.name})

    async def _look(self, conversation: Conversation) -> None:
        if self._leaving:
            return
        self._littered = True
        taken = await self._store.journal.take(conversation, self._new_id(), int(self._timing.lease * 1000))
        if isinstance(taken, str):
            if taken == "newer":
                log.warning("Cannot take a job of a newer version: update", extra={"conversation": conversation.name})
            return
        results = taken.record.results if taken.record else {}
        job = Job(self._store.journal, conversation, taken.job_id, taken.epoch, results, self._new_id)
        with about(job.id):
            following = await self._work(job, taken)
            if following:
                await self._notify(conversation, following, job.id)

    async def _work(self, job: Job, taken: Taken) -> str | None:
        """Work on a job; returns the next one in the queue, which is this worker's to notify of."""
        if taken.lost >= MOST_LOST:
            log.error("Dead letter: its workers died over it", extra={"job": job.id, "lost": MOST_LOST})
            metrics.JOBS.labels("", "dead-letter").inc()
            await self._clear(job)
            reason = f"{MOST_LOST} workers died over it"
            return await self._store.journal.dead_letter(job.conversation, job.id, job.epoch, reason)
        try:
            return await self._do(job, taken)
        except Fenced:
            log.info("Fenced: another worker has this job", extra={"job": job.id})
            return None
        except asyncio.CancelledError:
            if self._leaving:
                # Another worker goes on at once.
                with suppress(StoreUnavailable):
                    await self._notify(job.conversation, job.id, f"epoch {job.epoch}")
            raise

    async def _do(self, job: Job, taken: Taken) -> str | None:
        """Run a job beside the keeper of its lease; whichever ends first stops the other. Returns the next job."""
        if taken.epoch > 1:
            log.info("Resumed a job", extra={"job": job.id, "lost": taken.lost})
        metrics.WORKING.inc()
        running = asyncio.create_task(self._run(job, taken.record) if taken.record else _unreadable(job))
        keeping = asyncio.create_task(self._keep(job))
        try:
            await asyncio.wait({running, keeping}, return_when=asyncio.FIRST_COMPLETED)
            stopped = not running.done()
            if stopped:
                await cancel_and_wait(running)
            if stopped and running.cancelled():
                if await keeping == "fenced":
                    raise Fenced(f"job {job.id}, epoch {job.epoch}")
                outcome = Outcome.CANCELLED
            else:
                outcome = await running
            await self._clear(job)
            return await self._store.journal.end(job.conversation, job.id, job.epoch, outcome)
        except (asyncio.CancelledError, StoreUnavailable):
            # Left unfinished by the end of this process or by Redis: the next one may go on at once. A job that
            # crashes keeps its lease till that runs out: it is tried again then, and not for ever.
            await cancel_and_wait(running)
            with suppress(StoreUnavailable):
                await asyncio.shield(self._store.journal.release(job.conversation, job.id, job.epoch))
            raise
        finally:
            await cancel_and_wait(keeping)
            metrics.WORKING.dec()

    async def _clear(self, job: Job) -> None:
        """Remove the files of a job that is about to end."""
        await asyncio.to_thread(shutil.rmtree, self._work_dir / job.id, ignore_errors=True)

    async def _sweep(self) -> None:
        while True:
            try:
                await sweep(self._store, self._notify, self._timing.sweep)
            except StoreUnavailable as error:
                log.warning("Cannot sweep conversations: %s", error.detail)
            if self._littered and not self._working:
                # It holds up nobody now.
                self._littered = False
                gc.collect()
            await asyncio.sleep(self._timing.sweep)

    async def _keep(self, job: Job) -> Lease:
        """Renew the lease until the job is cancelled or belongs to somebody else."""
        with self._store.pubsub.of(job.id, CANCELLATIONS) as stopped:
            while True:
                try:
                    lease = await self._store.journal.renew(
                        job.conversation, job.id, job.epoch, int(self._timing.lease * 1000)
                    )
                    if lease != "kept":
                        return lease
                except StoreUnavailable:
                    # Redis is away for a moment. Nothing can be begun meanwhile, and an epoch guards what comes later.
                    log.warning("Cannot renew the lease of a job", extra={"job": job.id})
                with suppress(TimeoutError):
                    # Not `wait_for`: before Python 3.12 it may swallow a cancellation that comes with the event.
                    async with asyncio.timeout(self._timing.lease / 4):
                        await stopped.wait()
                stopped.clear()


async def _unreadable(job: Job) -> Outcome:
    log.warning("Cannot read a job: was the secret key lost?", extra={"job": job.id})
    return Outcome.FAILED
