"""`python -m bots jobs`: what there is to do, what became of a job, and putting a parked one back in line."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from bots.bootstrap import ground, open_parts
from bots.console.visible import visible
from bots.settings import Settings
from core.app import open_core
from core.desk import Desk, Entry
from core.texts import say


async def jobs(settings: Settings, action: str, job_id: str | None, language: str) -> int:
    """Carry out one action and return the exit status. What people wrote is not shown."""
    if action != "list" and not job_id:
        sys.stderr.write(say(language, "console.jobs_which") + "\n")
        return 2
    async with (
        open_parts(settings, apart=True) as addresses,
        open_core(ground(settings, addresses), None, gateway=False) as house,
    ):
        if action == "list" or job_id is None:
            return await _list(house.desk, language)
        entry = await house.desk.find(job_id)
        if entry is None:
            sys.stderr.write(say(language, "console.jobs_none", job=visible(job_id)) + "\n")
            return 1
        if action == "show":
            _show(entry, language)
            return 0
        done = await house.desk.requeue(entry.name)
        text = say(language, "console.jobs_requeued" if done else "console.jobs_not_parked", job=job_id)
        (sys.stdout if done else sys.stderr).write(text + "\n")
        return 0 if done else 1


async def _list(desk: Desk, language: str) -> int:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("job", "kind", "status", "age", "lost", "place"):
        table.add_column(say(language, f"console.jobs_{heading}"), no_wrap=True)
    count = 0
    async for entry in desk.jobs():
        record = entry.record
        count += 1
        table.add_row(
            entry.name.job_id,
            record.kind,
            _status(entry),
            _age(record.created),
            str(record.lost or ""),
            visible(entry.name.place.name),
        )
    if count:
        Console(soft_wrap=True).print(table)
    else:
        sys.stdout.write(say(language, "console.jobs_empty") + "\n")
    return 0


def _status(entry: Entry) -> str:
    if entry.record.status != "open":
        return entry.record.status
    return "working" if entry.record.begun and not entry.waits else f"waiting ({entry.waits})"


def _age(created: int) -> str:
    seconds = max(0, round(time.time() - created / 1000))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def _show(entry: Entry, language: str) -> None:
    record = entry.record
    facts: Mapping[str, object] = {
        "job": entry.name.job_id,
        "place": visible(entry.name.place.name),
        "kind": record.kind,
        "status": record.status.value,
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
