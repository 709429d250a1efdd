"""Sending a message to the agent: once, whatever happens, and then finding out what became of it.

The states are those of `core.jobs.paid`; this module gives them their network, their clock and their journal.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from core.commands import Action
from core.errors import (
    FileTooLarge,
    NoCredits,
    PlanRefused,
    RateLimited,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    SessionGone,
    TokenRefused,
    UnsupportedFile,
)
from core.flows.account import Account
from core.flows.context import Turn
from core.flows.files import Saved, naming
from core.flows.listen import Heard, listen
from core.flows.send_context import BEFORE, SEND_STEPS, SendContext, Snapshot, measure_cost, prepare
from core.jobs.job import Fenced, adapter
from core.jobs.paid import ENDS, Event, Paid, Stage, after
from core.nemo import changes
from core.nemo.model import ChangeKind, Timeline

log = logging.getLogger(__name__)

_REFUSALS = (TokenRefused, SessionGone, NoCredits, UnsupportedFile, FileTooLarge, PlanRefused, RateLimited)
_EMPTY = Timeline((), 0.0)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message."""

    stage: Stage
    #: The agent's texts that were not noted yet.
    texts: tuple[str, ...] = ()
    #: The session is another one than before.
    changed: bool = False
    #: An earlier run may have heard the answer, this one did not.
    unheard: bool = False
    #: The name of the error that refused the message.
    refusal: str | None = None
    #: Seconds after which the service asks for the message again.
    retry_after: float | None = None
    #: The agent reported an error.
    failed: bool = False
    before: Timeline = _EMPTY
    after: Timeline | None = None
    #: Measured credits, where known.
    cost: float | None = None
    #: The piece on the timeline, named by the job that began it.
    piece: str | None = None


async def send(turn: Turn, account: Account, wish: str, files: tuple[Saved, ...] = ()) -> Sent:
    """Send `files` and `wish` within the session, once in the life of this job; return what became of it.

    Raises what refused it (`NoCredits` and the like: nothing ran, nothing was charged), `ServiceUnreachable` where
    nothing left this machine, `Fenced`, and `OutcomeUnknown` never: that is what the state is read for.
    """
    for step in SEND_STEPS:
        sent = await _send_once(turn, account, step, wish, files)
        if sent.stage is Stage.NOT_SENT:
            raise ServiceUnreachable
        if sent.stage is not Stage.REFUSED:
            return sent
        if sent.refusal not in (TokenRefused.__name__, SessionGone.__name__):
            break
        log.info("Message refused before anything ran: %s", sent.refusal, extra={"job": turn.job.id})
    error: ServiceError = ServiceFault()
    for kind in _REFUSALS:
        if kind.__name__ == sent.refusal:
            error = RateLimited(retry_after=sent.retry_after) if kind is RateLimited else kind()
    error.cost = sent.cost
    raise error


async def _send_once(turn: Turn, account: Account, step: str, wish: str, files: tuple[Saved, ...]) -> Sent:
    job, run = turn.job, f"{turn.job.id} {step}"
    context = await job.step(BEFORE.format(step), SendContext, partial(prepare, turn, account, run, files))
    token = await account.token()
    answer, kept = await job.begin(step)
    reads = turn.services.nemo.backend.deadlines.recover_reads
    paid = after(Paid(), Event(answer), reads=reads)
    if paid.stage is Stage.FENCED:
        raise Fenced(f"job {job.id}, epoch {job.epoch}")
    if paid.stage is Stage.KNOWN:
        return adapter(Sent).validate_json(kept)

    heard = Heard(token)
    unheard, over = paid.stage is Stage.READ, False
    if unheard:
        log.info("Message sent before by an earlier attempt; not sent again", extra={"job": job.id})
    else:
        named = naming(turn.talk.language, wish, map(attrgetter("name"), context.files))
        # Said by command, "calm piano" is a new piece, also where the agent could take it for an edit.
        message = turn.talk.say("wish.fresh", wish=named) if turn.request.fresh else named
        event = await listen(turn, token, context.session_id, message, heard)
        # The service ended the run, or refused it; a run whose stream broke may go on over there.
        over = event is not Event.BROKEN
        paid = after(paid, event, reads=reads)
    end, now = await _to_its_end(turn, account, paid, context)

    if end is Stage.UNCHANGED and heard.refusal:
        end = Stage.REFUSED
    elif end is Stage.CHANGED and heard.failed and heard.told():
        # What came behind the answer and its result is of no use to anybody.
        end = Stage.ANSWERED
    cost = await measure_cost(turn, account, run, context.balance, over=over)
    before = context.snapshot
    sent = Sent(
        end,
        heard.told(heard.noted),
        changed=now is not None and now.digest != before.digest,
        unheard=unheard,
        refusal=heard.refusal,
        retry_after=heard.retry_after,
        failed=heard.failed,
        before=before.timeline,
        after=now.timeline if now else None,
        cost=None if end is Stage.NOT_SENT else cost,
        piece=await _piece(turn, account, before.timeline, now.timeline if now else before.timeline),
    )
    await job.finish(step, Sent, sent)
    # Whoever sends again needs what was refused in a new form; where the timeline is lost, the person is told.
    if sent.refusal == TokenRefused.__name__:
        await account.token(refused=token)
    elif sent.refusal == SessionGone.__name__:
        await account.renew_session(context.session_id)
    return sent


async def _to_its_end(turn: Turn, account: Account, paid: Paid, context: SendContext) -> tuple[Stage, Snapshot | None]:
    """Drive the table of states to an end; return that, and the session as it is then, where it was read."""
    deadlines = turn.services.nemo.backend.deadlines
    now = None
    while paid.stage is Stage.ANSWERED or paid.stage not in ENDS:
        if paid.waits:
            turn.talk.progress("looking")
            await turn.services.sleep(deadlines.recover_first if paid.waits == "first" else deadlines.recover_next)
        # The session that the message went to, not the one that may have taken its place since.
        state = await account.attempt(turn.services.nemo.state, context.session_id)
        now = Snapshot.of(state) if state else None
        if paid.stage is Stage.ANSWERED:
            break
        event = Event.UNREADABLE
        if now:
            event = Event.SAME if now.digest == context.snapshot.digest else Event.CHANGED
        paid = after(paid, event, reads=deadlines.recover_reads)
    return paid.stage, now


async def _piece(turn: Turn, account: Account, before: Timeline, now: Timeline) -> str | None:
    """Return the piece that is on the timeline now: another one than before where music was made anew."""
    if not now.can_export:
        return None
    session = await account.known_session()
    if session and session.piece and before.can_export:
        for it in changes(before, now, fresh=turn.request.fresh) if turn.request.action is Action.MUSIC else ():
            if it.kind is ChangeKind.NEW_PIECE:
                return turn.job.id
        return session.piece
    return turn.job.id
