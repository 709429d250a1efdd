"""What costs nothing: credits, status, cancel, a fresh start, help and small talk."""

from __future__ import annotations

import logging

from core import metrics
from core.errors import SessionGone
from core.flows.account import Account
from core.flows.context import Act, Turn
from core.flows.send_context import abandon, abandoned, tell_abandoned
from core.flows.wording import amount, lines, listed, seconds
from core.messages import Link, Outcome, Text
from core.texts import say
from language import Meaning

log = logging.getLogger(__name__)

_ENDED = ("gone", "done")
_BEGUN = ("running", "interrupted")


async def tell_credits(turn: Turn) -> Outcome:
    """Tell the balance; with the operator's account only the person's own share of it."""
    account, talk = Account(turn), turn.talk
    talk.progress("asking")
    if turn.services.nemo.backend.token:
        person = await turn.services.store.people.meet(turn.conversation.person)
        told = [talk.say("credits.share", spent=amount(person.spent))]
    else:
        balance = await account.call(turn.services.nemo.credits)
        told = [talk.say("credits.available", available=amount(balance.available))]
        if balance.frozen:
            told.append(talk.say("credits.frozen", frozen=amount(balance.frozen)))
        if balance.total is not None and balance.total != balance.available:
            told.append(talk.say("credits.total", total=amount(balance.total)))
    session = await account.known_session()
    if await abandoned(turn):
        # Nobody knows what it will cost.
        told.append(talk.say("credits.last_open"))
    elif session and session.last_cost is not None:
        count = 1 if session.last_cost == 1 else 2
        told.append(talk.say("credits.last", count=count, cost=amount(session.last_cost)))
    await talk.show(Text(lines(*told)))
    return Outcome.FULFILLED


async def status(turn: Turn) -> Outcome:
    """Tell the timeline, how to get its piece again, and how many requests are open."""
    account, talk = Account(turn), turn.talk
    open_jobs = await turn.services.store.journal.queue(turn.conversation)
    session = await account.known_session()
    told = talk.say("status.nothing")
    if await turn.services.breaker.is_open():
        told = talk.say("status.paused")
    elif session:
        talk.progress("asking")
        try:
            state = await account.reach(turn.services.nemo.state, session.session_id)
            await tell_abandoned(turn, state, session.session_id)
            if state.timeline.can_export:
                told = listed(talk, state.timeline)
        except SessionGone:
            await account.renew_session(session.session_id)
    buttons = (talk.button(Act.CANCEL, open_jobs[0]),) if open_jobs else ()
    working = talk.say("status.open", count=len(open_jobs)) if open_jobs else ""
    await talk.show(Text(lines(told, working), buttons))
    return Outcome.FULFILLED


async def cancel(turn: Turn) -> Outcome:
    """Take back the job whose button was pressed, or all open jobs of this conversation."""
    journal = turn.services.store.journal
    wanted = [turn.request.about] if turn.request.about else await journal.queue(turn.conversation)
    # The last one first, so that none moves up and starts meanwhile.
    taken = {job_id: await journal.cancel(turn.conversation, job_id) for job_id in reversed(wanted)}
    begun = [job_id for job_id, it in taken.items() if it in _BEGUN]
    for job_id in begun:
        await abandon(turn, job_id)
    account = Account(turn)
    session = await account.known_session() if begun else None
    if session and session.pending_render and session.pending_render != session.delivered_render:
        await account.attempt(turn.services.nemo.cancel_render, session.pending_render)
    if count := sum(it not in _ENDED for it in taken.values()):
        await turn.talk.tell("cancel.stopped" if begun else "cancel.queued", count=count)
    else:
        # What was wanted is so: nothing of it runs.
        await turn.talk.tell("cancel.too_late" if turn.request.about else "cancel.nothing")
    return Outcome.FULFILLED


async def new(turn: Turn) -> Outcome:
    """Leave the timeline behind; the next wish opens a fresh one."""

    async def begin_anew() -> bool:
        await turn.services.store.sessions.forget(turn.conversation)
        return True

    await turn.job.step("begin anew", bool, begin_anew)
    await turn.talk.tell("new.done")
    return Outcome.FULFILLED


async def teach(turn: Turn) -> Outcome:
    """Explain the bot in one message."""
    free = turn.services.nemo.backend.free_to_use
    await turn.talk.tell("help", rights=turn.talk.say("help.rights_free" if free else "help.rights_terms"))
    return Outcome.FULFILLED


async def ask_back(turn: Turn) -> Outcome:
    """Ask what is meant; a button does it, and nothing was made or charged before."""
    talk, job_id = turn.talk, turn.job.id
    acts = [Act.MUSIC]
    session = await Account(turn).known_session()
    if session and session.piece:
        acts.append(Act.EDIT)
    await talk.show(Text(talk.say("topic.unsure"), tuple(talk.button(act, job_id) for act in acts)))
    return Outcome.FULFILLED


async def report(turn: Turn) -> Outcome:
    """Tell the operator which job a person had trouble with, by its reference alone."""
    reference = turn.request.about or ""
    metrics.REPORTS.inc()
    log.warning("Problem reported by a person, reference %s", reference, extra={"job": reference})
    await turn.talk.tell("report.sent", reference=reference)
    return Outcome.FULFILLED


async def decline(turn: Turn) -> Outcome:
    """Answer a link to YouTube or Spotify as a source of music, or a wish without words."""
    await turn.talk.tell(f"aside.{turn.request.action}")
    return Outcome.REFUSED


async def chat(turn: Turn) -> Outcome:
    """Answer small talk and simple questions, with what to say next; what no music bot can do is turned down."""
    talk, backend = turn.talk, turn.services.nemo.backend
    topic = turn.request.topic or Meaning.OTHER
    if topic is Meaning.LICENCE and backend.free_to_use:
        await talk.tell("topic.licence_free")
    elif topic is Meaning.LICENCE:
        # What may be done with the music is not known here: the terms of who makes it hold.
        account = Account(turn)
        links = await account.project_links() if await account.known_session() else ()
        page = (Link(backend.web_url, talk.say("link.terms")),) if backend.web_url else ()
        await talk.show(Text(talk.say("topic.licence_terms"), links=links or page))
    elif topic is Meaning.LENGTH:
        limits = ""
        if backend.lengths:
            shortest, longest = backend.lengths
            limits = talk.say("topic.limits", shortest=seconds(shortest), longest=seconds(longest / 60))
        await talk.tell("topic.length", limits=limits)
    elif topic is Meaning.COMPLAINT:
        await _answer_complaint(turn)
    elif topic is Meaning.PRIVACY:
        await talk.tell("topic.privacy_local" if backend.free_to_use else "topic.privacy_cloud")
    elif topic is Meaning.FOREIGN:
        # Which of them the person reads is not known.
        await talk.show(Text("\n".join(say(it, "core.topic.foreign") for it in ("en", "zh"))))
    else:
        await talk.tell(f"topic.{topic.value}")
    return Outcome.REFUSED if topic in (Meaning.OFF_TOPIC, Meaning.FOREIGN) else Outcome.FULFILLED


async def _answer_complaint(turn: Turn) -> None:
    """Say what the last request cost, what can be done, and whom to ask under which reference."""
    talk = turn.talk
    session = await Account(turn).known_session()
    piece = session.piece if session else None
    reference = talk.say("topic.reference", reference=piece) if piece else ""
    buttons = (talk.button(Act.REPORT, piece),) if piece else ()
    if turn.services.nemo.backend.free_to_use:
        await talk.show(Text(talk.say("topic.complaint_free", reference=reference), buttons))
        return
    cost = session.last_cost if session else None
    last = " " + talk.say("credits.last", count=1 if cost == 1 else 2, cost=amount(cost)) if cost is not None else ""
    await talk.show(Text(talk.say("topic.complaint_paid", cost=last, reference=reference), buttons))
