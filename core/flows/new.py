"""New: a fresh timeline."""

from __future__ import annotations

from core.flows.turn import Turn
from core.jobs.job import Job
from core.messages import Outcome


async def new(turn: Turn, job: Job) -> Outcome:
    """Leave the timeline behind; the next wish opens a fresh one."""

    async def begin_anew() -> bool:
        await turn.services.store.sessions.forget(turn.conversation)
        return True

    await job.step("begin anew", bool, begin_anew)
    await turn.talk.tell("new.done")
    return Outcome.FULFILLED
