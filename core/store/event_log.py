"""What jobs show: a stream of sealed events for each, written by its worker, followed by a gateway."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import BotError
from core.messages import Outcome
from core.store.journal import Status
from core.store.keys import KEPT_MS, NEWS, Conversation
from core.store.scripts import Scripts
from core.store.vault import Vault

_AT_ONCE = 100
"""Entries that are read in one go."""
_DRAWINGS = 20
"""Of a job: whoever follows it sees what lasted a moment only, and ten minutes of them fill no memory for 90 days."""


class FollowedElsewhere(BotError):
    """Another gateway shows this job now; this one must not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. `id` is epoch-number; `event` None where it can't be opened (another secret key)."""

    id: str
    event: str | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A job that is ahead in line: its kind and for how many seconds it has been worked on, None if it waits too."""

    kind: str
    worked: float | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A look at a job: whether and how it has ended, whether its person has got anything and was told of its end, what
    is ahead of it, and what it showed since the last look; `more`: not all of that.
    """

    status: Status
    outcome: Outcome | None
    delivered: bool
    end_told: bool
    ahead: tuple[Ahead, ...]
    entries: tuple[Entry, ...]
    more: bool


class EventLog:
    """The streams of events."""

    def __init__(self, scripts: Scripts, vault: Vault) -> None:
        """`vault` seals the events: they hold people's own words."""
        self._scripts = scripts
        self._vault = vault

    async def add(
        self, conversation: Conversation, job_id: str, epoch: int, number: int, event: str, *, drawing: bool = False
    ) -> bool:
        """Add the event with this number in this epoch, once; False where the job belongs to somebody else by now.

        Only the last few events that are a `drawing` are kept.
        """
        sealed = self._vault.seal(event, conversation.tag, f"{job_id} shown")
        answer = await self._scripts.run(
            "show",
            (conversation.job(job_id), conversation.shown(job_id)),
            (epoch, number, sealed, KEPT_MS, NEWS, job_id, int(drawing), _DRAWINGS),
        )
        return answer[0] == "shown"

    async def follow(self, conversation: Conversation, job_id: str, by: str) -> None:
        """Begin to show a job as `by`; whoever did so before is told `FollowedElsewhere` from now on."""
        await self._scripts.run("follow", (conversation.job(job_id),), (by,))

    async def watch(self, conversation: Conversation, job_id: str, last: str, *, by: str = "") -> Seen | None:
        """Look at a job; `last` is the id of the last entry that was seen, "" for where its delivery stands.

        None where there is no such job any more. Who shows it says so with `by`. Raises `FollowedElsewhere`.
        """
        answer = await self._scripts.run(
            "watch",
            (conversation.job(job_id), conversation.queue, conversation.shown(job_id)),
            (job_id, last, _AT_ONCE, conversation.job(""), by),
        )
        if answer[0] == "gone":
            return None
        if answer[0] == "elsewhere":
            raise FollowedElsewhere
        _, status, outcome, delivered, now, more, end_told, ahead, *rest = answer
        jobs, entries = rest[: 2 * int(ahead)], rest[2 * int(ahead) :]
        return Seen(
            Status(status),
            Outcome(outcome) if outcome else None,
            bool(delivered),
            bool(end_told),
            tuple(
                Ahead(kind, (float(now) - float(begun)) / 1000 if begun else None)
                for kind, begun in zip(jobs[::2], jobs[1::2], strict=True)
            ),
            tuple(
                Entry(entry, self._vault.open(event, conversation.tag, f"{job_id} shown"))
                for entry, event in zip(entries[::2], entries[1::2], strict=True)
            ),
            more == "more",
        )

    async def delivered(
        self, conversation: Conversation, job_id: str, entry: str, *, by: str, end_told: bool = False
    ) -> None:
        """Note that the person has got everything up to this entry ("": nothing new). Raises `FollowedElsewhere`."""
        answer = await self._scripts.run("delivered", (conversation.job(job_id),), (entry, int(end_told), by))
        if answer[0] == "elsewhere":
            raise FollowedElsewhere
