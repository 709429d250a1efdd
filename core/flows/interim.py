"""What is shown while something else goes on: in order, and never in its way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from core.cancellation import cancel_and_wait
from core.tracing import trace

log = logging.getLogger(__name__)

_PATIENCE = 30.0


class Interim:
    """Shows texts in a task of its own: a chat that makes them wait (flood control) does not hold up a paid stream.

    Used as a context, whose end waits until all is shown, but not for long. `unshown` counts the last texts that were
    not: they are told with the result.
    """

    def __init__(self, show: Callable[[str], Awaitable[None]], patience: float = _PATIENCE) -> None:
        """`show` delivers one text; `patience` is how many seconds the end waits."""
        self._show = show
        self._patience = patience
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue()
        self.unshown = 0

    async def __aenter__(self) -> Self:
        """Begin."""
        self._showing = asyncio.create_task(self._work())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace_: TracebackType | None
    ) -> None:
        """Wait until all is shown; where the work ended by an error, drop it."""
        try:
            if error is None:
                self._waiting.put_nowait(None)
                await asyncio.wait({self._showing}, timeout=self._patience)
        finally:
            await cancel_and_wait(self._showing)

    def say(self, text: str) -> None:
        """Show this behind what waits already. Returns at once."""
        self.unshown += 1
        self._waiting.put_nowait(text)

    async def _work(self) -> None:
        while (text := await self._waiting.get()) is not None:
            try:
                await self._show(text)
            except Exception as error:  # noqa: BLE001 a text that can't be shown now is told with the result
                log.warning("A text could not be shown: %s", trace(error))
                return
            self.unshown -= 1
