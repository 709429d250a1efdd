"""Sending a message to the agent: once, whatever happens, and then finding out what became of it.

The states are those of `core.jobs.paid`; this module gives them their network, their clock and their journal.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.adapters import adapter
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
from core.flows.abandoned_runs import go_on
from core.flows.account import CALL_FAILED, Account
from core.flows.files import Saved, take_in
from core.flows.listen import Heard, listen
from core.flows.meter import measure_cost, take_balance_snapshot
from core.flows.send_context import SEND_STEPS, SendContext, Snapshot, context_step
from core.flows.turn import Turn
from core.jobs.job import Fenced, Job
from core.jobs.paid import ENDS, Event, Paid, Pause, Stage, after
from core.nemo.model import Timeline, UploadedFile

log = logging.getLogger(__name__)

_REFUSALS = {
    error.__name__: error
    for error in (TokenRefused, SessionGone, NoCredits, UnsupportedFile, FileTooLarge, PlanRefused, RateLimited)
}
Message = Callable[[tuple[UploadedFile, ...]], str]
"""What to say, given the files as the service took them."""
_Say = Callable[[], Awaitable[Event]]
_LookAgain = Callable[[], Awaitable["Snapshot | None"]]
_EMPTY = Timeline((), 0.0)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message.

    `texts` are the agent's texts that were not shown yet, `cost` the measured credits, where known.
    `changed`: the session is another one than before. `unheard`: an earlier run may have heard its answer, this one did
    not. `refusal` names the error that refused the message, `retry_after` the seconds after which the service asks for
    it again. `failed`: the agent reported an error.
    """

    stage: Stage
    texts: tuple[str, ...] = ()
    changed: bool = False
    unheard: bool = False
    refusal: str | None = None
    retry_after: float | None = None
    failed: bool = False
    before: Timeline = _EMPTY
    after: Timeline | None = None
    cost: float | None = None


async def send(turn: Turn, account: Account, job: Job, message: Message, files: tuple[Saved, ...] = ()) -> Sent:
    """Send `files` and `message` within the session, once in the life of this job; return what became of it.

    Raises what refused it (`NoCredits` and the like: nothing ran, nothing was charged), `ServiceUnreachable` where
    nothing left this machine, `Fenced`, and `OutcomeUnknown` never: that is what the state is read for.
    """
    for step in SEND_STEPS:
        sent = await _send_once(turn, account, job, step, message, files)
        if sent.stage is Stage.NOT_SENT:
            raise ServiceUnreachable
        if sent.stage is not Stage.REFUSED:
            return sent
        if sent.refusal not in (TokenRefused.__name__, SessionGone.__name__) or step == SEND_STEPS[-1]:
            break
        log.info("The message was refused before anything ran", extra={"job": job.id, "refusal": sent.refusal})
    raise _refused(sent)


def _refused(sent: Sent) -> ServiceError:
    kind = _REFUSALS.get(sent.refusal or "", ServiceFault)
    error = RateLimited(retry_after=sent.retry_after) if kind is RateLimited else kind()
    error.cost = sent.cost
    return error


async def _send_once(
    turn: Turn, account: Account, job: Job, step: str, message: Message, files: tuple[Saved, ...]
) -> Sent:
    run = f"{job.id} {step}"
    ground = await job.step(context_step(step), SendContext, lambda: _prepare(turn, account, job, run, files))
    before = ground.snapshot
    token = await account.token()
    begun = await job.begin(step, paid=True)
    paid = after(Paid(), Event(begun.begin.value), reads=turn.services.nemo.backend.deadlines.recover_reads)
    if paid.stage is Stage.FENCED:
        raise Fenced(f"job {job.id}, epoch {job.epoch}")
    if paid.stage is Stage.KNOWN:
        return adapter(Sent).validate_json(begun.result)
    heard = Heard(token)

    async def say() -> Event:
        return await listen(turn, token, ground.session_id, message(ground.files), heard)

    async def look() -> Snapshot | None:
        return await _look(turn, account, ground.session_id)

    end, now = await _to_its_end(turn, paid, before, say, look)
    if end is Stage.UNCHANGED and heard.refusal:
        end = Stage.REFUSED
    elif end is Stage.CHANGED and heard.failed and heard.all:
        # What came behind the answer and its result is of no use to anybody.
        end = Stage.ANSWERED
    cost = await measure_cost(turn, account, run, ground.tab, over=heard.over)
    sent = Sent(
        end,
        heard.rest,
        changed=now is not None and now.digest != before.digest,
        unheard=paid.stage is Stage.READ,
        refusal=heard.refusal,
        retry_after=heard.retry_after,
        failed=heard.failed,
        before=before.timeline,
        after=now.timeline if now else None,
        cost=None if end is Stage.NOT_SENT else cost,
    )
    await job.finish(step, Sent, sent)
    # Whoever sends again needs what was refused in a new form; where the timeline is lost, the person is told.
    if sent.refusal == TokenRefused.__name__:
        await account.token(refused=token)
    elif sent.refusal == SessionGone.__name__:
        await account.renew_session(ground.session_id)
    return sent


async def _to_its_end(
    turn: Turn, paid: Paid, before: Snapshot, say: _Say, look: _LookAgain
) -> tuple[Stage, Snapshot | None]:
    """Drive the table of states to an end; return that, and the session as it is then, where it was read.

    `say` sends and hears, at most once; `look` reads the session.
    """
    reads = turn.services.nemo.backend.deadlines.recover_reads
    now = None
    if paid.stage is Stage.SEND:
        paid = after(paid, await say(), reads=reads)
    else:
        log.info("An earlier run may have sent this message; it is not sent again")
    while paid.stage not in ENDS:
        await _pause(turn, paid.pause)
        now = await look()
        paid = after(paid, _compare(before, now), reads=reads)
    if paid.stage is Stage.ANSWERED:
        now = await look()
    return paid.stage, now


async def _prepare(turn: Turn, account: Account, job: Job, run: str, files: tuple[Saved, ...]) -> SendContext:
    taken = await take_in(turn, account, job, files)
    tab = await take_balance_snapshot(turn, account, run)
    await go_on(turn, taken.state, taken.session_id, tab)
    return SendContext(taken.files, taken.session_id, Snapshot.of(taken.state), tab)


async def _look(turn: Turn, account: Account, session_id: str) -> Snapshot | None:
    """Read the session that the message went to; None where it can't be read now."""
    try:
        return Snapshot.of(await account.reach(lambda token: turn.services.nemo.state(token, session_id)))
    except CALL_FAILED as error:
        log.info("The state could not be read: %s", type(error).__name__)
        return None


def _compare(before: Snapshot, now: Snapshot | None) -> Event:
    if now is None:
        return Event.UNREADABLE
    return Event.SAME if now.digest == before.digest else Event.CHANGED


async def _pause(turn: Turn, pause: Pause) -> None:
    deadlines = turn.services.nemo.backend.deadlines
    seconds = {Pause.NONE: 0.0, Pause.FIRST: deadlines.recover_first, Pause.NEXT: deadlines.recover_next}[pause]
    if seconds:
        turn.talk.progress("looking")
        await turn.services.sleep(seconds)
