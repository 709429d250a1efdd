"""Sending a message to the agent: once, whatever happens, and then finding out what became of it.

The states are those of `core.jobs.paid`; this module gives them their network, their clock and their journal.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pydantic import SecretStr, TypeAdapter

from core.errors import (
    FileTooLarge,
    NoCredits,
    OutcomeUnknown,
    PlanRefused,
    RateLimited,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    SessionGone,
    TokenRefused,
    UnsupportedFile,
)
from core.flows.account import CALL_FAILED, Account
from core.flows.stages import stage_of
from core.flows.turn import Talk, Turn
from core.intent import Action
from core.jobs.job import Fenced, Job
from core.jobs.paid import ENDS, Event, Paid, Pause, Stage, after
from core.nemo import translate_gui
from core.nemo.model import (
    AgentError,
    AgentEvent,
    AgentText,
    Credits,
    Heartbeat,
    State,
    Timeline,
    ToolCall,
    ToolResult,
)
from core.words import Text

log = logging.getLogger(__name__)

_NO_CREDITS = 2001
_REFUSALS = {
    error.__name__: error
    for error in (TokenRefused, SessionGone, NoCredits, UnsupportedFile, FileTooLarge, PlanRefused, RateLimited)
}
_Listen = Callable[[], Awaitable[Event]]
_LookAgain = Callable[[], Awaitable["Snapshot | None"]]
_EMPTY = Timeline((), 0.0)
_TRIES = ("send", "send again")
"""Steps of the journal. The second is for a message that was refused because of its token or session: nothing ran."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The session as it was: enough to see whether a message changed anything."""

    timeline: Timeline
    digest: str

    @classmethod
    def of(cls, state: State) -> Snapshot:
        """Return what to keep of a state."""
        draft = json.dumps(json.loads(state.draft_json), sort_keys=True)
        media = [[item.type, item.name, item.seconds] for item in state.generated]
        return cls(state.timeline, hashlib.sha256(f"{draft}{json.dumps(media)}".encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message.

    `texts` are the agent's texts that were not shown yet, `cost` the measured credits, where known.
    `changed`: the session is another one than before. `refusal` names the error that refused the message,
    `retry_after` the seconds after which the service asks for it again.
    """

    stage: Stage
    texts: tuple[str, ...] = ()
    changed: bool = False
    refusal: str | None = None
    retry_after: float | None = None
    before: Timeline = _EMPTY
    after: Timeline | None = None
    cost: float | None = None


@dataclass(slots=True)
class _Heard:
    """What a stream has said so far."""

    texts: list[str] = field(default_factory=list)
    piece: str = ""
    shown: int = 0
    refusal: str | None = None
    retry_after: float | None = None
    failed: bool = False

    def take(self, text: AgentText) -> None:
        if text.whole:
            self.texts.append(text.text)
            self.piece = ""
        else:
            self.piece += text.text

    def to_show(self) -> tuple[str, ...]:
        """Return the whole texts that were not given out yet, and count them as given out."""
        fresh, self.shown = self.texts[self.shown :], len(self.texts)
        return tuple(fresh)

    @property
    def all(self) -> tuple[str, ...]:
        """Every text so far, one that broke off included."""
        return tuple(text for text in (*self.texts, self.piece) if text.strip())

    @property
    def rest(self) -> tuple[str, ...]:
        """Those of `all` that were not given out."""
        return tuple(text for text in (*self.texts[self.shown :], self.piece) if text.strip())


async def send(turn: Turn, account: Account, job: Job, message: str) -> Sent:
    """Send `message` within the session, once in the life of this job; return what became of it.

    Raises what refused it (`NoCredits` and the like: nothing ran, nothing was charged), `ServiceUnreachable` where
    nothing left this machine, `Fenced`, and `OutcomeUnknown` never: that is what the state is read for.
    """
    for step in _TRIES:
        sent = await _send_once(turn, account, job, step, message)
        if sent.stage is Stage.NOT_SENT:
            raise ServiceUnreachable
        if sent.stage is not Stage.REFUSED:
            return sent
        if sent.refusal not in (TokenRefused.__name__, SessionGone.__name__) or step == _TRIES[-1]:
            break
        log.info("The message was refused before anything ran", extra={"job": job.id, "refusal": sent.refusal})
    raise _refused(sent)


def _refused(sent: Sent) -> ServiceError:
    kind = _REFUSALS.get(sent.refusal or "", ServiceFault)
    error = RateLimited(retry_after=sent.retry_after) if kind is RateLimited else kind()
    error.cost = sent.cost
    return error


async def _send_once(turn: Turn, account: Account, job: Job, step: str, message: str) -> Sent:
    with turn.services.meter.read(account.payer) as reading:
        before = await job.step(f"{step}: before", Snapshot, lambda: _first_look(turn, account))
        balance = await job.step(f"{step}: balance", Credits, account.credits)
        session = await account.session()
        token = await account.token()
        begun = await job.begin(step, paid=True)
        paid = after(Paid(), Event(begun.begin.value), reads=turn.services.nemo.backend.deadlines.recover_reads)
        if paid.stage is Stage.FENCED:
            raise Fenced(f"job {job.id}, epoch {job.epoch}")
        if paid.stage is Stage.KNOWN:
            return TypeAdapter(Sent).validate_json(begun.result)
        heard = _Heard()

        async def listen() -> Event:
            return await _stream(turn, token, session.session_id, message, heard)

        async def look() -> Snapshot | None:
            return await _look(turn, account, session.session_id)

        end, now = await _to_its_end(turn, paid, before, listen, look)
        measured = None if end is Stage.NOT_SENT else await _cost(account, balance)
        sent = Sent(
            end,
            heard.rest,
            changed=now is not None and now.digest != before.digest,
            refusal=heard.refusal,
            retry_after=heard.retry_after,
            before=before.timeline,
            after=now.timeline if now else None,
            cost=measured if reading.alone else None,
        )
    await job.finish(step, Sent, sent)
    # Whoever sends again needs what was refused in a new form; where the timeline is lost, the person is told.
    if sent.refusal == TokenRefused.__name__:
        await account.token(refused=token)
    elif sent.refusal == SessionGone.__name__:
        await account.renew_session(session)
    return sent


async def _to_its_end(
    turn: Turn, paid: Paid, before: Snapshot, listen: _Listen, look: _LookAgain
) -> tuple[Stage, Snapshot | None]:
    """Drive the table of states to an end; return that, and the session as it is then, where it was read.

    `listen` sends and hears, at most once; `look` reads the session.
    """
    reads = turn.services.nemo.backend.deadlines.recover_reads
    now = None
    if paid.stage is Stage.SEND:
        paid = after(paid, await listen(), reads=reads)
    else:
        log.info("An earlier run may have sent this message; it is not sent again")
    while paid.stage not in ENDS:
        await _pause(turn, paid.pause)
        now = await look()
        paid = after(paid, _compare(before, now), reads=reads)
    if paid.stage is Stage.ANSWERED:
        now = await look()
    return paid.stage, now


async def _stream(turn: Turn, token: SecretStr, session_id: str, message: str, heard: _Heard) -> Event:
    """Send and listen; return how it ended."""
    turn.talk.progress("sent", usually=_usually(turn))
    try:
        async with turn.services.nemo.run(token, session_id, message) as events:
            async for event in events:
                await _hear(turn, event, heard)
    except ServiceUnreachable:
        return Event.UNREACHABLE
    except ServiceError as refused:
        heard.refusal = type(refused).__name__
        heard.retry_after = refused.retry_after if isinstance(refused, RateLimited) else None
        return Event.REFUSED
    except OutcomeUnknown as broken:
        log.warning("The stream broke: %s", broken.detail)
        return Event.BROKEN
    if heard.refusal:
        return Event.REFUSED
    if any(_says_something(text, turn.talk.language) for text in heard.all):
        return Event.ANSWERED
    # "I encountered a temporary issue" alone is no answer but a failure.
    return Event.FAILED if heard.failed or heard.all else Event.SILENT


def _says_something(text: str, language: str) -> bool:
    talk = translate_gui(text, language)
    return bool(talk.text or talk.actions or talk.proposed_edit)


async def _hear(turn: Turn, event: AgentEvent, heard: _Heard) -> None:
    match event:
        case AgentText():
            heard.take(event)
        case ToolCall(name):
            # What was said before the work goes on is a result of its own: a raw clip, told at once.
            for text in heard.to_show():
                await show_answer(turn.talk, text)
            turn.talk.progress(stage_of(name), usually=_usually(turn))
        case ToolResult(name, stage, fraction):
            if stage or fraction is not None:
                turn.talk.progress(stage_of(stage or name), fraction)
        case AgentError(detail, code):
            log.warning("The agent failed: %s", detail, extra={"code": code})
            heard.failed = True
            if code == _NO_CREDITS and not heard.all:
                heard.refusal = NoCredits.__name__
        case Heartbeat():
            pass


def _usually(turn: Turn) -> tuple[float, float] | None:
    durations = turn.services.nemo.backend.durations
    if durations is None:
        return None
    return durations.edit if turn.request.action is Action.EDIT else durations.generation


async def show_answer(talk: Talk, text: str) -> None:
    """Show a text of the agent without its GUI talk."""
    if words := translate_gui(text, talk.language).text:
        await talk.show(Text(words))


async def _first_look(turn: Turn, account: Account) -> Snapshot:
    return Snapshot.of(await account.in_session(turn.services.nemo.state))


async def _look(turn: Turn, account: Account, session_id: str) -> Snapshot | None:
    """Read the session that the message went to; None where it can't be read now."""
    try:
        return Snapshot.of(await account.call(lambda token: turn.services.nemo.state(token, session_id)))
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


async def _cost(account: Account, before: Credits) -> float | None:
    """Return what the balance lost, None where it can't be read or was filled up meanwhile."""
    try:
        now = await account.credits()
    except CALL_FAILED:
        return None
    cost = (before.available + before.frozen) - (now.available + now.frozen)
    return cost if cost >= 0 else None
