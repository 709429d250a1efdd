"""Where something is to be done: conversations with open jobs, jobs to be shown, dead letters.

An index may name more than there is (the sweep takes it out then), never less: the journal writes it before what it
names.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from core.store.client import Client
from core.store.keys import DEAD_LETTERS, KEPT_MS, OPEN, Conversation, JobRef, audience_key

#: Conversations or jobs that are looked at in one go.
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class JobIndex:
    """Sorted sets of conversations and jobs.

    Jobs to be shown are kept by their audience: the platform, whose gateways can show any of them, or a single chat,
    where only a process that stands in it can.
    """

    _client: Client

    async def overdue(self, after_ms: int) -> tuple[list[Conversation], int]:
        """Return at most `AT_ONCE` conversations that nobody looked after for that long.

        They count as looked after now; with them comes what they were marked with for that (Unix ms).
        """
        _, mark, *names = await self._client.run("overdue", (OPEN,), (after_ms, AT_ONCE, KEPT_MS))
        return list(map(Conversation.named, names)), int(mark)

    async def drop_open(self, conversation: Conversation, mark: int) -> None:
        """Take out a conversation without open jobs, unless somebody marked it since, who is about to make one."""
        await self._client.run("drop", (OPEN,), (conversation.name, mark))

    async def open_conversations(self, most: int | None = None) -> list[Conversation]:
        """Return all conversations that may have open jobs, or so many of them."""
        (names,) = await self._client.send(("ZRANGE", OPEN, 0, -1 if most is None else most - 1))
        return list(map(Conversation.named, names))

    async def count_open(self) -> int:
        """Return how many conversations may have open jobs."""
        ((count,),) = await self._client.send(("ZCARD", OPEN))
        return int(count)

    async def go_on_showing(self, audience: str, jobs: Collection[JobRef], lease_ms: int) -> None:
        """Keep these jobs of an audience for this gateway."""
        if jobs:
            names = map(str, jobs)
            await self._client.run("hold", (audience_key(audience),), (lease_ms, KEPT_MS, "known", *names))

    async def shown(self, job: JobRef, audience: str) -> None:
        """Note that there is nothing more to show of this job."""
        await self._client.send(("ZREM", audience_key(audience), str(job)))

    async def adopt(self, audience: str, lease_ms: int) -> list[JobRef]:
        """Return jobs that no gateway shows to this audience any more; they are this one's now."""
        _, *names = await self._client.run("adopt", (audience_key(audience),), (lease_ms, AT_ONCE, KEPT_MS))
        return list(map(JobRef.named, names))

    async def to_show(self, audience: str) -> dict[JobRef, float]:
        """Return all jobs of which an audience is still to be shown something, and until when (ms) a gateway does."""
        (found,) = await self._client.send(("ZRANGE", audience_key(audience), 0, -1, "WITHSCORES"))
        return dict(zip(map(JobRef.named, found[::2]), map(float, found[1::2]), strict=True))

    async def dead_letters(self) -> list[JobRef]:
        """Return all dead letters, the oldest first."""
        (names,) = await self._client.send(("ZRANGE", DEAD_LETTERS, 0, -1))
        return list(map(JobRef.named, names))
