"""Small talk and simple questions, answered here: short, free, and with what to say next."""

from __future__ import annotations

from core.flows import telling
from core.flows.account import Account
from core.flows.links import claim_link
from core.flows.turn import Turn
from core.intent import Topic
from core.messages import Outcome, Text
from core.texts import LANGUAGES, say


async def chat(turn: Turn) -> Outcome:
    """Answer what was said; a wish that no music bot can meet is turned down."""
    match topic := turn.request.topic or Topic.OTHER:
        case Topic.LICENCE:
            await _tell_licence(turn)
        case Topic.LENGTH:
            await _tell_lengths(turn)
        case Topic.FOREIGN:
            # Which of them the person reads is not known.
            await turn.talk.show(Text("\n".join(say(it, "core.topic.foreign") for it in LANGUAGES)))
        case _:
            await turn.talk.tell(f"topic.{topic.value}")
    return Outcome.REFUSED if topic in (Topic.OFF_TOPIC, Topic.FOREIGN) else Outcome.FULFILLED


async def _tell_licence(turn: Turn) -> None:
    """Say what may be done with the music, as far as that is known: else the terms of who makes it hold."""
    backend = turn.services.nemo.backend
    if backend.free_to_use:
        await turn.talk.tell("topic.licence_free")
        return
    account = Account(turn)
    link = await claim_link(turn, account) if await account.known_session() else None
    link = link or backend.web_url
    await turn.talk.tell("topic.licence_terms", terms=turn.talk.say("topic.terms_at", link=link) if link else "")


async def _tell_lengths(turn: Turn) -> None:
    """Say how long a piece can be, in numbers where they are known."""
    limits = ""
    if lengths := turn.services.nemo.backend.lengths:
        shortest, longest = lengths
        values = {"shortest": telling.seconds(shortest), "longest": telling.seconds(longest / 60)}
        limits = turn.talk.say("topic.limits", **values)
    await turn.talk.tell("topic.length", limits=limits)
