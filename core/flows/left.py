"""Requests that were cancelled while the service may go on with them: the API has no way to stop a run.

What became of one is told once, at the next look at its timeline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.flows.account import Account
from core.flows.ground import SEND_STEPS, Ground, Snapshot, ground_of
from core.flows.meter import Tab
from core.flows.request import Request
from core.flows.telling import wish
from core.flows.turn import Turn
from core.intent import Action
from core.nemo.model import State
from core.store import LeftRun

TOLD_STEP = "told"
"""The step of the journal in which a person is told what a message did."""


@dataclass(frozen=True, slots=True)
class _Left:
    """A request that was left before anything was told of it, and what its message started from."""

    run: LeftRun
    request: Request
    ground: Ground


async def leave(turn: Turn, job_id: str) -> None:
    """Note that a job was cancelled whose message may be out."""
    job = await turn.services.store.journal.load(turn.place, job_id)
    request = Request.from_json(job.request) if job else None
    if request is None or request.action not in (Action.MUSIC, Action.EDIT):
        return
    services = turn.services.on(request.backend)
    payer = Account(replace(turn, services=services)).payer
    for step in SEND_STEPS:
        await services.store.runs.abandon(payer, f"{job_id} {step}")
    await services.store.sessions.leave(turn.place, LeftRun(job_id))


async def is_cost_open(turn: Turn) -> bool:
    """Return whether the last message in this place was left, so that nobody knows what it costs."""
    return await _left(turn) is not None


async def tell_left(turn: Turn, state: State, session_id: str) -> None:
    """Say that the request that was left was finished meanwhile, where the state of its session shows it: once."""
    left = await _left(turn)
    if left is None or left.run.told or left.ground.session_id != session_id:
        return
    if Snapshot.of(state).digest == left.ground.snapshot.digest:
        return
    await turn.talk.tell("left.finished", wish=wish(turn.talk, left.request))
    await turn.services.store.sessions.leave(turn.place, LeftRun(left.run.job_id, told=True))


async def go_on(turn: Turn, state: State, session_id: str, tab: Tab) -> None:
    """Tell what is known of the request that was left, before another message changes the same timeline."""
    if await turn.services.store.sessions.left(turn.place) is None:
        return
    await tell_left(turn, state, session_id)
    left = await _left(turn)
    if left and not left.run.told and tab.balance and tab.balance.frozen:
        await turn.talk.tell("left.working", wish=wish(turn.talk, left.request))
    await turn.services.store.sessions.leave(turn.place, None)


async def _left(turn: Turn) -> _Left | None:
    run = await turn.services.store.sessions.left(turn.place)
    job = await turn.services.store.journal.load(turn.place, run.job_id) if run else None
    request = Request.from_json(job.request) if job else None
    ground = ground_of(job) if job else None
    if run is None or job is None or request is None or ground is None or TOLD_STEP in job.results:
        return None
    return _Left(run, request, ground)
