"""What a paid message starts from, and what it left open: the session and the balance before it, and abandoned runs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import PurePath
from typing import Annotated

from pydantic import AliasChoices, Field

from core.commands import COMMANDS
from core.errors import FewCredits, PersonError
from core.flows.account import Account
from core.flows.context import Request, Turn
from core.flows.files import Saved, take_in
from core.flows.wording import wish
from core.jobs.job import adapter
from core.nemo.model import Credits, State, Timeline, UploadedFile
from core.store import AbandonedRun, Joined

_FEW_CREDITS = 10
"""Credits below which nothing is sent before the person was asked (API)."""
SEND_STEPS = ("send", "send again")
"""Steps of the journal. The second is for a message that was refused because of its token or session: nothing ran."""
#: The step of the journal that keeps what the message of a step starts from.
BEFORE = "{}: before"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The session as it was: enough to see whether a message changed anything."""

    timeline: Timeline
    digest: str

    @classmethod
    def of(cls, state: State) -> Snapshot:
        """Return what to keep of a state."""
        draft = json.dumps(json.loads(state.draft_json), sort_keys=True)
        media = list(map(attrgetter("type", "name", "seconds"), state.generated))
        return cls(state.timeline, hashlib.sha256(f"{draft}{json.dumps(media)}".encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class BalanceSnapshot:
    """The balance before a message, None where it could not be read: the music is made all the same."""

    joined: Joined
    balance: Credits | None


@dataclass(frozen=True, slots=True)
class SendContext:
    """The session that has the message's files, that session as it is, and the balance."""

    files: tuple[UploadedFile, ...]
    session_id: str
    snapshot: Snapshot
    #: Version 0.1 wrote it under another name; its jobs go on.
    balance: Annotated[BalanceSnapshot, Field(validation_alias=AliasChoices("balance", "tab"))]


async def prepare(turn: Turn, account: Account, run: str, saved: tuple[Saved, ...]) -> SendContext:
    """Give the session the files of a message, tell what is known of an abandoned one, and read the balance.

    `run` names the message among those that use this balance.
    """
    files, state = await take_in(turn, account, saved, turn.request.urls)
    session = await account.session()
    if missed := [name for name in session.lost if PurePath(name).suffix and name in turn.request.text]:
        raise PersonError("upload.again", name=", ".join(missed))
    await account.check_piece()
    deadlines = turn.services.nemo.backend.deadlines
    may_last = int((deadlines.request + deadlines.stream_total) * 1000)
    people = turn.services.store.people
    joined = await people.join_run(account.payer, run, may_last)
    balance = await account.attempt(turn.services.nemo.credits)
    if not joined.alone and balance and not balance.frozen:
        # Nothing is under way over there: what was abandoned is over, and in this balance.
        joined = replace(joined, alone=await people.settle_runs(account.payer))
    if _runs_short(turn, balance):
        await people.leave_run(account.payer, run, joined, over=True)
        raise FewCredits(balance.available if balance else 0.0)
    context = SendContext(files, session.session_id, Snapshot.of(state), BalanceSnapshot(joined, balance))
    await tell_abandoned(turn, state, session.session_id, context.balance)
    return context


def _runs_short(turn: Turn, balance: Credits | None) -> bool:
    """Return whether so little is left that the person decides first; where nothing is, the service refuses."""
    asked = turn.request.agreed or turn.services.nemo.backend.free_to_use
    return not asked and balance is not None and 0 < balance.available < _FEW_CREDITS


async def measure_cost(turn: Turn, account: Account, run: str, before: BalanceSnapshot, *, over: bool) -> float | None:
    """Return what the message cost in credits: the difference of the balance, None where that is not known.

    It is told only where nothing else can have used that balance. `over`: the service said that the run ended. One
    that was abandoned may go on and be charged later, as long as the service holds credits.
    """
    now = await account.attempt(turn.services.nemo.credits)
    over = over or (now is not None and not now.frozen)
    alone = await turn.services.store.people.leave_run(account.payer, run, before.joined, over=over)
    if not alone or before.balance is None or now is None:
        return None
    if not over and now.frozen > before.balance.frozen:
        # It still holds credits: what it will cost is not known yet.
        return None
    cost = (before.balance.available + before.balance.frozen) - (now.available + now.frozen)
    # More than before: it was filled up meanwhile.
    return cost if cost >= 0 else None


# Abandoned runs: requests that were cancelled while the service may go on with them, since the API can't stop a run.


async def abandon(turn: Turn, job_id: str) -> None:
    """Note that a job was cancelled whose message may be out."""
    job = await turn.services.store.journal.load(turn.conversation, job_id)
    request = Request.from_json(job.request) if job else None
    if request is None or not COMMANDS[request.action].costs:
        return
    services = turn.services.on(request.backend)
    payer = Account(replace(turn, services=services)).payer
    for step in SEND_STEPS:
        await services.store.people.abandon_run(payer, f"{job_id} {step}")
    await services.store.sessions.leave(turn.conversation, AbandonedRun(job_id))


async def abandoned(turn: Turn) -> tuple[AbandonedRun, Request, SendContext] | None:
    """Return the request that was abandoned last, and what its message started from.

    None where its end is known or its message was not prepared.
    """
    run = await turn.services.store.sessions.left(turn.conversation)
    job = await turn.services.store.journal.load(turn.conversation, run.job_id) if run else None
    request = Request.from_json(job.request) if job else None
    prepared = [step for step in SEND_STEPS if job and BEFORE.format(step) in job.results]
    if run is None or job is None or request is None or not prepared or prepared[-1] in job.results:
        return None
    before = adapter(SendContext).validate_json(job.results[BEFORE.format(prepared[-1])])
    return run, request, before


async def tell_abandoned(turn: Turn, state: State, session_id: str, balance: BalanceSnapshot | None = None) -> None:
    """Say once that the abandoned request was finished meanwhile, where the state of its session shows it.

    With a `balance`, another message is about to change the timeline: whatever is known is told now or never.
    """
    sessions, talk = turn.services.store.sessions, turn.talk
    if await sessions.left(turn.conversation) is None:
        return
    left = await abandoned(turn)
    if left and not left[0].told:
        run, request, before = left
        if before.session_id == session_id and Snapshot.of(state).digest != before.snapshot.digest:
            await talk.note(talk.say("left.finished", wish=wish(talk, request)))
            await sessions.leave(turn.conversation, replace(run, told=True))
        elif balance and balance.balance and balance.balance.frozen:
            await talk.note(talk.say("left.working", wish=wish(talk, request)))
    if balance:
        await sessions.leave(turn.conversation, None)
