"""Settlement: the outcome of a run or render goes to the database, and is retried while the database refuses."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable

_log = logging.getLogger(__name__)

_PAUSES = (0.5, 2.0, 10.0, *(60.0,) * 30)
"""Seconds before each retry; half an hour in all, in which an operator may clear a full disk."""


class SettlementQueue:
    """Writes outcomes to the database; those that it refuses for now are `pending`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> bool:
        """Whether an outcome is not written yet."""
        return bool(self._tasks)

    def settle(self, name: str, write: Callable[[], None]) -> None:
        """Write an outcome now, or retry in the background: the work has ended, so nobody needs to wait.

        `write` runs one transaction; `name` appears in the log.
        """
        try:
            write()
        except sqlite3.DatabaseError:
            _log.exception("Cannot settle %s yet: retrying", name)
            task = asyncio.create_task(_write_later(name, write), name=f"settle {name}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop retrying; unsettled work is resumed from disk at the next start."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _write_later(name: str, write: Callable[[], None]) -> None:
    for seconds in _PAUSES:
        await asyncio.sleep(seconds)
        try:
            write()
        except sqlite3.DatabaseError as fault:
            _log.warning("Cannot settle %s yet: %s", name, fault)
        else:
            return
    _log.error("Giving up settling %s: it is settled at the next start", name)
