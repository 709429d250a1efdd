"""Help: what can be said here, taught by examples."""

from __future__ import annotations

from core.flows.turn import Turn
from core.messages import Outcome


async def teach(turn: Turn) -> Outcome:
    """Explain the bot in one message."""
    free = turn.services.nemo.backend.free_to_use
    await turn.talk.tell("help", rights=turn.talk.say("help.rights_free" if free else "help.rights_terms"))
    return Outcome.FULFILLED


async def decline_link(turn: Turn) -> Outcome:
    """Answer a link to YouTube or Spotify as a source of music."""
    await turn.talk.tell("aside.link")
    return Outcome.REFUSED


async def ask_for_words(turn: Turn) -> Outcome:
    """Answer an empty wish."""
    await turn.talk.tell("aside.empty")
    return Outcome.REFUSED
