"""The journal of jobs: one hash for each job, one script for each transition.

A job has an epoch that grows with every worker that takes it. Whoever works on it must renew the lease; a step is begun
and something shown only under the epoch that is current, so that a worker who was thought dead can't send anything any
more (fencing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from core.messages import Outcome
from core.store.client import Client
from core.store.keys import (
    CANCELLATIONS,
    DEAD_LETTERS,
    EVENTS,
    KEPT_MS,
    OPEN,
    PREFIX,
    Conversation,
    JobRef,
    audience_key,
)
from core.store.vault import Vault

#: Of requests and of the results of steps. It is raised with a change that an older worker would misread: such a job is
#: left to a newer one.
FORMAT = 2
#: Open jobs of one person in one chat.
LONGEST_QUEUE = 10
_RESULT = "result:"
_SAME_PRESS_MS = 10_000


#: What became of a message. known: it made its job before, since it was delivered twice. pressed: the same button was
#: pressed a moment ago, or its job is not done yet.
Created = Literal["new", "known", "pressed", "full"]
#: Where a job is. dead-letter: workers died over it, and it waits for an operator.
Status = Literal["open", "done", "dead-letter"]
#: Why there is nothing to work on. newer: a newer version of this program made the first job, or worked on it.
Idle = Literal["none", "busy", "newer"]
#: The answer to a renewal.
Lease = Literal["kept", "cancel", "fenced"]
#: The answer to the intent of a paid step.
Begin = Literal["go", "done", "unknown", "fenced"]
#: The answer to a cancel. interrupted: nobody worked on it any more, but somebody had begun.
Cancellation = Literal["gone", "done", "queued", "interrupted", "running"]


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as it is kept. Times are Unix milliseconds."""

    #: What made it, in the words of its maker.
    request: str
    kind: str
    status: Status
    outcome: Outcome | None
    #: Where its progress and results are shown, if that can be found again.
    address: str | None
    #: What was delivered, as its last follower noted it.
    delivery: str | None
    epoch: int
    #: How many workers died over it.
    lost: int
    created: int
    begun: int | None
    ended: int | None
    #: Why it is a dead letter.
    reason: str | None
    #: What its finished steps gave, as JSON, by their names.
    results: dict[str, str]

    @property
    def done(self) -> bool:
        """Whether it has ended for good."""
        return self.status == "done"


@dataclass(frozen=True, slots=True)
class Taken:
    """A job to work on."""

    job_id: str
    epoch: int
    #: How many workers died over it before.
    lost: int
    #: None where it can't be read.
    record: JobRecord | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class Journal:
    """The transitions of a job. All may be repeated: each carries the attempt or the epoch that it belongs to.

    Requests, addresses and deliveries are sealed: they are people's own words, or lead to them.
    """

    _client: Client
    _vault: Vault

    async def create(
        self,
        conversation: Conversation,
        job_id: str,
        attempt: str,
        request: str,
        *,
        kind: str,
        press: str | None = None,
        address: str | None = None,
        delivery: str | None = None,
        lease_ms: int = 0,
    ) -> tuple[Created, str]:
        """Make a job and queue it; its conversation is marked open, and the job as one that is shown for `lease_ms`.

        Returns what became of it, and of a new one the id of the first one in the queue, with "pressed" the id of the
        job that stands for it, else its own.
        """
        tag = conversation.tag
        sealed = (
            self._vault.seal(request, tag, job_id),
            self._vault.seal(address, tag, f"{job_id} address") if address else "",
            self._vault.seal(delivery, tag, f"{job_id} delivery") if delivery else "",
        )
        keys = (conversation.key("job", job_id), conversation.key("queue"), conversation.key("presses"))
        made = (job_id, attempt, sealed[0], press or "", KEPT_MS, kind, conversation.key("job", ""))
        limits = (LONGEST_QUEUE, _SAME_PRESS_MS)
        # The indexes are written before what they name, so that nothing can be overlooked.
        *_, answer = await self._client.run_all(
            ("mark", (OPEN,), (conversation.name, KEPT_MS)),
            (
                "hold",
                (audience_key(conversation.audience(address)),),
                (lease_ms, KEPT_MS, "new", str(JobRef(conversation, job_id))),
            ),
            ("create", keys, (*made, *limits, *sealed[1:], FORMAT)),
        )
        return cast(Created, answer[0]), answer[1] if answer[0] in ("new", "pressed") else job_id

    async def take(self, conversation: Conversation, attempt: str, lease_ms: int) -> Taken | Idle:
        """Take the first open job of a queue, unless somebody works on it; one that is cancelled ends instead."""
        answer = await self._client.run(
            "take",
            (conversation.key("queue"),),
            (attempt, lease_ms, conversation.key("job", ""), Outcome.CANCELLED.value, KEPT_MS, EVENTS, FORMAT),
        )
        if answer[0] != "taken":
            return cast(Idle, answer[0])
        _, job_id, *pairs = answer
        fields = dict(zip(pairs[::2], pairs[1::2], strict=True))
        record = self._record(conversation, job_id, fields)
        return Taken(job_id, int(fields["epoch"]), int(fields.get("lost", 0)), record)

    async def head(self, conversation: Conversation) -> tuple[str, int, bool] | None:
        """Return the first open job of a queue, its epoch, and whether somebody works on it, None if there is none."""
        answer = await self._client.run("head", (conversation.key("queue"),), (conversation.key("job", ""),))
        return (answer[1], int(answer[2]), answer[3] == "alive") if answer[0] == "first" else None

    async def renew(self, conversation: Conversation, job_id: str, epoch: int, lease_ms: int) -> Lease:
        """Keep the lease; anything but "kept" means: stop."""
        answer = await self._client.run("renew", (conversation.key("job", job_id),), (epoch, lease_ms, KEPT_MS))
        return cast(Lease, answer[0])

    async def release(self, conversation: Conversation, job_id: str, epoch: int) -> None:
        """Give the job back unfinished."""
        await self._client.run("release", (conversation.key("job", job_id),), (epoch,))

    async def begin(
        self, conversation: Conversation, job_id: str, epoch: int, step: str, attempt: str
    ) -> tuple[Begin, str]:
        """Write the intent of a paid step and wait until it is on disk, where the server can say so.

        With "done" comes the result.

        A server without an append-only file can't, and one whose disk takes longer than two seconds does not: then a
        power cut right now could lose the intent.
        """
        asked = ("begin", (conversation.key("job", job_id),), (epoch, step, attempt))
        # While it waits for the disk a worker may be frozen for longer than its lease: the second answer counts.
        await self._client.run_all(asked, synced=True)
        answer = await self._client.run(*asked)
        return cast(Begin, answer[0]), answer[1] if answer[0] == "done" else ""

    async def finish(
        self, conversation: Conversation, job_id: str, step: str, result: str, *, epoch: int | None = None
    ) -> bool:
        """Write the result of a step.

        That of a free step belongs to an `epoch`; False where that is over. That of a paid one is true at any time.
        """
        arguments = (step, result, "" if epoch is None else epoch)
        return (await self._client.run("finish", (conversation.key("job", job_id),), arguments))[0] != "fenced"

    async def end(self, conversation: Conversation, job_id: str, epoch: int, outcome: Outcome) -> str | None:
        """End the job; returns the id of the next one in the queue."""
        answer = await self._client.run(
            "end",
            (conversation.key("job", job_id), conversation.key("queue"), conversation.key("job", job_id, "events")),
            (job_id, epoch, outcome.value, KEPT_MS, EVENTS),
        )
        return answer[1] or None if answer[0] == "ended" else None

    async def dead_letter(self, conversation: Conversation, job_id: str, epoch: int, reason: str) -> str | None:
        """Make a dead letter of the job, and list it as one; returns the id of the next one in the queue."""
        _, answer = await self._client.run_all(
            ("mark", (DEAD_LETTERS,), (str(JobRef(conversation, job_id)), KEPT_MS)),
            (
                "dead_letter",
                (conversation.key("job", job_id), conversation.key("queue")),
                (job_id, epoch, reason, Outcome.FAILED.value, KEPT_MS, EVENTS),
            ),
        )
        return answer[1] or None if answer[0] == "dead_letter" else None

    async def requeue(self, conversation: Conversation, job_id: str) -> int | None:
        """Put a dead letter back at the end of its queue; returns its new epoch, None where it is no dead letter."""
        record, ref = await self.load(conversation, job_id), str(JobRef(conversation, job_id))
        if record is None:
            return None
        _, answer = await self._client.run_all(
            ("mark", (OPEN,), (conversation.name, KEPT_MS)),
            ("requeue", (conversation.key("job", job_id), conversation.key("queue")), (job_id, KEPT_MS)),
        )
        if answer[0] != "requeued":
            return None
        await self._client.send(("ZREM", DEAD_LETTERS, ref))
        # Nobody shows it any more: the next gateway that looks does.
        audience = audience_key(conversation.audience(record.address))
        await self._client.run("hold", (audience,), (0, KEPT_MS, "new", ref))
        return int(answer[1])

    async def cancel(self, conversation: Conversation, job_id: str) -> Cancellation:
        """Cancel a job; a worker that has it hears of it at once."""
        answer = await self._client.run(
            "cancel",
            (conversation.key("job", job_id), conversation.key("queue"), conversation.key("job", job_id, "events")),
            (job_id, Outcome.CANCELLED.value, KEPT_MS, CANCELLATIONS, EVENTS),
        )
        return cast(Cancellation, answer[0])

    async def load(self, conversation: Conversation, job_id: str) -> JobRecord | None:
        """Return a job of this conversation, which renews its lifetime; None where there is none that can be read."""
        return self._record(conversation, job_id, await self._client.read(conversation.key("job", job_id), KEPT_MS))

    def _record(self, conversation: Conversation, job_id: str, fields: dict[str, str]) -> JobRecord | None:
        tag = conversation.tag
        request = self._vault.open(fields.get("request", ""), tag, job_id)
        # A status of another version is none.
        if request is None or fields["status"] not in get_args(Status):
            return None
        results = {}
        for name, value in fields.items():
            if name.startswith(_RESULT):
                results[name.removeprefix(_RESULT)] = value
        return JobRecord(
            request=request,
            kind=fields.get("kind", ""),
            status=cast(Status, fields["status"]),
            outcome=Outcome(fields["outcome"]) if "outcome" in fields else None,
            address=self._vault.open(fields.get("address", ""), tag, f"{job_id} address"),
            delivery=self._vault.open(fields.get("delivery", ""), tag, f"{job_id} delivery"),
            epoch=int(fields["epoch"]),
            lost=int(fields.get("lost", 0)),
            created=int(float(fields["created"])),
            begun=int(float(fields["begun"])) if "begun" in fields else None,
            ended=int(float(fields["ended"])) if "ended" in fields else None,
            reason=fields.get("reason"),
            results=results,
        )

    async def waiting(self, conversation: Conversation) -> tuple[int, float]:
        """Return how many open jobs nobody works on, and the age of the oldest open one in seconds."""
        _, count, oldest = await self._client.run(
            "waiting", (conversation.key("queue"),), (conversation.key("job", ""),)
        )
        return int(count), float(oldest) / 1000

    async def queue(self, conversation: Conversation) -> list[str]:
        """Return the ids of the open jobs, the running one first."""
        (ids,) = await self._client.send(("LRANGE", conversation.key("queue"), 0, -1))
        return ids

    async def find(self, beginning: str) -> list[JobRef]:
        """Return the jobs whose ids begin so; this looks through all keys, so it is for operators only."""
        literal = re.sub(r"([\\*?\[\]])", r"\\\1", beginning)
        found: set[JobRef] = set()
        async for key in self._client.keys(f"{PREFIX}:{{*}}:job:{literal}*"):
            conversation, _, job_id = key.partition("{")[2].partition("}:job:")
            # The events of a job have a key of their own behind that of the job.
            if ":" not in job_id:
                found.add(JobRef(Conversation.named(conversation), job_id))
        return sorted(found, key=str)
