"""A circuit breaker around the service: while it fails, people are told at once instead of after minutes.

Closed: requests go out. Open, for a while after several failures in a row: none do. Half-open: one is let through
now and then, and closes the breaker when it goes well. Its state is in Redis, so that all workers share it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from core.store import Pauses

log = logging.getLogger(__name__)

#: Requests in a row, in one process, that got no answer or a 5xx.
MOST_FAILURES = 5
#: Seconds for which a service counts as down after it last failed.
PAUSE = 300.0

_SERVERS_FAULT = 500


@dataclass(slots=True)
class Breaker:
    """The breaker of one service, by its name among those of this bot, as this process sees it."""

    _pauses: Pauses
    _service: str
    _failures: int = field(default=0, init=False)
    _news: bool = field(default=False, init=False)
    #: The service was down when this process looked last.
    _down: bool = field(default=False, init=False)

    async def lets_through(self) -> bool:
        """Return whether a request may begin now. Raises `StoreUnavailable`."""
        return not await self.is_open() or await self._pauses.may_try(self._service)

    async def is_open(self) -> bool:
        """Return whether the service is thought to be down. Raises `StoreUnavailable`."""
        self._down = await self._pauses.remaining(self._service) > 0
        return self._down

    def answered(self, status: int | None) -> None:
        """Note that the service answered with this status (None: in another way)."""
        self.saw(well=(status or 0) < _SERVERS_FAULT)

    def saw(self, *, well: bool) -> None:
        """Note how a request to the service went: `well` where it gave any answer but a 5xx."""
        self._failures = 0 if well else self._failures + 1
        self._news = True

    async def settle(self) -> None:
        """Tell all others what this process found since it told them last; nothing where all is well as before.

        Raises `StoreUnavailable`.
        """
        if not self._news:
            # A job that asked nothing, as one that was held back, knows no better than those who did.
            return
        self._news = False
        if self._failures >= MOST_FAILURES:
            if not self._down:
                log.error("Service down: requests are held back for a while")
            await self._pauses.pause(self._service, PAUSE)
            self._down = True
        elif self._failures == 0 and self._down:
            log.info("Service up again")
            await self._pauses.resume(self._service)
            self._down = False
