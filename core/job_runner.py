"""The worker's side: a job's flow is run, and what it tells is written to the job's event log."""

from __future__ import annotations

import asyncio
import logging
import shutil

from core.commands import Action
from core.errors import ServicePaused
from core.events import EventWriter
from core.flows import FLOWS
from core.flows.context import Request, Services, Talk, Turn
from core.flows.wording import wish
from core.guard import guarded
from core.jobs.job import Job, Stages
from core.jobs.worker import Timing
from core.messages import Outcome
from core.store import JobRecord, JobRef

log = logging.getLogger(__name__)


async def _held_back(turn: Turn) -> Outcome:
    """Do the job, unless the service it needs is thought to be down."""
    if turn.request.action is not Action.NEW and not await turn.services.breaker.lets_through():
        raise ServicePaused
    return await FLOWS[turn.request.action](turn)


class JobRunner:
    """Does jobs as their records say."""

    def __init__(self, services: Services, timing: Timing) -> None:
        """`services` are those of this worker."""
        self._services = services
        self._pace = timing.pace

    async def run(self, job: Job, record: JobRecord) -> Outcome:
        """Do a job. Raises `StoreUnavailable`, `Fenced`."""
        request = Request.from_json(record.request)
        if request is None:
            log.warning("Cannot read the request of a job", extra={"job": job.id})
            return Outcome.FAILED
        store, ref = self._services.store, JobRef(job.conversation, job.id)
        still_after = self._services.nemo.backend.deadlines.still_working
        writer = EventWriter(store.event_log, ref, job.epoch, pace=self._pace, still_after=still_after)
        log.info("Job begun: %s", request.action.value, extra={"job": job.id, "epoch": job.epoch})
        async with Stages(store.durations, request.action.value) as stages, writer:
            talk = Talk(writer, request.language, job.id, stages)
            if job.epoch > 1:
                talk.progress("resumed", wish=wish(talk, request))
            turn = Turn(self._services.on(request.backend), job.conversation, request, talk, job)
            outcome = await guarded(turn, job.id, _held_back(turn))
            stages.end(outcome)
        await turn.services.breaker.settle()
        log.info("Job ended: %s", outcome.value, extra={"job": job.id})
        return outcome

    async def clear(self, job_id: str) -> None:
        """Remove the files of a job."""
        await asyncio.to_thread(shutil.rmtree, self._services.work_dir / job_id, ignore_errors=True)
