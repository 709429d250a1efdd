"""Listening to the agent: what a stream says, noted as it comes, and how it ended."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from pydantic import SecretStr

from core.commands import Action
from core.errors import NoCredits, RateLimited, ServiceError, ServiceUnreachable, StoreUnavailable
from core.flows.context import Turn
from core.jobs.paid import Event
from core.nemo import strike, translate_gui
from core.nemo.model import AgentError, AgentEvent, AgentText, Heartbeat, ToolCall, ToolResult, stage_of
from core.tracing import trace

log = logging.getLogger(__name__)

MOST_LETTERS = 20_000
"""Letters of an answer that are kept, more than any chat shows; an ellipsis stands for the others."""
MOST_NOTES = 5
"""Texts that are noted while the agent goes on; later ones are told together at the end."""


@dataclass(slots=True)
class Heard:
    """What a stream has said so far, without `token`."""

    token: SecretStr
    #: Whole texts.
    texts: list[str] = field(default_factory=list)
    #: The beginning of the text under way.
    piece: str = ""
    #: How many of `texts` the person has got already.
    noted: int = 0
    refusal: str | None = None
    retry_after: float | None = None
    failed: bool = False
    _letters: int = 0

    def take(self, text: AgentText) -> None:
        """Keep a text, or a piece of the one under way."""
        said = text.text if text.whole else self.piece + text.text
        left = MOST_LETTERS - self._letters
        if len(said) > left:
            said = said[: max(0, left)] + "…"
        if not text.whole:
            self.piece = said
            return
        self.piece = ""
        if left > 0:
            self.texts.append(strike(said, self.token))
            self._letters += max(1, len(said))
        elif not self.texts[-1].endswith("…"):
            self.texts[-1] += "…"

    def told(self, first: int = 0) -> tuple[str, ...]:
        """Return the texts from the `first` one on, one that broke off included."""
        return tuple(filter(str.strip, (*self.texts[first:], strike(self.piece, self.token))))


async def listen(turn: Turn, token: SecretStr, session_id: str, message: str, heard: Heard) -> Event:
    """Send and listen; return how it ended."""
    breaker, durations = turn.services.breaker, turn.services.nemo.backend.durations
    usually = None
    if durations:
        usually = durations.edit if turn.request.action is Action.EDIT else durations.generation
    turn.talk.progress("sent", usually=usually)
    try:
        async with turn.services.nemo.run(token, session_id, message) as events:
            async for event in events:
                breaker.saw(well=True)
                await _hear(turn, event, heard, usually)
    except ServiceUnreachable:
        breaker.saw(well=False)
        return Event.UNREACHABLE
    except ServiceError as refused:
        breaker.answered(refused.status)
        heard.refusal = type(refused).__name__
        heard.retry_after = refused.retry_after if isinstance(refused, RateLimited) else None
        return Event.REFUSED
    except Exception as error:  # noqa: BLE001 the message is out, and paid for: whatever this is, the state tells
        log.warning("Stream broken: %s", trace(error))
        return Event.BROKEN
    texts = heard.told()
    if heard.failed:
        # Words from before a failure are no result: the state tells whether there is one.
        return Event.REFUSED if heard.refusal and not texts else Event.FAILED
    for text in texts:
        talk = translate_gui(text, turn.talk.language)
        if talk.text or talk.actions or talk.proposed_edit:
            return Event.ANSWERED
    # "I encountered a temporary issue" alone is no answer but a failure.
    return Event.FAILED if texts else Event.SILENT


async def _hear(turn: Turn, event: AgentEvent, heard: Heard, usually: tuple[float, float] | None) -> None:
    match event:
        case AgentText():
            heard.take(event)
        case ToolCall():
            # What was said before the work goes on is a result of its own, such as a raw clip. What can't be noted
            # now is told with the result.
            try:
                for text in heard.texts[heard.noted : MOST_NOTES]:
                    if words := translate_gui(text, turn.talk.language).text:
                        await turn.talk.note(words)
                    heard.noted += 1
            except StoreUnavailable as error:
                log.warning("Text of the agent not noted: %s", error.detail)
            turn.talk.progress(stage_of(event.name), usually=usually)
        case ToolResult():
            if event.stage or event.fraction is not None:
                turn.talk.progress(stage_of(event.stage or event.name), event.fraction)
        case AgentError(kind, code):
            log.warning("Agent failed: %s", kind or "no kind told", extra={"code": code})
            heard.failed = True
            if event.no_credits:
                heard.refusal = NoCredits.__name__
        case Heartbeat():
            pass
