"""Whatever goes wrong as a sentence: what happened, what it cost, what to do next."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable

from core.errors import (
    AttachmentLost,
    BotError,
    DeliveryRefused,
    FewCredits,
    FileTooLarge,
    NoCredits,
    OutcomeUnknown,
    PersonError,
    PlanRefused,
    RateLimited,
    ServiceError,
    ServiceFault,
    ServicePaused,
    ServiceUnreachable,
    SessionGone,
    StoreUnavailable,
    TokenRefused,
    UnsupportedFile,
)
from core.flows.account import Account
from core.flows.context import Act, Turn
from core.flows.wording import USUAL_COST, amount, cost_line, lines, offer, rate_limited
from core.jobs.job import Fenced
from core.messages import Link, Outcome, Text
from core.nemo import register_page
from core.tracing import trace

log = logging.getLogger(__name__)

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


async def guarded(turn: Turn, job_id: str | None, doing: Awaitable[Outcome]) -> Outcome:
    """Turn whatever goes wrong into a sentence, but where the chat takes none (`DeliveryRefused`).

    Within a job `Fenced` and `StoreUnavailable` pass as well: it goes on later.
    """
    try:
        return await doing
    except DeliveryRefused:
        # There is nowhere to say anything.
        raise
    except (Fenced, StoreUnavailable) as error:
        if job_id:
            raise
        return await _tell(turn, error, None)
    except ServiceFault as error:
        return await _tell_reference(turn, error, job_id, "trouble.fault")
    except BotError as error:
        log.info("Told as a sentence: %s", type(error).__name__, extra={"job": job_id})
        return await _tell(turn, error, job_id)
    except OSError as error:
        # What is left of the system's errors here comes from the disk: full, read-only, taken away.
        disk = not isinstance(error, TimeoutError | ConnectionError)
        return await _tell_reference(turn, error, job_id, "trouble.disk" if disk else "trouble.reference")
    except Exception as error:  # noqa: BLE001 the one place that turns the unexpected into a sentence
        return await _tell_reference(turn, error, job_id, "trouble.reference")


async def _tell(turn: Turn, error: BotError, job_id: str | None) -> Outcome:
    try:
        return await tell_trouble(turn, error, job_id)
    except StoreUnavailable:
        if job_id:
            raise
        await turn.talk.tell("trouble.store")
        return Outcome.FAILED


async def _tell_reference(turn: Turn, error: Exception, job_id: str | None, key: str) -> Outcome:
    # From the job: told again after a crash it is the same text, which is then known as told.
    reference = job_id[:4] if job_id else secrets.token_hex(2)
    # The text of a stranger's exception may hold anything; its kind and place are enough to find it.
    log.error("Reference %s: %s", reference, trace(error), extra={"job": job_id, "reference": reference})
    again = (turn.talk.button(Act.AGAIN, job_id), turn.talk.button(Act.REPORT, job_id)) if job_id else ()
    offered, buttons = offer(turn, job_id) if isinstance(error, ServiceFault) else ("", ())
    cost = cost_line(turn, error.cost) if isinstance(error, ServiceFault) else ""
    text = lines(_reason(turn, error), turn.talk.say(key, reference=reference), cost, offered)
    await turn.talk.show(Text(text, (*again, *buttons)))
    return Outcome.FAILED


async def tell_trouble(turn: Turn, error: BotError, job_id: str | None) -> Outcome:
    """Show the sentence for an error that belongs to everyday life.

    `job_id`: the job whose request a button repeats, where trying again may help.
    """
    if isinstance(error, Fenced):
        # Somebody else goes on with this job and will answer.
        return Outcome.FAILED
    talk = turn.talk
    mendable = isinstance(error, _PERSONS_MATTER)
    key = next((key for kind, key in _KEYS.items() if isinstance(error, kind)), "trouble.fault")
    links: tuple[Link, ...] = ()
    if isinstance(error, FewCredits):
        text = talk.say(error.key, available=amount(error.available), usual=USUAL_COST)
    elif isinstance(error, NoCredits):
        text, links = await _no_credits(turn)
    elif isinstance(error, PersonError):
        text = talk.say(error.key, **error.values)
    else:
        text = rate_limited(talk, error) if isinstance(error, RateLimited) else talk.say(key)
    no_token = isinstance(error, PersonError) and error.key in {"trouble.no_token", "trouble.own_token"}
    offered, buttons = offer(turn, job_id) if no_token or isinstance(error, _SERVICE_FAILED) else ("", ())
    if isinstance(error, PlanRefused):
        offered = offered or talk.say("export.other_way")
    cost = cost_line(turn, error.cost) if isinstance(error, ServiceError) else ""
    again = () if mendable or job_id is None else (talk.button(Act.AGAIN, job_id),)
    if isinstance(error, FewCredits) and job_id:
        again = (talk.button(Act.CONTINUE, job_id),)
    # Of somebody else's button only who pressed it has to hear.
    private = isinstance(error, PersonError) and error.key == "press.gone"
    await talk.show(Text(lines(_reason(turn, error), text, offered, cost), (*again, *buttons), links, private=private))
    return Outcome.REFUSED if mendable else Outcome.FAILED


def _reason(turn: Turn, error: Exception) -> str:
    """Return what the service itself says about a refusal, "" where it says nothing."""
    said = error.reason if isinstance(error, ServiceError) else None
    return turn.talk.say("trouble.reason", reason=said) if said else ""


async def _no_credits(turn: Turn) -> tuple[str, tuple[Link, ...]]:
    """2001: people without an account get the link to register, which keeps their project."""
    talk, backend = turn.talk, turn.services.nemo.backend
    if backend.token:
        return talk.say("trouble.no_credits_account"), ()
    session = await Account(turn).known_session()
    person = await turn.services.store.people.meet(turn.conversation.person)
    known = (session.user_id if session else None, person.user_id, session.task_id if session else None)
    page = register_page(backend, next(filter(None, known), None))
    if page is None:
        return talk.say("trouble.no_credits"), ()
    return talk.say("trouble.no_credits_register"), (Link(page, talk.say("link.register")),)
