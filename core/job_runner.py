"""The worker's side: jobs become stories, and what they show goes to Redis, from where a gateway brings it on."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import shutil
from collections.abc import Awaitable, Callable

from core.errors import ServicePaused
from core.events import Item, from_json, to_json
from core.flows.edit import edit
from core.flows.export import export
from core.flows.music import music
from core.flows.new import new
from core.flows.request import Request
from core.flows.telling import wish
from core.flows.turn import Services, Talk, Turn
from core.flows.upload import upload
from core.guard import guarded
from core.intent import Action
from core.jobs.job import Fenced, Job
from core.jobs.stages import Stages
from core.jobs.worker import Story, Timing
from core.messages import Outcome, Progress
from core.progress import Showing
from core.store import Conversation, EventLog

log = logging.getLogger(__name__)

_JOBS: dict[Action, Callable[[Turn, Job], Awaitable[Outcome]]] = {
    Action.MUSIC: music,
    Action.EDIT: edit,
    Action.EXPORT: export,
    Action.UPLOAD: upload,
    Action.NEW: new,
}


class EventBoard:
    """`core.progress.Board` that writes events; they are read in the order in which they were written."""

    def __init__(self, shown: EventLog, conversation: Conversation, job_id: str, epoch: int, pace: float) -> None:
        """Only the worker of this epoch may write; `pace` is the least time in seconds between two drawings."""
        self.pace = pace
        self._shown = shown
        self._place = conversation
        self._job_id = job_id
        self._epoch = epoch
        self._number = 0
        self._before: set[str] | None = None if epoch > 1 else set()

    async def draw(self, progress: Progress) -> None:
        """Write progress."""
        await self._add(to_json(progress), drawing=True)

    async def show(self, item: Item) -> None:
        """Write an item, unless an earlier worker of this job wrote the same. Raises `Fenced`, `StoreUnavailable`."""
        event = to_json(item)
        if self._before is None:
            self._before = await self._written()
        if _digest(event) in self._before:
            return
        if not await self._add(event):
            raise Fenced(f"job {self._job_id}, epoch {self._epoch}")

    async def _add(self, event: str, *, drawing: bool = False) -> bool:
        self._number += 1
        return await self._shown.add(self._place, self._job_id, self._epoch, self._number, event, drawing=drawing)

    async def _written(self) -> set[str]:
        """Return the digests of the items that are there already."""
        found: set[str] = set()
        last = "0-0"
        while (seen := await self._shown.watch(self._place, self._job_id, last)) and seen.entries:
            last = seen.entries[-1].id
            found |= {_digest(it.event) for it in seen.entries if it.event and _is_item(it.event)}
        return found


def _is_item(event: str) -> bool:
    return not isinstance(from_json(event), Progress | None)


def _digest(event: str) -> str:
    return hashlib.sha256(event.encode()).hexdigest()


async def _held_back(turn: Turn, job: Job) -> Outcome:
    """Do the job, unless the service it needs is thought to be down."""
    if turn.request.action is not Action.NEW and not await turn.services.breaker.lets_through():
        raise ServicePaused
    return await _JOBS[turn.request.action](turn, job)


class JobRunner:
    """Makes the stories of jobs from their records."""

    def __init__(self, services: Services, pulse: Timing) -> None:
        """`services` are those of this worker."""
        self._services = services
        self._pace = pulse.pace

    async def story(self, conversation: Conversation, job_id: str, epoch: int) -> Story | None:
        """Return the story of a job, None where its record can't be read. Raises `StoreUnavailable`."""
        request = await self._request(conversation, job_id)
        if request is None:
            return None

        async def tell(job: Job) -> Outcome:
            still_after = self._services.nemo.backend.deadlines.still_working
            board = EventBoard(self._services.store.event_log, conversation, job_id, epoch, self._pace)
            log.info("Begun", extra={"job": job.id, "action": request.action.value, "epoch": epoch})
            async with (
                Stages(self._services.store.durations, request.action.value) as stages,
                Showing(board, still_after=still_after) as showing,
            ):
                talk = Talk(showing, request.language, job_id, stages)
                if epoch > 1:
                    talk.progress("resumed", wish=wish(talk, request))
                turn = Turn(self._services.on(request.backend), conversation, request, talk)
                outcome = await guarded(turn, job.id, _held_back(turn, job))
                stages.end(outcome)
            await turn.services.breaker.settle()
            log.info("Ended: %s", outcome.value, extra={"job": job.id})
            return outcome

        return tell

    async def _request(self, conversation: Conversation, job_id: str) -> Request | None:
        record = await self._services.store.journal.load(conversation, job_id)
        return Request.from_json(record.request) if record else None

    async def clear(self, job_id: str) -> None:
        """Remove the files of a job."""
        await asyncio.to_thread(shutil.rmtree, self._services.work_dir / job_id, ignore_errors=True)
