"""Where something is to be done: conversations with open jobs, jobs to be shown, jobs that were parked.

An index may name more than there is (the sweep takes it out then), never less: it is written before what it names.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from core.store.keys import KEPT_MS, OPEN, PARKED, Conversation, JobRef, screens_key
from core.store.scripts import Scripts

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Overdue:
    """Places to be looked after; `mark` is what they were marked with for that (Unix ms)."""

    conversations: tuple[Conversation, ...]
    mark: int


class JobIndex:
    """Sorted sets of places and jobs."""

    def __init__(self, scripts: Scripts) -> None:
        """Keep them through `scripts`."""
        self._scripts = scripts

    async def mark_open(self, conversation: Conversation) -> None:
        """Note that a conversation has, or is about to have, an open job."""
        await self._scripts.run("mark", (OPEN,), (conversation.name, KEPT_MS))

    async def overdue(self, after_ms: int) -> Overdue:
        """Return some places that nobody looked after for that long, and count them as looked after now."""
        _, mark, *names = await self._scripts.run("overdue", (OPEN,), (after_ms, _AT_ONCE, KEPT_MS))
        return Overdue(tuple(Conversation.named(name) for name in names), int(mark))

    async def drop_open(self, conversation: Conversation, mark: int) -> None:
        """Take out a conversation without open jobs, unless somebody marked it since, who is about to make one."""
        await self._scripts.run("drop", (OPEN,), (conversation.name, mark))

    async def open_places(self, most: int | None = None) -> list[Conversation]:
        """Return all places that may have open jobs, or so many of them."""
        return [Conversation.named(name) for name in await self._scripts.members(OPEN, most)]

    async def count_open(self) -> int:
        """Return how many places may have open jobs."""
        return await self._scripts.count(OPEN)

    async def show(self, job: JobRef, lease_ms: int) -> None:
        """Note that a gateway shows this job now, unless one does already."""
        await self._hold(job.conversation.platform, "new", (job,), lease_ms)

    async def go_on_showing(self, platform: str, jobs: Collection[JobRef], lease_ms: int) -> None:
        """Keep these jobs of a platform for this gateway."""
        await self._hold(platform, "known", jobs, lease_ms)

    async def shown(self, job: JobRef) -> None:
        """Note that there is nothing more to show of this job."""
        await self._scripts.take_out(screens_key(job.conversation.platform), str(job))

    async def adopt(self, platform: str, lease_ms: int) -> list[JobRef]:
        """Return jobs that no gateway shows any more; they are this one's now."""
        _, *names = await self._scripts.run("adopt", (screens_key(platform),), (lease_ms, _AT_ONCE, KEPT_MS))
        return [JobRef.named(name) for name in names]

    async def to_show(self, platform: str) -> dict[JobRef, float]:
        """Return all jobs of a platform that have something to show, and until when (ms) a gateway does."""
        members = await self._scripts.members(screens_key(platform))
        return {JobRef.named(name): until for name, until in members.items()}

    async def park(self, job: JobRef) -> None:
        """Note that a job is parked."""
        await self._scripts.run("mark", (PARKED,), (str(job), KEPT_MS))

    async def unpark(self, job: JobRef) -> None:
        """Note that a job is not parked any more."""
        await self._scripts.take_out(PARKED, str(job))

    async def parked(self) -> list[JobRef]:
        """Return all parked jobs, the oldest first."""
        return [JobRef.named(name) for name in await self._scripts.members(PARKED)]

    async def _hold(self, platform: str, how: str, jobs: Collection[JobRef], lease_ms: int) -> None:
        if jobs:
            names = [str(job) for job in jobs]
            await self._scripts.run("hold", (screens_key(platform),), (lease_ms, KEPT_MS, how, *names))
