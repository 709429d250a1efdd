"""The worker's side: a job's flow is run, and what it tells is written to the job's event log."""

from __future__ import annotations

import logging
from contextlib import aclosing

from core.commands import Action
from core.errors import ServicePaused
from core.events import EventWriter
from core.flows import FLOWS
from core.flows.context import Request, Services, Talk, Turn
from core.flows.wording import wish
from core.guard import guarded
from core.jobs.job import Job, Stages
from core.messages import Outcome
from core.store import JobRecord, JobRef

log = logging.getLogger(__name__)


async def run_job(services: Services, pace: float, job: Job, record: JobRecord) -> Outcome:
    """Do a job as its record says; `pace` as in `EventWriter`. Raises `StoreUnavailable`, `Fenced`."""
    request = Request.from_json(record.request)
    if request is None:
        log.warning("Cannot read the request of a job", extra={"job": job.id})
        return Outcome.FAILED
    store, ref, kind = services.store, JobRef(job.conversation, job.id), request.action.value
    still_after = services.nemo.backend.deadlines.still_working
    log.info("Job begun: %s", kind, extra={"job": job.id, "epoch": job.epoch})
    stages = Stages(kind, await store.durations.stages(kind))
    writer = EventWriter(store.event_log, ref, job.epoch, pace=pace, still_after=still_after)
    async with aclosing(writer):
        talk = Talk(writer, request.language, job.id, stages)
        if job.epoch > 1:
            talk.progress("resumed", wish=wish(talk, request))
        turn = Turn(services.on(request.backend), job.conversation, request, talk, job)
        outcome = await guarded(turn, job.id, _held_back(turn))
    await store.durations.add(kind, stages.end(outcome))
    await turn.services.breaker.settle()
    log.info("Job ended: %s", outcome.value, extra={"job": job.id})
    return outcome


async def _held_back(turn: Turn) -> Outcome:
    """Do the job, unless the service it needs is thought to be down."""
    if turn.request.action is not Action.NEW and not await turn.services.breaker.lets_through():
        raise ServicePaused
    return await FLOWS[turn.request.action](turn)
