"""The operator's desk: what jobs there are, what became of one, putting a parked one back in line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from core import metrics
from core.jobs.wake import Wakes
from core.store import JobName, JobRecord, Store


@dataclass(frozen=True, slots=True)
class Entry:
    """One job; `waits` is its place in line, 0 for the one that is worked on or next."""

    name: JobName
    record: JobRecord
    waits: int


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to do: open jobs, and for how many seconds the oldest of them has been open."""

    open: int
    oldest: float


class Desk:
    """Looks at all jobs through the indexes."""

    def __init__(self, store: Store, wakes: Wakes) -> None:
        """`wakes` sends workers to what was put back."""
        self._store = store
        self._wakes = wakes

    async def jobs(self) -> AsyncIterator[Entry]:
        """Yield open jobs, place by place, and then the parked ones. Raises `StoreUnavailable`."""
        for place in await self._store.index.open_places():
            for waits, job_id in enumerate(await self._store.journal.line(place)):
                if record := await self._store.journal.load(place, job_id):
                    yield Entry(JobName(place, job_id), record, waits)
        for name in await self._store.index.parked():
            if record := await self._store.journal.load(name.place, name.job_id):
                yield Entry(name, record, 0)

    async def find(self, job_id: str) -> Entry | None:
        """Return the job with this id, also one that has ended. Raises `StoreUnavailable`."""
        name = await self._store.journal.find(job_id)
        record = await self._store.journal.load(name.place, name.job_id) if name else None
        return Entry(name, record, 0) if name and record else None

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
        """Raise `StoreUnavailable` where the store does not answer."""
        await self._store.index.parked()

    async def load(self) -> Load:
        """Count what is open. Raises `StoreUnavailable`."""
        count, oldest = 0, 0.0
        for place in await self._store.index.open_places():
            line = await self._store.journal.line(place)
            count += len(line)
            if line:
                oldest = max(oldest, await self._store.journal.age(place, line[0]))
        return Load(count, oldest)

    async def measure(self) -> None:
        """Set the gauges of the queue. Raises `StoreUnavailable`."""
        load = await self.load()
        metrics.QUEUED.set(load.open)
        metrics.OLDEST.set(load.oldest)
