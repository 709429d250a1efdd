"""What a message cost: the difference of a balance, told only where nothing else can have used that balance."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from core.flows.account import CALL_FAILED, Account
from core.flows.turn import Turn
from core.nemo.model import Credits
from core.store import Joined

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BalanceSnapshot:
    """The balance before a message, None where it could not be read: the music is made all the same."""

    joined: Joined
    balance: Credits | None


async def take_balance_snapshot(turn: Turn, account: Account, run: str) -> BalanceSnapshot:
    """Read the balance before a message; `run` names it."""
    deadlines = turn.services.nemo.backend.deadlines
    may_last = int((deadlines.request + deadlines.stream_total) * 1000)
    runs = turn.services.store.runs
    joined = await runs.join(account.payer, run, may_last)
    balance = await _balance(account)
    if not joined.alone and balance and not balance.frozen:
        # Nothing is under way over there: what was abandoned is over, and in this balance.
        joined = replace(joined, alone=await runs.settle(account.payer))
    return BalanceSnapshot(joined, balance)


async def measure_cost(turn: Turn, account: Account, run: str, tab: BalanceSnapshot, *, over: bool) -> float | None:
    """Return what the message cost in credits, None where that is not known.

    `over`: the service said that it ended. A run that was left alone may go on and be charged later, as long as the
    service holds credits.
    """
    now = await _balance(account)
    over = over or (now is not None and not now.frozen)
    alone = await turn.services.store.runs.leave(account.payer, run, tab.joined, over=over)
    if not alone or tab.balance is None or now is None:
        return None
    if not over and now.frozen > tab.balance.frozen:
        # It still holds credits: what it will cost is not known yet.
        return None
    cost = (tab.balance.available + tab.balance.frozen) - (now.available + now.frozen)
    # More than before: it was filled up meanwhile.
    return cost if cost >= 0 else None


async def _balance(account: Account) -> Credits | None:
    try:
        return await account.credits()
    except CALL_FAILED as error:
        log.info("The balance could not be read: %s", type(error).__name__)
        return None
