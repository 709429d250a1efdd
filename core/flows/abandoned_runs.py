"""Requests that were cancelled while the service may go on with them: the API has no way to stop a run.

What became of one is told once, at the next look at its timeline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.flows.account import Account
from core.flows.meter import BalanceSnapshot
from core.flows.request import Request
from core.flows.send_context import SEND_STEPS, SendContext, Snapshot, send_context_of
from core.flows.telling import wish
from core.flows.turn import Turn
from core.intent import Action
from core.nemo.model import State
from core.store import AbandonedRun

TOLD_STEP = "told"
"""The step of the journal in which a person is told what a message did."""


@dataclass(frozen=True, slots=True)
class _Left:
    """A request that was left before anything was told of it, and what its message started from."""

    run: AbandonedRun
    request: Request
    ground: SendContext


async def leave(turn: Turn, job_id: str) -> None:
    """Note that a job was cancelled whose message may be out."""
    job = await turn.services.store.journal.load(turn.conversation, job_id)
    request = Request.from_json(job.request) if job else None
    if request is None or request.action not in (Action.MUSIC, Action.EDIT):
        return
    services = turn.services.on(request.backend)
    payer = Account(replace(turn, services=services)).payer
    for step in SEND_STEPS:
        await services.store.runs.abandon(payer, f"{job_id} {step}")
    await services.store.sessions.leave(turn.conversation, AbandonedRun(job_id))


async def is_cost_open(turn: Turn) -> bool:
    """Return whether the last message in this conversation was left, so that nobody knows what it costs."""
    return await _left(turn) is not None


async def tell_abandoned(turn: Turn, state: State, session_id: str) -> None:
    """Say that the request that was left was finished meanwhile, where the state of its session shows it: once."""
    left = await _left(turn)
    if left is None or left.run.told or left.ground.session_id != session_id:
        return
    if Snapshot.of(state).digest == left.ground.snapshot.digest:
        return
    await turn.talk.tell("left.finished", wish=wish(turn.talk, left.request))
    await turn.services.store.sessions.leave(turn.conversation, AbandonedRun(left.run.job_id, told=True))


async def go_on(turn: Turn, state: State, session_id: str, tab: BalanceSnapshot) -> None:
    """Tell what is known of the request that was left, before another message changes the same timeline."""
    if await turn.services.store.sessions.left(turn.conversation) is None:
        return
    await tell_abandoned(turn, state, session_id)
    left = await _left(turn)
    if left and not left.run.told and tab.balance and tab.balance.frozen:
        await turn.talk.tell("left.working", wish=wish(turn.talk, left.request))
    await turn.services.store.sessions.leave(turn.conversation, None)


async def _left(turn: Turn) -> _Left | None:
    run = await turn.services.store.sessions.left(turn.conversation)
    job = await turn.services.store.journal.load(turn.conversation, run.job_id) if run else None
    request = Request.from_json(job.request) if job else None
    ground = send_context_of(job) if job else None
    if run is None or job is None or request is None or ground is None or TOLD_STEP in job.results:
        return None
    return _Left(run, request, ground)
