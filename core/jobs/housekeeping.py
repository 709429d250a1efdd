"""What is tidied up at intervals: conversations without a worker, folders of jobs whose process died, garbage.

None of it can be a periodic task of the engine: the sweep makes up for notifications that the engine lost, folders are
on this machine, also where only a gateway runs, and garbage is in this process.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.jobs.engine import Notify
from core.store import AT_ONCE, Store

log = logging.getLogger(__name__)

_LOOK_EVERY = 3600.0
#: Seconds. No job works on its files for nearly that long.
OLDEST = 24 * 3600.0
#: Collections of the middle generation before a full one comes all the same: a worker that never rests needs it.
_RARELY = 10_000


async def sweep(store: Store, notify: Notify, every: float) -> None:
    """Notify workers of conversations with open jobs that nobody works on. Raises `StoreUnavailable`.

    A conversation is looked at when nobody did so for `every` seconds.
    """
    more = True
    while more:
        overdue, mark = await store.job_index.overdue(int(every * 1000))
        for conversation in overdue:
            job_id, epoch, alive = await store.journal.head(conversation) or ("", 0, False)
            if not job_id:
                await store.job_index.drop_open(conversation, mark)
            elif not alive:
                await notify(conversation, job_id, f"epoch {epoch}")
        more = len(overdue) == AT_ONCE


async def clear_out(work_dir: Path) -> None:
    """Remove folders that have not been touched for a day, now and every hour, until cancelled."""
    while True:
        for name in await asyncio.to_thread(_remove_old, work_dir):
            log.info("Removed the files of a job that ended without its process: %s", name)
        await asyncio.sleep(_LOOK_EVERY)


def _remove_old(work_dir: Path) -> list[str]:
    removed = []
    before = time.time() - OLDEST
    for folder in work_dir.iterdir() if work_dir.is_dir() else ():
        # Another process of this machine may be removing the same one.
        with suppress(FileNotFoundError):
            if folder.is_dir() and max(path.stat().st_mtime for path in (folder, *folder.rglob("*"))) < before:
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder.name)
    return removed


@contextmanager
def full_collections_put_off() -> Iterator[None]:
    """Leave full collections of garbage to whoever finds a moment for `gc.collect()`, while the block runs.

    A full collection looks at every object there is: with a thousand open streams it stops the event loop for a third
    of a second. What is young goes on being collected as always.
    """
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, _RARELY)
    try:
        yield
    finally:
        gc.set_threshold(young, middle, old)
