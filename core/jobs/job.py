"""One job while it is worked on: its steps, and how long its stages take."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar, cast

from pydantic import TypeAdapter

from core import metrics
from core.errors import BotError, StoreUnavailable
from core.messages import Outcome
from core.store import Begin, Conversation, Durations, Journal, Taken

log = logging.getLogger(__name__)

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


class Job:
    """A claimed job. Its steps are promises: what is done is not done again on a second run."""

    def __init__(
        self, journal: Journal, conversation: Conversation, taken: Taken, new_attempt: Callable[[], str]
    ) -> None:
        """`new_attempt` makes ids that no one else makes."""
        self.conversation = conversation
        self.id = taken.job_id
        self.epoch = taken.epoch
        self._results = taken.record.results if taken.record else {}
        self._journal = journal
        self._new_attempt = new_attempt

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


class Stages:
    """The stages of one job, measured and estimated. Used as a context, whose end keeps what was measured."""

    def __init__(self, durations: Durations, kind: str) -> None:
        """`kind` is the kind of the job."""
        self._durations = durations
        self._kind = kind
        self._begun = self._entered = time.monotonic()
        self._stage: str | None = None
        self._measured: list[tuple[str, float]] = []
        self._usual: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        self._usual = await self._durations.stages(self._kind)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            return
        try:
            await self._durations.add(self._kind, self._measured)
        except StoreUnavailable as unavailable:
            log.info("Cannot keep durations: %s", unavailable.detail)

    def enter(self, stage: str) -> float | None:
        """Note that a stage begins, unless it goes on; returns how many seconds it usually takes, if that is known."""
        if stage != self._stage:
            self._leave()
            self._stage, self._entered = stage, time.monotonic()
        return self._usual.get(stage)

    def end(self, outcome: Outcome) -> None:
        """Note how the job ended; only those that went through tell how long such a job takes."""
        self._leave()
        metrics.JOBS.labels(self._kind, outcome.value).inc()
        if outcome is Outcome.FULFILLED:
            self._measured.append((_WHOLE, time.monotonic() - self._begun))
        else:
            self._measured.clear()

    def _leave(self) -> None:
        if self._stage is not None:
            seconds = time.monotonic() - self._entered
            self._measured.append((self._stage, seconds))
            metrics.STAGE.labels(self._kind, self._stage).observe(seconds)
