"""What was made in a conversation: listed with its dates, and gone on with, whatever came after it."""

from __future__ import annotations

from datetime import UTC, datetime

from babel.dates import format_date

from core.errors import SessionGone
from core.flows.account import Account
from core.flows.context import Act, Turn
from core.flows.wording import clock
from core.messages import Button, Outcome, Text
from core.store import PastResult

_MOST_LISTED = 8
_LONGEST_LABEL = 32
"""Letters."""


async def tell_history(turn: Turn) -> Outcome:
    """List the last results, with a button for each."""
    talk = turn.talk
    films: dict[tuple[str, str | None], PastResult] = {}
    for result in await turn.services.store.sessions.past(turn.conversation):
        # A film that was brought several times is one.
        films.setdefault((result.session.session_id, result.session.delivered_render), result)
    past = list(films.values())[:_MOST_LISTED]
    if not past:
        await talk.tell("history.none")
        return Outcome.FULFILLED
    lines = [f"{number}. {_line(result, talk.language)}" for number, result in enumerate(past, 1)]
    buttons = tuple(_button(turn, result) for result in past)
    await talk.show(Text("\n".join((talk.say("history.list"), *lines)), buttons))
    return Outcome.FULFILLED


def _line(result: PastResult, language: str) -> str:
    day = format_date(datetime.fromtimestamp(result.at, UTC), format="medium", locale=language)
    version = f"v{result.version}" if (result.version or 0) > 1 else ""
    return " · ".join(filter(None, (result.title, version, clock(result.seconds), day)))


def _button(turn: Turn, result: PastResult) -> Button:
    title = result.title
    label = title if len(title) <= _LONGEST_LABEL else f"{title[: _LONGEST_LABEL - 1]}…"
    return turn.talk.button(Act.REOPEN, result.job_id, label=label)


async def reopen(turn: Turn) -> Outcome:
    """Let a result's session be the conversation's again; its film and its version are a button away."""
    talk, sessions = turn.talk, turn.services.store.sessions
    everything = await sessions.past(turn.conversation)
    past = [result for result in everything if result.job_id == turn.request.about]
    if not past:
        await talk.tell("history.gone")
        return Outcome.REFUSED
    result = past[0]
    account = Account(turn)
    known = await account.known_session()
    session = known if known and known.session_id == result.session.session_id else None
    if session is None:
        try:
            await account.call(turn.services.nemo.state, result.session.session_id)
        except SessionGone:
            await talk.tell("history.gone")
            return Outcome.REFUSED
        # As it was left: it may have more files and a later piece than this result.
        records = (it.session for it in everything if it.session.session_id == result.session.session_id)
        session = next(records, result.session)
    await sessions.save(turn.conversation, session)
    buttons = [talk.button(Act.EXPORT, result.job_id)]
    if result.version is not None:
        buttons.append(talk.button(Act.KEEP, result.job_id, str(result.version)))
    await talk.show(Text(talk.say("history.open", title=result.title), tuple(buttons)))
    return Outcome.FULFILLED
