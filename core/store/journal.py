"""The journal of jobs: one hash for each job, one script for each transition.

A job has an epoch that grows with every worker that takes it. Whoever works on it must renew the lease; a step is begun
and something shown only under the epoch that is current, so that a worker who was thought dead can't send anything any
more (fencing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from core.messages import Outcome
from core.store.keys import KEPT_MS, NEWS, PREFIX, STOPS, Conversation, JobRef
from core.store.scripts import Scripts
from core.store.vault import Vault

FORMAT = 1
"""Of requests and of the results of steps. It is raised with a change that an older worker would misread: such a job is
left to a newer one.
"""
_RESULT = "result:"
_ADDRESS = "address"
_SAME_PRESS_MS = 10_000
LONGEST_QUEUE = 10
"""Open jobs of one person in one chat."""


class Created(StrEnum):
    """What became of a message."""

    NEW = "new"
    KNOWN = "known"
    """The message made its job before: it was delivered twice."""
    PRESSED = "pressed"
    """The same button was pressed a moment ago, or its job is not done yet."""
    FULL = "full"


class Status(StrEnum):
    """Where a job is."""

    OPEN = "open"
    DONE = "done"
    DEAD_LETTER = "parked"
    """Workers died over it: it waits for an operator."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A job to work on. `lost` is how many workers died over it before."""

    job_id: str
    epoch: int
    lost: int


class Take(StrEnum):
    """Why there is nothing to work on in a conversation."""

    NONE = "none"
    BUSY = "busy"
    NEWER = "newer"
    """A newer version of this program made the first one, or worked on it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first open job in line, and whether somebody works on it."""

    job_id: str
    epoch: int
    alive: bool


class Lease(StrEnum):
    """The answer to a renewal."""

    KEPT = "kept"
    CANCEL = "cancel"
    FENCED = "fenced"


class Begin(StrEnum):
    """The answer to the intent of a step."""

    GO = "go"
    DONE = "done"
    UNKNOWN = "unknown"
    FENCED = "fenced"


@dataclass(frozen=True, slots=True)
class Begun:
    """`result` with DONE."""

    begin: Begin
    result: str = ""


class Cancellation(StrEnum):
    """The answer to a cancel."""

    GONE = "gone"
    DONE = "done"
    QUEUED = "queued"
    INTERRUPTED = "interrupted"
    """Nobody worked on it any more, but somebody had begun."""
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as it is kept.

    `request` is what made it, in the words of its maker; `address` that of its screen, if it has one; `results` what
    its finished steps gave, as JSON, by their names. Times are Unix milliseconds. `reason`: why it was parked.
    """

    request: str
    kind: str
    status: Status
    outcome: Outcome | None
    address: str | None
    epoch: int
    lost: int
    created: int
    begun: int | None
    ended: int | None
    reason: str | None
    results: dict[str, str]

    @property
    def done(self) -> bool:
        """Whether it has ended for good."""
        return self.status is Status.DONE


class Journal:
    """The transitions of a job. All may be repeated: each carries the attempt or the epoch that it belongs to."""

    def __init__(self, scripts: Scripts, vault: Vault) -> None:
        """`vault` seals the requests: they are people's own words."""
        self._scripts = scripts
        self._vault = vault

    async def create(
        self,
        conversation: Conversation,
        job_id: str,
        attempt: str,
        request: str,
        *,
        kind: str,
        press: str | None,
        address: str | None,
    ) -> tuple[Created, str]:
        """Make a job and queue it; returns what became of it, and of a new one the id of the first one in line.

        With PRESSED that is the id of the job that stands for it, else its own.
        """
        sealed = self._vault.seal(request, conversation.tag, job_id)
        where = self._vault.seal(address, conversation.tag, f"{job_id} {_ADDRESS}") if address else ""
        answer = await self._scripts.run(
            "create",
            (conversation.job(job_id), conversation.queue, conversation.presses),
            (
                job_id,
                attempt,
                sealed,
                press or "",
                KEPT_MS,
                kind,
                conversation.job(""),
                LONGEST_QUEUE,
                _SAME_PRESS_MS,
                where,
                FORMAT,
            ),
        )
        created = Created(answer[0])
        return created, answer[1] if created in (Created.NEW, Created.PRESSED) else job_id

    async def take(self, conversation: Conversation, attempt: str, lease_ms: int) -> Taken | Take:
        """Take the first open job in line, unless somebody works on it; one that is cancelled ends instead."""
        answer = await self._scripts.run(
            "take",
            (conversation.queue,),
            (attempt, lease_ms, conversation.job(""), Outcome.CANCELLED.value, KEPT_MS, NEWS, FORMAT),
        )
        if answer[0] != "taken":
            return Take(answer[0])
        return Taken(answer[1], int(answer[2]), int(answer[3]))

    async def head(self, conversation: Conversation) -> Head | None:
        """Return the first open job in line, None where there is none."""
        answer = await self._scripts.run("head", (conversation.queue,), (conversation.job(""),))
        return Head(answer[1], int(answer[2]), answer[3] == "alive") if answer[0] == "first" else None

    async def renew(self, conversation: Conversation, job_id: str, epoch: int, lease_ms: int) -> Lease:
        """Keep the lease; anything but KEPT means: stop."""
        answer = await self._scripts.run("renew", (conversation.job(job_id),), (epoch, lease_ms, KEPT_MS))
        return Lease(answer[0])

    async def release(self, conversation: Conversation, job_id: str, epoch: int) -> None:
        """Give the job back unfinished."""
        await self._scripts.run("release", (conversation.job(job_id),), (epoch,))

    async def begin(
        self, conversation: Conversation, job_id: str, epoch: int, step: str, attempt: str, *, paid: bool
    ) -> Begun:
        """Write the intent of a step. That of a paid one is waited for to be on disk, where the server can say so.

        A server without an append-only file can't, and one whose disk takes longer than two seconds does not: then a
        power cut right now could lose the intent.
        """
        asked = ((conversation.job(job_id),), (epoch, step, attempt))
        if paid:
            # While it waits for the disk a worker may be frozen for longer than its lease: the second answer counts.
            await self._scripts.run_synced("begin", *asked)
        answer = await self._scripts.run("begin", *asked)
        begin = Begin(answer[0])
        return Begun(begin, answer[1] if begin is Begin.DONE else "")

    async def finish(self, conversation: Conversation, job_id: str, step: str, result: str) -> None:
        """Write the result of a step."""
        await self._scripts.run("finish", (conversation.job(job_id),), (step, result))

    async def end(self, conversation: Conversation, job_id: str, epoch: int, outcome: Outcome) -> str | None:
        """End the job; returns the id of the next one in line."""
        answer = await self._scripts.run(
            "end",
            (conversation.job(job_id), conversation.queue, conversation.shown(job_id)),
            (job_id, epoch, outcome.value, KEPT_MS, NEWS),
        )
        return answer[1] or None if answer[0] == "ended" else None

    async def park(self, conversation: Conversation, job_id: str, epoch: int, reason: str) -> str | None:
        """Put the job aside, failed; returns the id of the next one in line."""
        answer = await self._scripts.run(
            "park",
            (conversation.job(job_id), conversation.queue),
            (job_id, epoch, reason, Outcome.FAILED.value, KEPT_MS, NEWS),
        )
        return answer[1] or None if answer[0] == "parked" else None

    async def requeue(self, conversation: Conversation, job_id: str) -> int | None:
        """Put a parked job back in line; returns the epoch of its last worker, None where it is not parked."""
        answer = await self._scripts.run("requeue", (conversation.job(job_id), conversation.queue), (job_id, KEPT_MS))
        return int(answer[1]) if answer[0] == "requeued" else None

    async def cancel(self, conversation: Conversation, job_id: str) -> Cancellation:
        """Take a job back; a worker that has it hears of it at once."""
        answer = await self._scripts.run(
            "cancel",
            (conversation.job(job_id), conversation.queue, conversation.shown(job_id)),
            (job_id, Outcome.CANCELLED.value, KEPT_MS, STOPS, NEWS),
        )
        return Cancellation(answer[0])

    async def load(self, conversation: Conversation, job_id: str) -> JobRecord | None:
        """Return a job of this conversation, which renews its lifetime; None where there is none that can be read."""
        fields = await self._scripts.read(conversation.job(job_id), KEPT_MS)
        request = self._vault.open(fields.get("request", ""), conversation.tag, job_id)
        if request is None:
            return None
        return JobRecord(
            request=request,
            kind=fields.get("kind", ""),
            status=Status(fields["status"]),
            outcome=Outcome(fields["outcome"]) if "outcome" in fields else None,
            address=self._vault.open(fields.get(_ADDRESS, ""), conversation.tag, f"{job_id} {_ADDRESS}"),
            epoch=int(fields["epoch"]),
            lost=int(fields.get("tries", 0)),
            created=int(float(fields["created"])),
            begun=_moment(fields.get("begun")),
            ended=_moment(fields.get("ended")),
            reason=fields.get("reason"),
            results={name.removeprefix(_RESULT): value for name, value in fields.items() if name.startswith(_RESULT)},
        )

    async def waiting(self, conversation: Conversation) -> tuple[int, float]:
        """Return how many open jobs nobody works on, and the age of the oldest open one in seconds."""
        _, count, oldest = await self._scripts.run("waiting", (conversation.queue,), (conversation.job(""),))
        return int(count), float(oldest) / 1000

    async def find(self, beginning: str) -> list[JobRef]:
        """Return the jobs whose ids begin so; this looks through all keys, so it is for operators only."""
        literal = re.sub(r"([\\*?\[\]])", r"\\\1", beginning)
        found: set[JobRef] = set()
        async for key in self._scripts.keys(f"{PREFIX}:{{*}}:job:{literal}*"):
            conversation, _, job_id = key.partition("{")[2].partition("}:job:")
            # What a job shows has a key of its own behind that of the job.
            if ":" not in job_id:
                found.add(JobRef(Conversation.named(conversation), job_id))
        return sorted(found, key=str)

    async def keep_address(self, conversation: Conversation, job_id: str, address: str) -> None:
        """Note where the job is shown now."""
        sealed = self._vault.seal(address, conversation.tag, f"{job_id} {_ADDRESS}")
        await self._scripts.run("moved", (conversation.job(job_id),), (sealed,))

    async def line(self, conversation: Conversation) -> list[str]:
        """Return the ids of the open jobs, the running one first."""
        return await self._scripts.lines(conversation.queue)


def _moment(text: str | None) -> int | None:
    return int(float(text)) if text else None
