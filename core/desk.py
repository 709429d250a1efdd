"""The operator's desk: what jobs there are, what became of one, putting a parked one back in line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from core import metrics
from core.jobs.wake import Wakes
from core.store import JobName, JobRecord, Store

_MOST_PLACES = 1000
"""Places that are looked at to measure the load; how many more there are is counted."""
_AT_ONCE = 25
_FRESH = 5.0
"""Seconds for which the load is not measured again, however often it is asked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One job; `waits` is its place in line, 0 for the one that is worked on or next."""

    name: JobName
    record: JobRecord
    waits: int


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to do.

    `places` may have open jobs. Of the first thousand of them: how many jobs nobody works on, and for how many seconds
    the oldest job has been open.
    """

    places: int
    waiting: int
    oldest: float


class Desk:
    """Looks at all jobs through the indexes."""

    def __init__(self, store: Store, wakes: Wakes) -> None:
        """`wakes` sends workers to what was put back."""
        self._store = store
        self._wakes = wakes
        self._measured = -_FRESH

    async def jobs(self) -> AsyncIterator[Entry]:
        """Yield open jobs, place by place, and then the parked ones. Raises `StoreUnavailable`."""
        for place in await self._store.index.open_places():
            for waits, job_id in enumerate(await self._store.journal.line(place)):
                if record := await self._store.journal.load(place, job_id):
                    yield Entry(JobName(place, job_id), record, waits)
        for name in await self._store.index.parked():
            if record := await self._store.journal.load(name.place, name.job_id):
                yield Entry(name, record, 0)

    async def find(self, beginning: str) -> list[Entry]:
        """Return the jobs whose ids begin so, also ended ones; of a whole id that one. Raises `StoreUnavailable`."""
        names = await self._store.journal.find(beginning)
        exact = [name for name in names if name.job_id == beginning]
        return [
            Entry(name, record, 0)
            for name in exact or names
            if (record := await self._store.journal.load(name.place, name.job_id))
        ]

    async def requeue(self, name: JobName) -> bool:
        """Put a parked job back in line; False where it is not parked. Raises `StoreUnavailable`."""
        await self._store.index.mark_open(name.place)
        epoch = await self._store.journal.requeue(name.place, name.job_id)
        if epoch is None:
            return False
        await self._store.index.unpark(name)
        # Nobody shows it any more: the next gateway that looks does.
        await self._store.index.show(name, 0)
        await self._wakes.wake(name.place, name.job_id, f"requeued at {epoch}")
        return True

    async def reach(self) -> None:
        """Raise `StoreUnavailable` where the store does not answer, or takes no jobs in."""
        await self._store.schema.probe()

    async def load(self) -> Load:
        """Measure what is open, at a bounded price. Raises `StoreUnavailable`."""
        count = await self._store.index.count_open()
        places = await self._store.index.open_places(_MOST_PLACES)
        waiting, oldest = 0, 0.0
        for first in range(0, len(places), _AT_ONCE):
            some = places[first : first + _AT_ONCE]
            for jobs, age in await asyncio.gather(*(self._store.journal.waiting(place) for place in some)):
                waiting += jobs
                oldest = max(oldest, age)
        return Load(count, waiting, oldest)

    async def measure(self) -> None:
        """Set the gauges of the queue, unless that was done a moment ago. Raises `StoreUnavailable`."""
        if time.monotonic() - self._measured < _FRESH:
            return
        load = await self.load()
        self._measured = time.monotonic()
        metrics.PLACES.set(load.places)
        metrics.QUEUED.set(load.waiting)
        metrics.OLDEST.set(load.oldest)
