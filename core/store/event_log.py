"""What jobs show: a stream of sealed events for each, written by its worker, followed by a gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from core.errors import BotError
from core.messages import Outcome
from core.store.client import Client
from core.store.journal import Status
from core.store.keys import EVENTS, KEPT_MS, JobRef
from core.store.signals import Hint
from core.store.vault import Vault

#: Entries that are read in one go.
_AT_ONCE = 100
#: Of a job: its follower sees what lasted a moment only, and ten minutes of progress fill no memory for 90 days.
_PROGRESS_KEPT = 20


class FollowedElsewhere(BotError):
    """Another gateway shows this job now; this one must not."""


#: One event: its id, which is epoch-number, and its text, None where it can't be opened (another secret key).
Entry = tuple[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as its follower sees it."""

    status: Status
    outcome: Outcome | None
    #: It grows with every worker that took the job, and when a dead letter is put back.
    epoch: int
    #: What was delivered, as its last follower noted it; None where nothing was noted.
    delivery: str | None
    #: The kinds of the jobs ahead of it, while it waits, and for how many seconds each has been worked on, if it is.
    ahead: list[tuple[str, float | None]]
    entries: list[Entry]
    #: There may be more entries behind these.
    more: bool


@dataclass(frozen=True, slots=True)
class EventLog:
    """The streams of events. Events and deliveries are sealed: they hold people's own words."""

    _client: Client
    _vault: Vault

    async def append(self, ref: JobRef, epoch: int, number: int, event: str, *, progress: bool = False) -> bool:
        """Append the event with this number in this epoch, once; False where the job belongs to somebody else by now.

        Only the last few events that are `progress` are kept.
        """
        conversation, job_id = ref.conversation, ref.job_id
        sealed = self._vault.seal(event, conversation.tag, f"{job_id} event")
        answer = await self._client.run(
            "append",
            (conversation.key("job", job_id), conversation.key("job", job_id, "events")),
            (epoch, number, sealed, KEPT_MS, EVENTS, job_id, int(progress), _PROGRESS_KEPT),
        )
        return answer[0] == "appended"

    async def read(self, ref: JobRef, after: str, *, follower: str = "", claim: bool = False) -> JobView | None:
        """Return a job and what it showed after the entry with this id, "" for all; None where there is no such job.

        With `claim` the `follower` is the one that shows it from now on. Raises `FollowedElsewhere` for a follower that
        another one followed. Without a follower anybody may look.
        """
        conversation, job_id = ref.conversation, ref.job_id
        answer = await self._client.run(
            "read",
            (conversation.key("job", job_id), conversation.key("queue"), conversation.key("job", job_id, "events")),
            (job_id, after, _AT_ONCE, conversation.key("job", ""), follower, int(claim)),
        )
        if answer[0] == "gone":
            return None
        if answer[0] == "elsewhere":
            raise FollowedElsewhere
        _, status, outcome, delivery, now, more, ahead, epoch, *rest = answer
        jobs, written = rest[: 2 * int(ahead)], rest[2 * int(ahead) :]
        before, entries = [], []
        for kind, begun in zip(jobs[::2], jobs[1::2], strict=True):
            before.append((kind, (float(now) - float(begun)) / 1000 if begun else None))
        for entry, sealed in zip(written[::2], written[1::2], strict=True):
            entries.append((entry, self._vault.open(sealed, conversation.tag, f"{job_id} event")))
        return JobView(
            status=cast(Status, status),
            outcome=Outcome(outcome) if outcome else None,
            epoch=int(epoch),
            delivery=self._vault.open(delivery, conversation.tag, f"{job_id} delivery"),
            ahead=before,
            entries=entries,
            more=more == "more",
        )

    def opened(self, ref: JobRef, after: str, hint: Hint) -> list[Entry] | None:
        """Take the progress that came with `hint` out of it; None where an entry between it and `after` is missing."""
        entries: list[Entry] = []
        waiting, hint.progress = hint.progress, ()
        for entry, sealed in waiting:
            if order(entry) <= order(after):
                continue
            epoch, number = order(after)
            if order(entry) != (epoch, number + 1):
                return None
            entries.append((entry, self._vault.open(sealed, ref.conversation.tag, f"{ref.job_id} event")))
            after = entry
        return entries

    async def keep_delivery(self, ref: JobRef, follower: str, delivery: str) -> None:
        """Note what was delivered of a job, in the words of its follower. Raises `FollowedElsewhere`."""
        sealed = self._vault.seal(delivery, ref.conversation.tag, f"{ref.job_id} delivery")
        answer = await self._client.run("keep_delivery", (ref.conversation.key("job", ref.job_id),), (follower, sealed))
        if answer[0] == "elsewhere":
            raise FollowedElsewhere


def order(entry: str) -> tuple[int, int]:
    """Return what orders the ids of entries, which are epoch-number; "" is before all of them."""
    epoch, _, number = entry.partition("-")
    return int(epoch or 0), int(number or 0)
