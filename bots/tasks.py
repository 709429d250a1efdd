"""Jobs run in tasks of their own, so that a handler returns at once; somebody has to keep hold of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

_log = logging.getLogger(__name__)


class Tasks:
    """The running jobs of one adapter."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        """Run `work`; what it raises is logged under `name`."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s failed", task.get_name(), exc_info=error)

    async def close(self, within: float) -> None:
        """Cancel what still runs and wait for its end, at most `within` seconds. The journal keeps the jobs."""
        running = set(self._running)
        for task in running:
            task.cancel()
        if running:
            _, stuck = await asyncio.wait(running, timeout=within)
            for task in stuck:
                _log.warning("%s did not stop within %g s", task.get_name(), within)
