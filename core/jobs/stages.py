"""How long the stages of jobs take: measured, kept as rolling medians, told as estimates."""

from __future__ import annotations

import asyncio
import logging
import time
from types import TracebackType
from typing import Self

from core import metrics
from core.errors import StoreUnavailable
from core.messages import Outcome
from core.store import Durations

log = logging.getLogger(__name__)

_WHOLE = ""


class Stages:
    """The stages of one job. Used as a context, whose end keeps what was measured."""

    def __init__(self, took: Durations, kind: str) -> None:
        """`kind` is the kind of the job."""
        self._took = took
        self._kind = kind
        self._begun = self._entered = time.monotonic()
        self._stage: str | None = None
        self._measured: list[tuple[str, float]] = []
        self._usual: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        """Read the medians."""
        self._usual = await self._took.stages(self._kind)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what was measured, where the job came to its end."""
        if error is not None:
            return
        try:
            await asyncio.gather(*(self._took.add(self._kind, stage, seconds) for stage, seconds in self._measured))
        except StoreUnavailable as away:
            log.info("Durations were not kept: %s", away.detail)

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
