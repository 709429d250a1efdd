"""The one conversation of a process that turns whatever goes wrong into a sentence."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable

from core.errors import BotError, ServiceFault, StoreUnavailable
from core.flows.answer import cost_line, offer
from core.flows.buttons import Act
from core.flows.trouble import tell_trouble
from core.flows.turn import Turn
from core.jobs.job import Fenced
from core.messages import Outcome, Text
from core.tracing import trace

log = logging.getLogger(__name__)


async def guarded(turn: Turn, job_id: str | None, doing: Awaitable[Outcome]) -> Outcome:
    """Turn whatever goes wrong into a sentence. Within a job `Fenced` and `StoreUnavailable` pass: it goes on later."""
    try:
        return await doing
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
        if isinstance(error, TimeoutError | ConnectionError):
            return await _tell_reference(turn, error, job_id, "trouble.reference")
        # What is left of the system's errors here comes from the disk: full, read-only, taken away.
        return await _tell_reference(turn, error, job_id, "trouble.disk")
    except Exception as error:  # noqa: BLE001 the one conversation that turns the unexpected into a sentence
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
    # The text of a stranger's exception may hold anything; its kind and conversation are enough to find it.
    log.error("Reference %s: %s", reference, trace(error), extra={"job": job_id, "reference": reference})
    again = (turn.talk.button(Act.AGAIN, job_id),) if job_id else ()
    offered, buttons = offer(turn, job_id) if isinstance(error, ServiceFault) else ("", ())
    cost = cost_line(turn, error.cost) if isinstance(error, ServiceFault) else ""
    lines = (turn.talk.say(key, reference=reference), cost, offered)
    await turn.talk.show(Text("\n".join(line for line in lines if line), (*again, *buttons)))
    return Outcome.FAILED
