"""Listening to the agent: what a stream says, shown as it comes, and how it ended."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from pydantic import SecretStr

from core.errors import NoCredits, OutcomeUnknown, RateLimited, ServiceError, ServiceUnreachable
from core.flows.interim import Interim
from core.flows.turn import Talk, Turn
from core.intent import Action
from core.jobs.paid import Event
from core.messages import Text
from core.nemo import strike, translate_gui
from core.nemo.model import AgentError, AgentEvent, AgentText, Heartbeat, ToolCall, ToolResult
from core.tracing import trace

log = logging.getLogger(__name__)


MOST_LETTERS = 20_000
"""Letters of an answer that are kept, more than any chat shows; an ellipsis stands for the others."""
MOST_INTERIM = 5
"""Texts that become messages of their own while the agent goes on; later ones are told together at the end."""


@dataclass(slots=True)
class Heard:
    """What a stream has said so far, without `token`."""

    token: SecretStr
    texts: list[str] = field(default_factory=list)
    piece: str = ""
    shown: int = 0
    refusal: str | None = None
    retry_after: float | None = None
    failed: bool = False
    over: bool = False
    """The service ended the run, or refused it; a stream that broke may go on over there."""
    _letters: int = 0

    def take(self, text: AgentText) -> None:
        """Note a text, or a piece of the one under way."""
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

    def to_show(self) -> tuple[str, ...]:
        """Return the whole texts that may be told at once and were not given out yet; they count as given out."""
        fresh = self.texts[self.shown : MOST_INTERIM]
        self.shown += len(fresh)
        return tuple(fresh)

    @property
    def all(self) -> tuple[str, ...]:
        """Every text so far, one that broke off included."""
        return self._from(0)

    @property
    def rest(self) -> tuple[str, ...]:
        """Those of `all` that were not given out."""
        return self._from(self.shown)

    def _from(self, first: int) -> tuple[str, ...]:
        return tuple(text for text in (*self.texts[first:], strike(self.piece, self.token)) if text.strip())


async def listen(turn: Turn, token: SecretStr, session_id: str, message: str, heard: Heard) -> Event:
    """Send and listen; return how it ended."""
    turn.talk.progress("sent", usually=_usually(turn))
    async with Interim(lambda text: show_answer(turn.talk, text)) as interim:
        try:
            event = await _listen(turn, token, session_id, message, heard, interim)
        except Exception as error:  # noqa: BLE001 the message is out, and paid for: whatever this is, the state tells
            log.warning("Listening failed: %s", trace(error))
            event = Event.BROKEN
    heard.shown -= interim.unshown
    heard.over = event is not Event.BROKEN
    return event


async def _listen(turn: Turn, token: SecretStr, session_id: str, message: str, heard: Heard, interim: Interim) -> Event:
    breaker = turn.services.breaker
    try:
        async with turn.services.nemo.run(token, session_id, message) as events:
            async for event in events:
                breaker.saw(well=True)
                _hear(turn, event, heard, interim)
    except ServiceUnreachable:
        breaker.saw(well=False)
        return Event.UNREACHABLE
    except ServiceError as refused:
        breaker.answered(refused.status)
        heard.refusal = type(refused).__name__
        heard.retry_after = refused.retry_after if isinstance(refused, RateLimited) else None
        return Event.REFUSED
    except OutcomeUnknown as broken:
        log.warning("The stream broke: %s", broken.detail)
        return Event.BROKEN
    if heard.failed:
        # Words from before a failure are no result: the state tells whether there is one.
        return Event.REFUSED if heard.refusal and not heard.all else Event.FAILED
    if any(_says_something(text, turn.talk.language) for text in heard.all):
        return Event.ANSWERED
    # "I encountered a temporary issue" alone is no answer but a failure.
    return Event.FAILED if heard.all else Event.SILENT


def _says_something(text: str, language: str) -> bool:
    talk = translate_gui(text, language)
    return bool(talk.text or talk.actions or talk.proposed_edit)


def _hear(turn: Turn, event: AgentEvent, heard: Heard, interim: Interim) -> None:
    match event:
        case AgentText():
            heard.take(event)
        case ToolCall():
            # What was said before the work goes on is a result of its own: a raw clip, told at once.
            for text in heard.to_show():
                interim.say(text)
            turn.talk.progress(event.doing, usually=_usually(turn))
        case ToolResult():
            if event.stage or event.fraction is not None:
                turn.talk.progress(event.doing, event.fraction)
        case AgentError(kind, code):
            log.warning("The agent failed: %s", kind or "no kind told", extra={"code": code})
            heard.failed = True
            if event.no_credits:
                heard.refusal = NoCredits.__name__
        case Heartbeat():
            pass


def _usually(turn: Turn) -> tuple[float, float] | None:
    durations = turn.services.nemo.backend.durations
    if durations is None:
        return None
    return durations.edit if turn.request.action is Action.EDIT else durations.generation


async def show_answer(talk: Talk, text: str) -> None:
    """Show a text of the agent, which goes on, without its GUI talk."""
    if words := translate_gui(text, talk.language).text:
        await talk.show(Text(words), goes_on=True)
