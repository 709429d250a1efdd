"""Settlement: the outcome of a run or render goes to the database, and is retried while the database refuses."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable

_log = logging.getLogger(__name__)

_PAUSES = (0.5, 2.0, 10.0, *(60.0,) * 30)
"""Seconds before each further attempt: for half an hour a full disk may be cleared."""


class SettlementQueue:
    """Writes outcomes down; what can't be written yet is `pending`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> bool:
        """Whether something is not written down yet."""
        return bool(self._tasks)

    def settle(self, name: str, write: Callable[[], None]) -> None:
        """Write an outcome, now or later. The work itself is done or has failed, so nobody waits for this.

        `write` makes one change of the database, all or none; `name` is for the log.
        """
        try:
            write()
        except sqlite3.DatabaseError:
            _log.exception("%s could not be settled yet", name)
            task = asyncio.create_task(_write_later(name, write), name=f"settle {name}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop; what is not settled is begun again at the next start, from what is on disk."""
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
            _log.warning("%s is still not settled: %s", name, fault)
        else:
            return
    _log.error("%s stays unsettled until the studio starts again", name)
