"""Connecting in spite of a network that is not there yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0


class Link:
    """Whether a platform is connected now."""

    def __init__(self) -> None:
        self.up = False


async def attempts(stop: asyncio.Event, first_wait: float = FIRST_WAIT) -> AsyncIterator[int]:
    """Yield 1, 2, 3, … with doubling waits (seconds) in between, until `stop` is set."""
    wait = first_wait
    attempt = 0
    while not stop.is_set():
        attempt += 1
        yield attempt
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            wait = min(wait * 2, LONGEST_WAIT)
