"""One job while it is worked on: its lease and its steps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from core.adapters import adapter
from core.errors import BotError
from core.messages import Outcome
from core.store import Begin, Begun, Conversation, Journal

T = TypeVar("T")


class Fenced(BotError):
    """Somebody else works on this job now; this worker must stop."""


class Job:
    """A claimed job. Its steps are promises: what is done is not done again on a second run."""

    def __init__(
        self, journal: Journal, conversation: Conversation, job_id: str, epoch: int, new_attempt: Callable[[], str]
    ) -> None:
        """`epoch` is the claim's; `new_attempt` makes ids that no one else makes."""
        self.conversation = conversation
        self.id = job_id
        self.epoch = epoch
        self._journal = journal
        self._new_attempt = new_attempt

    async def step(self, name: str, kind: type[T], do: Callable[[], Awaitable[T]]) -> T:
        """Do something that is free, once: a second run gets the result of the first from the journal.

        Where it is not known whether it was done, it is done again. `kind` is the type of the result,
        which pydantic can write as JSON. Raises `Fenced`.
        """
        begun = await self.begin(name, paid=False)
        if begun.begin is Begin.DONE:
            return adapter(kind).validate_json(begun.result)
        result = await do()
        await self.finish(name, kind, result)
        return result

    async def begin(self, name: str, *, paid: bool) -> Begun:
        """Write the intent of a step. Raises `Fenced` for a free one; a paid one tells it."""
        begun = await self._journal.begin(self.conversation, self.id, self.epoch, name, self._new_attempt(), paid=paid)
        if begun.begin is Begin.FENCED and not paid:
            raise Fenced(f"job {self.id}, epoch {self.epoch}")
        return begun

    async def finish(self, name: str, kind: type[T], result: T) -> None:
        """Write the result of a step."""
        await self._journal.finish(self.conversation, self.id, name, adapter(kind).dump_json(result).decode())

    async def end(self, outcome: Outcome) -> str | None:
        """End the job; returns the id of the next one in line."""
        return await self._journal.end(self.conversation, self.id, self.epoch, outcome)
