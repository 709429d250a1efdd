"""What a paid message starts from, as the journal keeps it: to see later what became of the message."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from pydantic import TypeAdapter

from core.flows.meter import BalanceSnapshot
from core.nemo.model import State, Timeline, UploadedFile
from core.store import JobRecord

SEND_STEPS = ("send", "send again")
"""Steps of the journal. The second is for a message that was refused because of its token or session: nothing ran."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The session as it was: enough to see whether a message changed anything."""

    timeline: Timeline
    digest: str

    @classmethod
    def of(cls, state: State) -> Snapshot:
        """Return what to keep of a state."""
        draft = json.dumps(json.loads(state.draft_json), sort_keys=True)
        media = [[item.type, item.name, item.seconds] for item in state.generated]
        return cls(state.timeline, hashlib.sha256(f"{draft}{json.dumps(media)}".encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class SendContext:
    """The session that has the message's files, that session as it is, and the balance."""

    files: tuple[UploadedFile, ...]
    session_id: str
    snapshot: Snapshot
    tab: BalanceSnapshot


_JSON = TypeAdapter(SendContext)


def context_step(step: str) -> str:
    """Return the step of the journal in which a message's ground is laid."""
    return f"{step}: before"


def send_context_of(record: JobRecord) -> SendContext | None:
    """Return what a job's last message started from, None where none was prepared."""
    laid = [record.results[context_step(step)] for step in SEND_STEPS if context_step(step) in record.results]
    return _JSON.validate_json(laid[-1]) if laid else None
