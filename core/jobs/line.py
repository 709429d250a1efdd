"""Per session one thing at a time: waiting for one's turn, working under a lease, taking back.

The journal in Redis decides; what is held here in memory (who works in this process, who waits) only makes the same
things happen at once instead of at the next look.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from core.errors import StoreUnavailable
from core.jobs.job import Fenced, Job
from core.store import Claim, Journal, Lease, Place, TakenBack
from core.words import Outcome

log = logging.getLogger(__name__)

Story = Callable[[Job], Awaitable[Outcome]]
Adopt = Callable[[str], Awaitable[Story | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Times in seconds: how long a lease lives without renewal, and how often a waiting job looks up."""

    lease: float = 20.0
    look: float = 0.5

    @property
    def lease_ms(self) -> int:
        """The lease in whole milliseconds."""
        return int(self.lease * 1000)


class Stop(StrEnum):
    """Why a story was stopped from outside."""

    CANCELLED = "cancelled"
    FENCED = "fenced"


_Part = asyncio.Task[Outcome | Stop]


class Line:
    """The queues of all sessions, as this process sees them."""

    def __init__(self, journal: Journal, pulse: Pulse, new_id: Callable[[], str]) -> None:
        """`new_id` makes ids of attempts that no one else makes."""
        self._journal = journal
        self._pulse = pulse
        self._new_id = new_id
        self._moved: dict[Place, asyncio.Event] = defaultdict(asyncio.Event)
        self._stops: dict[str, asyncio.Event] = {}

    async def work(
        self, place: Place, job_id: str, story: Story, *, waiting: Callable[[int], Awaitable[None]], adopt: Adopt
    ) -> Outcome:
        """Wait for the job's turn, run its story under a lease, end it; return its outcome.

        `waiting` is called with the place in line (2 is next) whenever that changes. A job ahead whose worker is
        gone is adopted: `adopt` gives its story. A job that is done already just gives its outcome; one that somebody
        else works on is waited for.
        """
        attempt = self._new_id()
        told = 0
        while True:
            moved = self._moved[place]
            moved.clear()
            claimed = await self._journal.claim(place, job_id, attempt, self._pulse.lease_ms)
            if claimed.claim is Claim.DONE and claimed.outcome:
                return claimed.outcome
            if claimed.claim is Claim.GONE:
                return Outcome.FAILED
            if claimed.claim is Claim.CLAIMED:
                return await self._run(place, Job(self._journal, place, job_id, claimed.epoch, self._new_id), story)
            if claimed.claim is Claim.AHEAD:
                if not claimed.first_alive:
                    await self._take_over(place, claimed.first, adopt)
                    continue
                if told != claimed.ahead + 1:
                    told = claimed.ahead + 1
                    await waiting(told)
            # Not `wait_for`: before Python 3.12 it may swallow a cancellation that comes with the event.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pulse.look):
                    await moved.wait()

    async def go_on(self, place: Place, adopt: Adopt, *, most: int | None = None) -> None:
        """Finish what was left at the head of the line, `most` jobs at most.

        A job whose worker showed a sign of life less than a lease ago may be worked on or not: the next sign, or its
        absence, tells. So this takes up to a lease where a process has just died.
        """
        done = 0
        before = None
        while (most is None or done < most) and (head := await self._journal.head(place)):
            if head.job_id in self._stops or (before and before.job_id == head.job_id and before.until != head.until):
                return
            if head.alive:
                before = head
                await asyncio.sleep(self._pulse.look)
            else:
                await self._take_over(place, head.job_id, adopt)
                done += 1

    async def take_back(self, place: Place, job_id: str) -> TakenBack:
        """Cancel a job, queued or running."""
        taken = await self._journal.cancel(place, job_id)
        if taken is TakenBack.RUNNING and (stop := self._stops.get(job_id)):
            stop.set()
        self._moved[place].set()
        return taken

    async def _take_over(self, place: Place, job_id: str, adopt: Adopt) -> None:
        """Finish a job that was left. One that nobody can read any more ends here, so that the line moves on."""
        story = await adopt(job_id)
        claimed = await self._journal.claim(place, job_id, self._new_id(), self._pulse.lease_ms)
        if claimed.claim is Claim.CLAIMED:
            log.info("Taking over a job that was left", extra={"job": job_id, "readable": story is not None})
            job = Job(self._journal, place, job_id, claimed.epoch, self._new_id)
            # Somebody else who takes it over in turn goes on with it; whoever waits behind it keeps waiting.
            with suppress(Fenced):
                await self._run(place, job, story or _unreadable)

    async def _run(self, place: Place, job: Job, story: Story) -> Outcome:
        """Run a story beside the keeper of its lease; whichever ends first stops the other."""
        stop = self._stops[job.id] = asyncio.Event()
        telling = asyncio.create_task(_tell(story, job))
        keeping = asyncio.create_task(self._keep(job, stop))
        try:
            outcome = await self._told(job, telling, keeping)
            await job.end(outcome)
        except BaseException:
            # Left unfinished: by a crash of the story, by the end of this process, by Redis. The next one may go on.
            await _finished(telling)
            with suppress(StoreUnavailable):
                await asyncio.shield(self._journal.release(place, job.id, job.epoch))
            raise
        finally:
            await _finished(keeping)
            self._stops.pop(job.id, None)
            self._moved.pop(place, asyncio.Event()).set()
        return outcome

    async def _told(self, job: Job, telling: _Part, keeping: _Part) -> Outcome:
        await asyncio.wait({telling, keeping}, return_when=asyncio.FIRST_COMPLETED)
        stopped = not telling.done()
        if stopped:
            await _finished(telling)
        result = await (keeping if stopped and telling.cancelled() else telling)
        if result is Stop.FENCED:
            raise Fenced(f"job {job.id}, epoch {job.epoch}")
        return Outcome.CANCELLED if isinstance(result, Stop) else result

    async def _keep(self, job: Job, stop: asyncio.Event) -> Outcome | Stop:
        """Renew the lease until the job is cancelled or belongs to somebody else."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pulse.lease / 4):
                    await stop.wait()
                return Stop.CANCELLED
            try:
                lease = await self._journal.renew(job.place, job.id, job.epoch, self._pulse.lease_ms)
            except StoreUnavailable:
                # Redis is away for a moment. Nothing can be begun meanwhile, and an epoch guards what comes later.
                log.warning("The lease could not be renewed", extra={"job": job.id})
                continue
            if lease is Lease.CANCEL:
                return Stop.CANCELLED
            if lease is Lease.FENCED:
                return Stop.FENCED


async def _unreadable(job: Job) -> Outcome:
    log.warning("A job that was left can't be read (was the secret key lost?)", extra={"job": job.id})
    return Outcome.FAILED


async def _tell(story: Story, job: Job) -> Outcome | Stop:
    return await story(job)


async def _finished(task: _Part) -> None:
    """Cancel a task and wait until it is over, whatever it ends with."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
