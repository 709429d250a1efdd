"""Which messages may be using a balance now, in all processes: only one that is alone can tell its own cost."""

from __future__ import annotations

from dataclasses import dataclass

from core.store.keys import runs_keys
from core.store.scripts import Scripts


@dataclass(frozen=True, slots=True)
class Joined:
    """`count` is how often anybody joined so far; `alone`: nobody else was using the balance."""

    count: str
    alone: bool


class Runs:
    """The runs of each payer. One that was never seen to end counts until it can't go on any more.

    Of those that were abandoned it is enough to know that the service holds no credits any more.
    """

    def __init__(self, scripts: Scripts) -> None:
        """Keep them through `scripts`."""
        self._scripts = scripts

    async def join(self, payer: str, run: str, may_last_ms: int) -> Joined:
        """Note that a message is about to use the balance of `payer`."""
        _, count, others = await self._scripts.run("join", runs_keys(payer), (run, may_last_ms))
        return Joined(count, others == "0")

    async def abandon(self, payer: str, run: str) -> None:
        """Note that nobody follows a run any more: it may go on, or not."""
        await self._scripts.run("abandon", runs_keys(payer)[:1], (run,))

    async def settle(self, payer: str) -> bool:
        """Forget the abandoned runs, which are over; return whether the one run that is left is the only one."""
        _, others = await self._scripts.run("settle", runs_keys(payer)[:1], ())
        return others == "0"

    async def leave(self, payer: str, run: str, joined: Joined, *, over: bool) -> bool:
        """Return whether the run was alone to this moment. `over`: it can't use the balance any more."""
        _, count = await self._scripts.run("leave", runs_keys(payer), (run, int(over)))
        return joined.alone and joined.count == count
