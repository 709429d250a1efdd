"""The one policy for progress: the newest wins, at a pace, and a result never waits behind it."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

from core.cancellation import cancel_and_wait
from core.messages import Progress
from core.tracing import trace

log = logging.getLogger(__name__)

Still = Callable[[float], Progress]
"""Gives the progress to show after so many seconds without any."""


class LatestProgress:
    """Draws the newest progress as soon as the pace allows; what was not drawn by then is dropped."""

    def __init__(
        self,
        draw: Callable[[Progress], Awaitable[object]],
        pace: float,
        *,
        first: float = 0.0,
        still_after: float = math.inf,
    ) -> None:
        """Wait `first` seconds before the first drawing of a stretch of work, and `pace` seconds after each one.

        After `still_after` seconds without progress people are told that the work goes on.
        """
        self._draw = draw
        self._pace = pace
        self._first = first
        self._still_after = still_after
        self._still: Still | None = None
        self._fresh = asyncio.Event()
        self._painter: asyncio.Task[None] | None = None
        self.newest: Progress | None = None

    def post(self, progress: Progress, still: Still | None = None) -> None:
        """Draw this soon, unless something newer comes first. Returns at once; the same again changes nothing."""
        self._still = still
        if progress == self.newest:
            return
        self.newest = progress
        self._fresh.set()
        if self._painter is None:
            self._painter = asyncio.create_task(self._paint())

    def refresh(self) -> None:
        """Draw the newest progress again: what stands around it has changed."""
        self._fresh.set()

    async def stop(self) -> None:
        """Draw nothing more of what was posted; a drawing that is under way is cancelled."""
        painter, self._painter = self._painter, None
        self.newest = None
        if painter is not None:
            await cancel_and_wait(painter)

    async def _paint(self) -> None:
        silent = 0.0
        await asyncio.sleep(self._first)
        while True:
            try:
                # Not `wait_for`: before Python 3.12 it may swallow the end of this task when progress comes with it.
                async with asyncio.timeout(None if math.isinf(self._still_after) else self._still_after):
                    await self._fresh.wait()
                silent = 0.0
            except TimeoutError:
                silent += self._still_after
            self._fresh.clear()
            if progress := self._still(silent) if silent and self._still else self.newest:
                try:
                    await self._draw(progress)
                except Exception as error:  # noqa: BLE001 progress is expendable, whatever happens to it
                    log.warning("Cannot draw progress: %s", trace(error))
                await asyncio.sleep(self._pace)
