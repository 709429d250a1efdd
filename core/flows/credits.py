"""Credits: what is left, and what the last wish cost."""

from __future__ import annotations

from core.flows import telling
from core.flows.abandoned_runs import is_cost_open
from core.flows.account import Account
from core.flows.turn import Turn
from core.messages import Outcome, Text


async def tell_credits(turn: Turn) -> Outcome:
    """Tell the balance; with the operator's account only the person's own share of it."""
    account = Account(turn)
    talk = turn.talk
    turn.talk.progress("asking")
    if turn.services.nemo.backend.token:
        spent = (await account.person()).spent
        lines = [talk.say("credits.share", spent=telling.amount(spent))]
    else:
        balance = await account.credits()
        lines = [talk.say("credits.available", available=telling.amount(balance.available))]
        if balance.frozen:
            lines.append(talk.say("credits.frozen", frozen=telling.amount(balance.frozen)))
    session = await account.known_session()
    if await is_cost_open(turn):
        lines.append(talk.say("credits.last_open"))
    elif session and session.last_cost is not None:
        one = session.last_cost == 1
        lines.append(talk.say("credits.last", count=1 if one else 2, cost=telling.amount(session.last_cost)))
    await talk.show(Text("\n".join(lines)))
    return Outcome.FULFILLED
