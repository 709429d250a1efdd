"""Status: what is on the timeline and what is being worked on."""

from __future__ import annotations

from core.errors import SessionGone
from core.flows.abandoned_runs import tell_abandoned
from core.flows.account import Account
from core.flows.buttons import Act
from core.flows.turn import Turn
from core.messages import Button, Outcome, Text
from core.nemo import summary


async def status(turn: Turn) -> Outcome:
    """Tell the timeline in the exact form, and how many requests are open."""
    account = Account(turn)
    talk = turn.talk
    open_jobs = await turn.services.store.journal.line(turn.conversation)
    session = await account.known_session()
    lines: list[str] = []
    buttons: tuple[Button, ...] = ()
    if await turn.services.breaker.is_open():
        lines.append(talk.say("status.paused"))
    elif session is None:
        lines.append(talk.say("status.nothing"))
    else:
        talk.progress("asking")
        try:
            state = await account.reach(lambda token: turn.services.nemo.state(token, session.session_id))
        except SessionGone:
            await account.renew_session(session.session_id)
            return Outcome.FULFILLED
        await tell_abandoned(turn, state, session.session_id)
        lines.append(summary(state.timeline) if state.timeline.can_export else talk.say("status.nothing"))
    if open_jobs:
        lines.append(talk.say("status.open", count=len(open_jobs)))
        buttons = (talk.button(Act.CANCEL, open_jobs[0]),)
    await talk.show(Text("\n".join(lines), buttons))
    return Outcome.FULFILLED
