"""Folders of jobs whose process died and that nobody on this machine went on with."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

_LOOK_EVERY = 3600.0
OLDEST = 24 * 3600.0
"""Seconds. No job works on its files for nearly that long."""


async def clear_out(work_dir: Path) -> None:
    """Remove what has not been touched for a day, now and every hour, until cancelled."""
    while True:
        for name in await asyncio.to_thread(_remove_old, work_dir):
            log.info("Left files were removed: %s", name)
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
