"""What operators see and mend: what jobs there are, what became of one, putting a dead letter back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from core import metrics
from core.jobs.engine import Notify
from core.store import JobRecord, JobRef, Store

_MOST_CONVERSATIONS = 1000
"""Conversations that are looked at to measure the load; how many more there are is counted."""
_AT_ONCE = 25
_FRESH = 5.0
"""Seconds for which the load is not measured again, however often it is asked for."""


@dataclass(frozen=True, slots=True)
class JobEntry:
    """One job; `waits` is its position in its queue, 0 for the one that is worked on or next."""

    name: JobRef
    record: JobRecord
    waits: int


@dataclass(slots=True)
class JobAdmin:
    """Looks at all jobs through the indexes, and sends workers to what was put back."""

    _store: Store
    _notify: Notify
    _measured: float = field(default=-_FRESH, init=False)

    async def jobs(self) -> AsyncIterator[JobEntry]:
        """Yield open jobs, conversation by conversation, and then the dead letters. Raises `StoreUnavailable`."""
        for conversation in await self._store.job_index.open_conversations():
            for waits, job_id in enumerate(await self._store.journal.queue(conversation)):
                if record := await self._store.journal.load(conversation, job_id):
                    yield JobEntry(JobRef(conversation, job_id), record, waits)
        for name in await self._store.job_index.dead_letters():
            if record := await self._store.journal.load(name.conversation, name.job_id):
                yield JobEntry(name, record, 0)

    async def find(self, beginning: str) -> list[JobEntry]:
        """Return the jobs whose ids begin so, also ended ones; of a whole id that one. Raises `StoreUnavailable`."""
        names = await self._store.journal.find(beginning)
        exact = [name for name in names if name.job_id == beginning]
        return [
            JobEntry(name, record, 0)
            for name in exact or names
            if (record := await self._store.journal.load(name.conversation, name.job_id))
        ]

    async def requeue(self, name: JobRef) -> bool:
        """Put a dead letter back in its queue; False where it is none. Raises `StoreUnavailable`."""
        epoch = await self._store.journal.requeue(name.conversation, name.job_id)
        if epoch is not None:
            await self._notify(name.conversation, name.job_id, f"requeued at {epoch}")
        return epoch is not None

    async def reach(self) -> None:
        """Raise `StoreUnavailable` where the store does not answer, or takes no jobs in."""
        await self._store.probe()

    async def measure(self) -> None:
        """Set the gauges of the queue at a bounded price, unless that was done a moment ago.

        Raises `StoreUnavailable`.
        """
        if time.monotonic() - self._measured < _FRESH:
            return
        count = await self._store.job_index.count_open()
        conversations = await self._store.job_index.open_conversations(_MOST_CONVERSATIONS)
        waiting, oldest = 0, 0.0
        for first in range(0, len(conversations), _AT_ONCE):
            some = conversations[first : first + _AT_ONCE]
            for jobs, age in await asyncio.gather(*map(self._store.journal.waiting, some)):
                waiting += jobs
                oldest = max(oldest, age)
        self._measured = time.monotonic()
        metrics.CONVERSATIONS.set(count)
        metrics.QUEUED.set(waiting)
        metrics.OLDEST.set(oldest)
