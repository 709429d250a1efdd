"""One outbox for each destination: whose turn it is to speak to a chat, and when the chat must be left alone."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import IntEnum

from core.errors import StoreUnavailable
from core.sender import Sender
from core.store import Pauses

log = logging.getLogger(__name__)

_PROGRESS_SLACK = 0.75
"""Share of the pace that must have passed since any call to the same chat before progress is drawn there."""
_JITTER = 0.1
"""Share of a wait that is added at random, so that chats don't come back all at once."""
_LONG_PAUSE = 30.0
"""Seconds from which on a pause is kept for other processes, and for this one after a restart."""
_MOST_OUTBOXES = 10_000
"""Outboxes that are kept before those that are idle are forgotten."""


class Priority(IntEnum):
    """Who comes first in a chat."""

    RESULT = 0
    TEXT = 1
    PROGRESS = 2


class Outbox:
    """The turns of one destination: results come before texts, texts before progress, else first come, first served.

    A destination that must wait holds up no other one.
    """

    def __init__(self, sender: Sender, destination: str, pauses: Pauses) -> None:
        """`pauses` keeps the long ones of a destination that has a name."""
        self._sender = sender
        self._name = destination and f"{sender.platform} chat {destination}"
        self._pauses = pauses
        self._recalling = asyncio.Lock()
        self._recalled = not destination
        self._clock = time.monotonic
        self._queue: set[tuple[Priority, int]] = set()
        self._numbers = itertools.count()
        self._busy = False
        self._changed = asyncio.Event()
        self._last = -math.inf
        self._paused_until = -math.inf

    @property
    def idle(self) -> bool:
        """Whether nothing would be lost with this outbox."""
        return not (self._queue or self._busy or self._recalling.locked() or self.pause_left > 0)

    @property
    def pause_left(self) -> float:
        """Seconds for which the chat must be left alone."""
        return self._paused_until - self._clock()

    async def pause(self, seconds: float) -> None:
        """Leave the chat alone for so long, and a little longer."""
        seconds *= 1 + random.uniform(0, _JITTER)
        if seconds <= self.pause_left:
            return
        self._paused_until = self._clock() + seconds
        self._notify()
        if self._name and seconds >= _LONG_PAUSE:
            try:
                await self._pauses.pause(self._name, seconds)
            except StoreUnavailable as error:
                log.warning("Cannot keep for how long a chat is left alone: %s", error.detail)

    async def ready(self) -> None:
        """Wait until the chat need not be left alone."""
        await self._recall_pause()
        while (left := self.pause_left) > 0:  # noqa: ASYNC110 it is time that is waited for
            await asyncio.sleep(left)

    @asynccontextmanager
    async def turn(self, priority: Priority, address: str) -> AsyncIterator[None]:
        """Have the chat for oneself while the block runs, when it is this one's turn and the chat bears it."""
        await self._recall_pause()
        ticket = (priority, next(self._numbers))
        self._queue.add(ticket)
        try:
            while (wait := self._wait(ticket, address)) > 0:
                changed = self._changed
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if math.isinf(wait) else wait):
                        await changed.wait()
            self._busy = True
        finally:
            self._queue.remove(ticket)
            self._notify()
        try:
            yield
        finally:
            self._busy = False
            self._last = self._clock()
            self._notify()

    async def _recall_pause(self) -> None:
        async with self._recalling:
            if not self._recalled:
                with suppress(StoreUnavailable):
                    left = await self._pauses.remaining(self._name)
                    self._paused_until = max(self._paused_until, self._clock() + left)
                self._recalled = True

    def _wait(self, ticket: tuple[Priority, int], address: str) -> float:
        """Return for how many seconds a ticket has to wait at least; infinity: until something changes."""
        if self._busy or ticket != min(self._queue):
            return math.inf
        urgent = ticket[0] is not Priority.PROGRESS
        wait = max(self.pause_left, self._sender.delay(address, urgent=urgent))
        if not urgent:
            pace = self._sender.limits(address).pace * _PROGRESS_SLACK
            wait = max(wait, self._last + pace - self._clock())
        return wait

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


@dataclass
class Outboxes:
    """The outboxes of one platform, each made when its destination is first spoken to."""

    sender: Sender
    pauses: Pauses
    _open: dict[str, Outbox] = field(default_factory=dict)

    def of(self, address: str) -> Outbox:
        """Return the outbox of the destination that an address leads to."""
        destination = self.sender.destination(address)
        if (known := self._open.get(destination)) is not None:
            return known
        if len(self._open) >= _MOST_OUTBOXES:
            self._open = {name: outbox for name, outbox in self._open.items() if not outbox.idle}
        made = self._open[destination] = Outbox(self.sender, destination, self.pauses)
        return made
