"""What operators see and mend: what jobs there are, what became of one, putting a dead letter back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to do.

    `conversations` may have open jobs. Of the first thousand of them: how many jobs nobody works on,
    and for how many seconds the oldest job has been open.
    """

    conversations: int
    waiting: int
    oldest: float


class JobAdmin:
    """Looks at all jobs through the indexes."""

    def __init__(self, store: Store, notify: Notify) -> None:
        """`notify` sends workers to what was put back."""
        self._store = store
        self._notify = notify
        self._measured = -_FRESH

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
        await self._store.job_index.mark_open(name.conversation)
        record = await self._store.journal.load(name.conversation, name.job_id)
        epoch = await self._store.journal.requeue(name.conversation, name.job_id) if record else None
        if record is None or epoch is None:
            return False
        await self._store.job_index.remove_dead_letter(name)
        # Nobody shows it any more: the next gateway that looks does.
        await self._store.job_index.show(name, name.conversation.audience(record.address), 0)
        await self._notify(name.conversation, name.job_id, f"requeued at {epoch}")
        return True

    async def reach(self) -> None:
        """Raise `StoreUnavailable` where the store does not answer, or takes no jobs in."""
        await self._store.probe()

    async def load(self) -> Load:
        """Measure what is open, at a bounded price. Raises `StoreUnavailable`."""
        count = await self._store.job_index.count_open()
        conversations = await self._store.job_index.open_conversations(_MOST_CONVERSATIONS)
        waiting, oldest = 0, 0.0
        for first in range(0, len(conversations), _AT_ONCE):
            some = conversations[first : first + _AT_ONCE]
            for jobs, age in await asyncio.gather(
                *(self._store.journal.waiting(conversation) for conversation in some)
            ):
                waiting += jobs
                oldest = max(oldest, age)
        return Load(count, waiting, oldest)

    async def measure(self) -> None:
        """Set the gauges of the queue, unless that was done a moment ago. Raises `StoreUnavailable`."""
        if time.monotonic() - self._measured < _FRESH:
            return
        load = await self.load()
        self._measured = time.monotonic()
        metrics.CONVERSATIONS.set(load.conversations)
        metrics.QUEUED.set(load.waiting)
        metrics.OLDEST.set(load.oldest)
