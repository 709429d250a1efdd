"""The journal of jobs: one hash for each job, one script for each transition.

A job has an epoch that grows with every claim. Whoever works on it must renew the lease; a step is begun only under
the epoch that is current, so that a worker who was thought dead can't send anything any more (fencing).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.store.keys import KEPT_MS, Place
from core.store.scripts import Scripts
from core.store.vault import Vault
from core.words import Outcome

_RESULT = "result:"
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


class Claim(StrEnum):
    """The answer to a wish to work on a job."""

    CLAIMED = "claimed"
    AHEAD = "ahead"
    LEASED = "leased"
    DONE = "done"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Claimed:
    """`epoch` with CLAIMED; with AHEAD the jobs `ahead`, the `first` and whether it is alive; `outcome` with DONE."""

    claim: Claim
    epoch: int = 0
    ahead: int = 0
    first: str = ""
    first_alive: bool = True
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The first open job in line. `until`: the store's time (ms) to which its last sign of life reaches."""

    job_id: str
    alive: bool
    until: int


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


class TakenBack(StrEnum):
    """The answer to a cancel."""

    GONE = "gone"
    DONE = "done"
    QUEUED = "queued"
    INTERRUPTED = "interrupted"
    """Nobody worked on it any more, but somebody had begun."""
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as it is kept: the request that made it, in the words of its maker."""

    request: str
    done: bool
    outcome: Outcome | None
    results: dict[str, str]
    """What its finished steps gave, as JSON, by their names."""


class Journal:
    """The transitions of a job. All may be repeated: each carries the attempt or the epoch that it belongs to."""

    def __init__(self, scripts: Scripts, vault: Vault) -> None:
        """`vault` seals the requests: they are people's own words."""
        self._scripts = scripts
        self._vault = vault

    async def create(
        self, place: Place, job_id: str, attempt: str, request: str, *, press: str | None, alive_ms: int
    ) -> tuple[Created, str]:
        """Make a job and queue it; returns what became of it and the id of the job that stands for it.

        The maker counts as alive for `alive_ms`, until it claims.
        """
        sealed = self._vault.seal(request, place.tag, job_id)
        answer = await self._scripts.run(
            "create",
            (place.job(job_id), place.queue, place.presses),
            (job_id, attempt, sealed, press or "", KEPT_MS, alive_ms, place.job(""), LONGEST_QUEUE, _SAME_PRESS_MS),
        )
        created = Created(answer[0])
        return created, answer[1] if created is Created.PRESSED else job_id

    async def claim(self, place: Place, job_id: str, attempt: str, lease_ms: int) -> Claimed:
        """Take the job, if it is its turn."""
        answer = await self._scripts.run(
            "claim", (place.job(job_id), place.queue), (job_id, attempt, lease_ms, place.job(""))
        )
        claim = Claim(answer[0])
        if claim is Claim.CLAIMED:
            return Claimed(claim, epoch=int(answer[1]))
        if claim is Claim.AHEAD:
            return Claimed(claim, ahead=int(answer[1]), first=answer[2], first_alive=answer[3] == "alive")
        if claim is Claim.DONE:
            return Claimed(claim, outcome=Outcome(answer[1]))
        return Claimed(claim)

    async def head(self, place: Place) -> Head | None:
        """Return the first open job in line, None where there is none."""
        answer = await self._scripts.run("head", (place.queue,), (place.job(""),))
        return Head(answer[1], answer[2] == "alive", int(float(answer[3]))) if answer[0] == "first" else None

    async def renew(self, place: Place, job_id: str, epoch: int, lease_ms: int) -> Lease:
        """Keep the lease; anything but KEPT means: stop."""
        answer = await self._scripts.run("renew", (place.job(job_id),), (epoch, lease_ms, KEPT_MS))
        return Lease(answer[0])

    async def release(self, place: Place, job_id: str, epoch: int) -> None:
        """Give the job back unfinished."""
        await self._scripts.run("release", (place.job(job_id),), (epoch,))

    async def begin(self, place: Place, job_id: str, epoch: int, step: str, attempt: str, *, paid: bool) -> Begun:
        """Write the intent of a step. That of a paid one is waited for to be on disk, where the server can say so.

        A server without an append-only file can't, and one whose disk takes longer than two seconds does not: then a
        power cut right now could lose the intent.
        """
        run = self._scripts.run_synced if paid else self._scripts.run
        answer = await run("begin", (place.job(job_id),), (epoch, step, attempt))
        begin = Begin(answer[0])
        return Begun(begin, answer[1] if begin is Begin.DONE else "")

    async def finish(self, place: Place, job_id: str, step: str, result: str) -> None:
        """Write the result of a step."""
        await self._scripts.run("finish", (place.job(job_id),), (step, result))

    async def end(self, place: Place, job_id: str, epoch: int, outcome: Outcome) -> None:
        """End the job and let the next one in line go on."""
        await self._scripts.run("end", (place.job(job_id), place.queue), (job_id, epoch, outcome.value, KEPT_MS))

    async def cancel(self, place: Place, job_id: str) -> TakenBack:
        """Take a job back."""
        answer = await self._scripts.run(
            "cancel", (place.job(job_id), place.queue), (job_id, Outcome.CANCELLED.value, KEPT_MS)
        )
        return TakenBack(answer[0])

    async def load(self, place: Place, job_id: str) -> JobRecord | None:
        """Return a job of this place; None where there is none, or not any more."""
        fields = await self._scripts.read(place.job(job_id))
        request = self._vault.open(fields.get("request", ""), place.tag, job_id)
        if request is None:
            return None
        return JobRecord(
            request=request,
            done=fields["status"] == "done",
            outcome=Outcome(fields["outcome"]) if "outcome" in fields else None,
            results={
                name.removeprefix("result:"): value for name, value in fields.items() if name.startswith("result:")
            },
        )

    async def line(self, place: Place) -> list[str]:
        """Return the ids of the open jobs, the running one first."""
        return await self._scripts.lines(place.queue)
