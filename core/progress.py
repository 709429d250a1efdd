"""Progress as people see it: the newest wins, at the pace of the screen, and the result never waits behind it."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from core.cancellation import cancel_and_wait
from core.errors import PersonUnreachable, PlatformUnavailable
from core.messages import Progress
from core.tracing import trace

log = logging.getLogger(__name__)

_LAST_DRAWING = 2.0
"""Seconds that a result waits for a drawing that is already on its way, so that it can't land on top of the result."""


_Item = TypeVar("_Item", contravariant=True)


class Board(Protocol[_Item]):
    """What progress is drawn and items are shown on: a platform's screen, or the way to one."""

    pace: float

    async def draw(self, progress: Progress) -> None:
        """See `core.messages.Screen`."""
        ...

    async def show(self, item: _Item) -> None:
        """See `core.messages.Screen`."""
        ...


class Showing(Generic[_Item]):
    """Draws progress on a screen and delivers results.

    Used as a context: whatever is still to be drawn at its end is dropped. A screen that is gone is remembered in
    `gone` and not asked again; the job goes on quietly. One that is only `away` may be opened again later.
    """

    def __init__(self, board: Board[_Item], *, still_after: float = math.inf) -> None:
        """`still_after`: seconds without news after which people are told that the work goes on."""
        self._board = board
        self._still_after = still_after
        self._still: Callable[[float], Progress] | None = None
        self._news = asyncio.Event()
        self._newest: Progress | None = None
        self._drawn: Progress | None = None
        self._drawing = asyncio.Lock()
        self._painter: asyncio.Task[None] | None = None
        self.gone = False
        self.away = False
        self.left = False

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        await self._stop()

    def post(self, progress: Progress, still: Callable[[float], Progress] | None = None) -> None:
        """Draw this as soon as the screen's pace allows, unless something newer comes first. Returns at once.

        `still(seconds of silence)` is drawn each time no news came for long. The same progress again is no news.
        """
        self._still = still
        if progress == self._newest:
            return
        self._draw_soon(progress)

    async def show(self, item: _Item, *, goes_on: bool = False) -> None:
        """Deliver something that must arrive; progress that is not drawn yet is dropped.

        `goes_on`: so does the work, and its progress is drawn behind this, silence included.
        """
        under_way = self._newest if goes_on else None
        await self._stop()
        if self.gone:
            return
        try:
            await self._board.show(item)
        except PersonUnreachable as gone:
            self._lose(gone)
        if under_way and self._newest is None:
            self._draw_soon(under_way)

    def _draw_soon(self, progress: Progress) -> None:
        self._newest = progress
        self._news.set()
        if self._painter is None and not self.gone:
            self._painter = asyncio.create_task(self._paint())

    def leave(self) -> None:
        """Note that another process shows on this screen now, so that it is not tidied up here."""
        self.left = True

    async def _stop(self) -> None:
        painter, self._painter = self._painter, None
        self._newest = None
        if painter is None:
            return
        try:
            async with asyncio.timeout(_LAST_DRAWING), self._drawing:
                pass
        except TimeoutError:
            log.info("A drawing of progress was too slow for the result")
        await cancel_and_wait(painter)

    async def _paint(self) -> None:
        silent = 0.0
        while not self.gone:
            try:
                # Not `wait_for`: before Python 3.12 it may swallow the end of this task when news comes with it.
                async with asyncio.timeout(None if math.isinf(self._still_after) else self._still_after):
                    await self._news.wait()
                silent = 0.0
            except TimeoutError:
                silent += self._still_after
            self._news.clear()
            newest = self._still(silent) if silent and self._still else self._newest
            if newest and newest != self._drawn:
                await self._draw(newest)
                await asyncio.sleep(self._board.pace)

    async def _draw(self, progress: Progress) -> None:
        async with self._drawing:
            try:
                await self._board.draw(progress)
            except PersonUnreachable as gone:
                self._lose(gone)
            except Exception as error:  # noqa: BLE001 a drawing is expendable, whatever happens to it
                log.warning("A drawing failed: %s", trace(error))
        self._drawn = progress

    def _lose(self, gone: PersonUnreachable) -> None:
        self.gone = True
        self.away = isinstance(gone, PlatformUnavailable)
        if self.away:
            log.info("The platform takes nothing now; the job goes on quietly")
        else:
            log.info("The person can't be reached any more; the job goes on quietly")
