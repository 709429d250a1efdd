"""Export: the timeline as an MP4, delivered."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace

from core.errors import (
    DraftRefused,
    OutcomeUnknown,
    PersonError,
    PlanRefused,
    RateLimited,
    RenderGone,
    ServiceFault,
    ServiceUnreachable,
    SessionGone,
)
from core.events import Film
from core.flows.abandoned_runs import tell_abandoned
from core.flows.account import Account
from core.flows.answer import cost_line, next_steps, offer, played_by
from core.flows.buttons import AFTER_EDIT, Act
from core.flows.links import claim_link
from core.flows.telling import rate_limited
from core.flows.turn import Turn
from core.jobs.job import Job
from core.messages import Outcome, Text
from core.nemo import new_render_id, summary
from core.nemo.model import RenderState, State

log = logging.getLogger(__name__)

_TRIES = 2
"""A failed render is submitted once more under a new id (exports are free)."""


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A finished render."""

    render_id: str
    url: str | None


async def export(turn: Turn, job: Job) -> Outcome:
    """Export what is on the timeline now."""
    return await export_timeline(turn, Account(turn), job, steps=AFTER_EDIT, cost=None)


async def export_timeline(
    turn: Turn, account: Account, job: Job, *, steps: tuple[str, ...], cost: float | None
) -> Outcome:
    """Check that there is something, render it, deliver it with what it is and `cost`; `steps` are the next edits."""
    try:
        return await _export(turn, account, job, steps, cost)
    except PlanRefused:
        return await _tell_refused(turn, account, job, cost)
    except RateLimited as limited:
        return await _tell_failed(turn, job, rate_limited(turn.talk, limited), cost)
    except DraftRefused as refused:
        log.warning("The draft was not taken: %s", refused.detail, extra={"job": job.id})
        return await _tell_failed(turn, job, turn.talk.say("export.not_taken"), cost)
    except (ServiceFault, ServiceUnreachable, OutcomeUnknown) as error:
        # What was paid for is on the timeline; an export is free and can be asked for again.
        log.warning("The export was interrupted: %s", type(error).__name__, extra={"job": job.id})
        return await _tell_failed(turn, job, turn.talk.say("export.interrupted"), cost)


async def _export(turn: Turn, account: Account, job: Job, steps: tuple[str, ...], cost: float | None) -> Outcome:
    turn.talk.progress("preparing")
    state = await account.state()
    await tell_abandoned(turn, state, (await account.session()).session_id)
    if not state.timeline.can_export:
        raise PersonError("export.nothing")
    rendered = await _render(turn, account, job, state)
    if isinstance(rendered, RenderState):
        key = "export.failed" if rendered is RenderState.FAILED else "export.slow"
        return await _tell_failed(turn, job, turn.talk.say(key), cost)

    async def was_delivered() -> bool:
        return (await account.session()).delivered_render == rendered.render_id

    again = await job.step("delivered before", bool, was_delivered)
    link = await claim_link(turn, account)
    same = turn.talk.say("export.same") if again else ""
    lines = [same, summary(state.timeline), cost_line(turn, cost), played_by(turn)]
    film = Film(
        render_id=rendered.render_id,
        url=rendered.url,
        job_id=job.id,
        language=turn.talk.language,
        name=f"{(await account.session()).title or 'music'}.mp4",
        seconds=state.timeline.seconds,
        text="\n".join(line for line in lines if line),
        link=link,
        buttons=next_steps(turn, job, steps),
        backend=turn.request.backend,
    )

    async def show() -> Outcome:
        # The session goes on knowing this render: another export of the same timeline delivers it again.
        await turn.talk.show(film)
        await account.keep(lambda kept: replace(kept, delivered_render=rendered.render_id))
        return Outcome.FULFILLED

    return await job.step("delivered", Outcome, show)


async def _render(turn: Turn, account: Account, job: Job, state: State) -> _Rendered | RenderState:
    """Render, once more if it fails. A kept render of the same draft is picked up again first."""
    digest = hashlib.sha256(state.draft_json.encode()).hexdigest()
    session = await account.session()
    if session.pending_render and session.pending_draft == digest:
        rendered = await _follow(turn, account, session.pending_render, first_look=0)
        if rendered is not RenderState.FAILED:
            return rendered
    for attempt in range(_TRIES):
        rendered = await _render_once(turn, account, job, state, f"render {attempt}", digest)
        if rendered is not RenderState.FAILED:
            return rendered
    return RenderState.FAILED


async def _render_once(
    turn: Turn, account: Account, job: Job, state: State, step: str, digest: str
) -> _Rendered | RenderState:
    async def new_id() -> str:
        return new_render_id(turn.services.clock)

    render_id = await job.step(step, str, new_id)
    _tell_rendering(turn)
    session = await account.session()
    try:
        await account.reach(
            lambda token: turn.services.nemo.start_render(token, session.session_id, render_id, state.draft_json)
        )
    except SessionGone as gone:
        # The draft belongs to the session that is gone: a fresh one has nothing to export.
        await account.renew_session(session.session_id)
        raise PersonError("export.nothing") from gone
    await account.keep(lambda kept: replace(kept, pending_render=render_id, pending_draft=digest))
    return await _follow(turn, account, render_id, turn.services.nemo.backend.deadlines.render_first)


async def _follow(turn: Turn, account: Account, render_id: str, first_look: float) -> _Rendered | RenderState:
    """Poll until the render is done, from `first_look` seconds on; FAILED, or PROCESSING where it takes too long."""
    deadlines = turn.services.nemo.backend.deadlines
    _tell_rendering(turn)
    await turn.services.sleep(first_look)
    for poll in range(deadlines.render_polls):
        if poll:
            await turn.services.sleep(deadlines.render_every)
        try:
            status = await account.reach(lambda token: turn.services.nemo.render_status(token, render_id))
        except (RenderGone, SessionGone):
            return RenderState.FAILED
        except (ServiceFault, ServiceUnreachable, OutcomeUnknown):
            # The render goes on without us; the next look may find it.
            continue
        if status.state is RenderState.COMPLETED:
            return _Rendered(render_id, status.url)
        if status.state is RenderState.FAILED:
            return RenderState.FAILED
        _tell_rendering(turn, status.fraction)
    return RenderState.PROCESSING


def _tell_rendering(turn: Turn, fraction: float | None = None) -> None:
    durations = turn.services.nemo.backend.durations
    turn.talk.progress("rendering", fraction, usually=durations.render if durations else None)


async def _tell_failed(turn: Turn, job: Job, text: str, cost: float | None) -> Outcome:
    """Say why there is no file, what the music had cost, and offer to export again."""
    lines = (text, cost_line(turn, cost))
    again = turn.talk.button(Act.EXPORT, job.id)
    await turn.talk.show(Text("\n".join(line for line in lines if line), (again,)))
    return Outcome.FAILED


async def _tell_refused(turn: Turn, account: Account, job: Job, cost: float | None) -> Outcome:
    """The plan does not allow exports: a normal outcome, with the reason, the claim link and another way."""
    link = await claim_link(turn, account)
    offered, buttons = offer(turn, job.id)
    lines = [
        turn.talk.say("export.plan"),
        turn.talk.say("export.open_project", link=link) if link else "",
        offered or turn.talk.say("export.other_way"),
        cost_line(turn, cost),
    ]
    await turn.talk.show(Text("\n".join(line for line in lines if line), buttons))
    return Outcome.REFUSED
