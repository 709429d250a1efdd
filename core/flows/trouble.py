"""Errors as sentences: what happened, what it cost, what to do next."""

from __future__ import annotations

from core.errors import (
    AttachmentLost,
    BotError,
    FileTooLarge,
    NoCredits,
    OutcomeUnknown,
    PersonError,
    PlanRefused,
    RateLimited,
    ServiceError,
    ServicePaused,
    ServiceUnreachable,
    SessionGone,
    StoreUnavailable,
    TokenRefused,
    UnsupportedFile,
)
from core.flows.account import Account
from core.flows.answer import cost_line, offer
from core.flows.buttons import Act
from core.flows.telling import rate_limited
from core.flows.turn import Talk, Turn
from core.jobs.job import Fenced
from core.messages import Outcome, Text
from core.nemo import register_page

_KEYS: dict[type[BotError], str] = {
    TokenRefused: "trouble.token",
    SessionGone: "trouble.session",
    UnsupportedFile: "upload.unsupported_service",
    FileTooLarge: "upload.too_large_service",
    PlanRefused: "trouble.plan",
    ServicePaused: "trouble.paused",
    ServiceUnreachable: "trouble.unreachable",
    OutcomeUnknown: "trouble.unknown",
    StoreUnavailable: "trouble.store_away",
    AttachmentLost: "upload.lost",
}
_SERVICE_FAILED = (ServiceError, ServiceUnreachable, OutcomeUnknown)
_PERSONS_MATTER = (PersonError, NoCredits, UnsupportedFile, FileTooLarge, PlanRefused, AttachmentLost)


async def tell_trouble(turn: Turn, error: BotError, job_id: str | None) -> Outcome:
    """Show the sentence for an error that belongs to everyday life; the service's own faults get `trouble.fault`.

    `job_id`: the job whose request a button repeats, where trying again may help.
    """
    if isinstance(error, Fenced):
        # Somebody else goes on with this job and will answer.
        return Outcome.FAILED
    if isinstance(error, NoCredits):
        return await _tell_no_credits(turn, error, job_id)
    mendable = isinstance(error, _PERSONS_MATTER)
    again = () if mendable or job_id is None else (turn.talk.button(Act.AGAIN, job_id),)
    offered, buttons = offer(turn, job_id) if isinstance(error, _SERVICE_FAILED) or _no_token(error) else ("", ())
    sentence = _sentence(turn.talk, error, offered)
    await turn.talk.show(Text(_with_cost(turn, sentence, error), (*again, *buttons)))
    return Outcome.REFUSED if mendable else Outcome.FAILED


async def _tell_no_credits(turn: Turn, error: NoCredits, job_id: str | None) -> Outcome:
    """2001: people without an account get the link to register, which keeps their project."""
    backend = turn.services.nemo.backend
    session = await Account(turn).known_session()
    page = None if backend.token else register_page(backend, session.task_id if session else None)
    if backend.token:
        text = turn.talk.say("trouble.no_credits_account")
    elif page:
        text = turn.talk.say("trouble.no_credits_register", link=page)
    else:
        text = turn.talk.say("trouble.no_credits")
    offered, buttons = offer(turn, job_id)
    await turn.talk.show(Text("\n".join(filter(None, (_with_cost(turn, text, error), offered))), buttons))
    return Outcome.REFUSED


def _sentence(talk: Talk, error: BotError, offered: str) -> str:
    """Return what people read of an error, with the other way out that is `offered`, if there is one."""
    if isinstance(error, PersonError):
        text = talk.say(error.key, **error.values)
    elif isinstance(error, PlanRefused):
        text = talk.say(_key(error))
        offered = offered or talk.say("export.other_way")
    else:
        text = rate_limited(talk, error) if isinstance(error, RateLimited) else talk.say(_key(error))
    return "\n".join(filter(None, (text, offered)))


def _no_token(error: BotError) -> bool:
    return isinstance(error, PersonError) and error.key in {"trouble.no_token", "trouble.own_token"}


def _with_cost(turn: Turn, text: str, error: BotError) -> str:
    """Add what a refused message was measured to cost."""
    cost = cost_line(turn, error.cost) if isinstance(error, ServiceError) else ""
    return f"{text}\n{cost}" if cost else text


def _key(error: BotError) -> str:
    return next((key for kind, key in _KEYS.items() if isinstance(error, kind)), "trouble.fault")
