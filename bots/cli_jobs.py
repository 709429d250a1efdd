"""`python -m bots jobs`: what there is to do, what became of a job, and putting a dead letter back."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from rich.cells import cell_len, set_cell_size
from rich.console import Console

from bots.bootstrap import open_app
from bots.console.surface import visible
from bots.settings import Settings
from core.job_admin import JobAdmin, JobEntry
from core.texts import say

_GAP = "  "
_LEAST_CONVERSATION = 8
"""Cells that the conversation gets however narrow a terminal is."""
_MOST_NAMED = 10
"""Jobs that are named where a beginning is that of several."""


async def jobs(settings: Settings, action: str, job_id: str | None, language: str) -> int:
    """Carry out one action and return the exit status. What people wrote is not shown."""
    if action != "list" and not job_id:
        sys.stderr.write(say(language, "console.jobs_which") + "\n")
        return 2
    async with open_app(settings, gateway=False, worker=False) as app:
        if action == "list" or job_id is None:
            return await _list(app.admin, language)
        found = await app.admin.find(job_id)
        if len(found) != 1:
            sys.stderr.write(_which(job_id, found, language) + "\n")
            return 1
        (entry,) = found
        if action == "show":
            _show(entry, language)
            return 0
        done = await app.admin.requeue(entry.name)
        text = say(language, "console.jobs_requeued" if done else "console.jobs_no_dead_letter", job=entry.name.job_id)
        (sys.stdout if done else sys.stderr).write(text + "\n")
        return 0 if done else 1


def _which(beginning: str, found: Sequence[JobEntry], language: str) -> str:
    """Return the sentence for a beginning that is not that of one job."""
    if not found:
        return say(language, "console.jobs_none", job=visible(beginning))
    ids = [entry.name.job_id for entry in found[:_MOST_NAMED]]
    listed = "\n".join(f"  {one}" for one in [*ids, *(["…"] if len(found) > len(ids) else [])])
    return say(language, "console.jobs_several", job=visible(beginning), count=len(found)) + "\n" + listed


async def _list(admin: JobAdmin, language: str) -> int:
    rows = [
        (
            entry.name.job_id,
            entry.record.kind,
            _status(entry),
            _age(entry.record.created),
            str(entry.record.lost or ""),
            visible(entry.name.conversation.name),
        )
        async for entry in admin.jobs()
    ]
    if not rows:
        sys.stdout.write(say(language, "console.jobs_empty") + "\n")
        return 0
    headings = [
        say(language, f"console.jobs_{name}") for name in ("job", "kind", "status", "age", "lost", "conversation")
    ]
    console = Console()
    sys.stdout.write("\n".join(lines(headings, rows, console.width if console.is_terminal else None)) + "\n")
    return 0


def lines(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """Yield a table in lines of at most `width` cells (None: as wide as need be), the last column shortened for that.

    The others are never cut: an id that is not whole is of no use.
    """
    table = [headings, *rows]
    wide = [max(cell_len(row[column]) for row in table) for column in range(len(headings) - 1)]
    room = None if width is None else max(_LEAST_CONVERSATION, width - sum(wide) - len(_GAP) * len(wide))
    for *first, last in table:
        if room is not None and cell_len(last) > room:
            last = set_cell_size(last, room - 1) + "…"
        cells = [set_cell_size(text, cells) for text, cells in zip(first, wide, strict=True)]
        yield _GAP.join([*cells, last])


def _status(entry: JobEntry) -> str:
    if entry.record.status != "open":
        return entry.record.status
    return "working" if entry.record.begun and not entry.waits else f"waiting ({entry.waits})"


def _age(created: int) -> str:
    seconds = max(0, round(time.time() - created / 1000))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def _show(entry: JobEntry, language: str) -> None:
    record = entry.record
    facts: Mapping[str, object] = {
        "job": entry.name.job_id,
        "conversation": visible(entry.name.conversation.name),
        "kind": record.kind,
        "status": record.status,
        "outcome": record.outcome.value if record.outcome else "",
        "reason": record.reason or "",
        "epoch": record.epoch,
        "lost": record.lost,
        "created": _moment(record.created),
        "begun": _moment(record.begun),
        "ended": _moment(record.ended),
        "steps": ", ".join(sorted(record.results)),
    }
    for name, value in facts.items():
        if value != "":
            sys.stdout.write(f"{say(language, f'console.jobs_{name}'):12} {value}\n")


def _moment(ms: int | None) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(sep=" ", timespec="seconds") if ms else ""
