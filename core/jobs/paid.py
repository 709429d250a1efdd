"""The life of a paid message, as a table of states: no network, no clock.

    ASK ──go──▶ SEND ──answered──▶ ANSWERED
     │           │ ├─refused──▶ REFUSED
     │           │ ├─unreachable──▶ NOT_SENT
     │           │ └─silent, broken, failed─┐
     ├─done──▶ KNOWN                        ▼
     ├─unknown───────────────────────────▶ READ ──changed──▶ CHANGED
     └─fenced──▶ FENCED                     └─same or unreadable: read again, until no read is left──▶ UNCHANGED

There is one way into SEND and it starts at the journal's GO; no way leads back to it. Rule: a message once sent
is never sent again by itself; what became of it is found out by reading the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Stage(StrEnum):
    """Where a paid message is. Those from KNOWN on are ends."""

    ASK = "ask"
    SEND = "send"
    READ = "read"
    KNOWN = "known"
    """It ended in an earlier run, whose result the journal holds."""
    ANSWERED = "answered"
    CHANGED = "changed"
    """No whole answer, but the timeline is another one now."""
    UNCHANGED = "unchanged"
    """No answer, and the timeline stayed as it was: it failed, as far as can be seen."""
    REFUSED = "refused"
    """The service said no before anything ran."""
    NOT_SENT = "not_sent"
    """Nothing left this machine."""
    FENCED = "fenced"
    """Somebody else works on this job now."""


class Event(StrEnum):
    """What can happen to a paid message."""

    GO = "go"
    DONE = "done"
    UNKNOWN = "unknown"
    FENCED = "fenced"
    ANSWERED = "answered"
    SILENT = "silent"
    """The stream ended without a word."""
    FAILED = "failed"
    """The agent reported an error and the stream ended: there is nothing more to wait for."""
    BROKEN = "broken"
    """The stream broke, or was silent or endless beyond its deadline."""
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CHANGED = "changed"
    SAME = "same"
    UNREADABLE = "unreadable"


ENDS = frozenset(Stage) - {Stage.ASK, Stage.SEND, Stage.READ}


@dataclass(frozen=True, slots=True)
class Paid:
    """A paid message: where it is, and how often its state may still be read.

    `waits` before the next read: no time at all (None), as long as before the first one after a break, or the next.
    """

    stage: Stage = Stage.ASK
    reads: int = 0
    waits: Literal["first", "next"] | None = None


_NEXT: dict[tuple[Stage, Event], Stage] = {
    (Stage.ASK, Event.GO): Stage.SEND,
    (Stage.ASK, Event.DONE): Stage.KNOWN,
    (Stage.ASK, Event.UNKNOWN): Stage.READ,
    (Stage.ASK, Event.FENCED): Stage.FENCED,
    (Stage.SEND, Event.ANSWERED): Stage.ANSWERED,
    (Stage.SEND, Event.SILENT): Stage.READ,
    (Stage.SEND, Event.FAILED): Stage.READ,
    (Stage.SEND, Event.BROKEN): Stage.READ,
    (Stage.SEND, Event.REFUSED): Stage.REFUSED,
    (Stage.SEND, Event.UNREACHABLE): Stage.NOT_SENT,
    (Stage.READ, Event.CHANGED): Stage.CHANGED,
    (Stage.READ, Event.SAME): Stage.READ,
    (Stage.READ, Event.UNREADABLE): Stage.READ,
}


def after(paid: Paid, event: Event, *, reads: int) -> Paid:
    """Return where the message is after `event`; `reads` is how often the state is read in all.

    Raises ValueError for an event that can't happen there.
    """
    stage = _NEXT.get((paid.stage, event))
    if stage is None:
        raise ValueError(f"{event} can't happen in {paid.stage}")
    if stage is not Stage.READ:
        return Paid(stage)
    if paid.stage is not Stage.READ:
        # A reported failure is final: one look tells whether something was made before it.
        reads = 1 if event is Event.FAILED else reads
        return Paid(stage, reads, "first" if event in (Event.UNKNOWN, Event.BROKEN) else None)
    return Paid(stage, paid.reads - 1, "next") if paid.reads > 1 else Paid(Stage.UNCHANGED)
