"""One job while it is worked on: its steps, and how long its stages take."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from pydantic import TypeAdapter

from core import metrics
from core.errors import BotError
from core.messages import Outcome
from core.store import Begin, Conversation, Journal

T = TypeVar("T")

_WHOLE = ""

_adapters: dict[type[object], object] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Return the reader and writer of JSON for this type: making one takes milliseconds, a thousand times its use."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return cast(TypeAdapter[T], _adapters[kind])


class Fenced(BotError):
    """Somebody else works on this job now; this worker must stop."""


@dataclass(slots=True)
class Job:
    """A claimed job. Its steps are promises: what is done is not done again on a second run."""

    _journal: Journal
    conversation: Conversation
    id: str
    epoch: int
    #: What its finished steps gave, as JSON, by their names.
    _results: dict[str, str]
    #: Makes ids that no one else makes.
    _new_attempt: Callable[[], str]

    async def step(self, name: str, kind: type[T], do: Callable[[], Awaitable[T]]) -> T:
        """Do something that is free, once: a second run gets the result of the first from the journal.

        Where it is not known whether it was done, it is done again. `kind` is the type of the result,
        which pydantic can write as JSON. Raises `Fenced`, also where it was done by then.
        """
        if name in self._results:
            return adapter(kind).validate_json(self._results[name])
        result = await do()
        as_json = adapter(kind).dump_json(result).decode()
        if not await self._journal.finish(self.conversation, self.id, name, as_json, epoch=self.epoch):
            raise Fenced(f"job {self.id}, epoch {self.epoch}")
        self._results[name] = as_json
        return result

    async def begin(self, name: str) -> tuple[Begin, str]:
        """Write the intent of a paid step; with "done" comes its result."""
        return await self._journal.begin(self.conversation, self.id, self.epoch, name, self._new_attempt())

    async def finish(self, name: str, kind: type[T], result: T) -> None:
        """Write the result of a paid step, however late."""
        await self._journal.finish(self.conversation, self.id, name, adapter(kind).dump_json(result).decode())


@dataclass(slots=True)
class Stages:
    """The stages of one job, measured, and how many seconds each `usual`ly takes."""

    kind: str
    usual: dict[str, float]
    _begun: float = field(default_factory=time.monotonic, init=False)
    _stage: str = field(default=_WHOLE, init=False)
    _entered: float = field(default=0.0, init=False)
    _measured: list[tuple[str, float]] = field(default_factory=list, init=False)

    def enter(self, stage: str) -> float | None:
        """Note that a stage begins, unless it goes on; returns how many seconds it usually takes, if that is known."""
        if stage != self._stage:
            if self._stage:
                seconds = time.monotonic() - self._entered
                self._measured.append((self._stage, seconds))
                metrics.STAGE.labels(self.kind, self._stage).observe(seconds)
            self._stage, self._entered = stage, time.monotonic()
        return self.usual.get(stage)

    def end(self, outcome: Outcome) -> list[tuple[str, float]]:
        """Return how many seconds each stage took, "" the whole job: only one that went through tells that."""
        self.enter(_WHOLE)
        metrics.JOBS.labels(self.kind, outcome.value).inc()
        return [*self._measured, (_WHOLE, time.monotonic() - self._begun)] if outcome is Outcome.FULFILLED else []
