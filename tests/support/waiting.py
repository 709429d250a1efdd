"""Waiting for a condition: tests wait for what they mean, and give up long after any machine would have done it."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

PATIENCE = 120.0
"""Seconds after which nothing comes any more, on a busy machine either."""

Found = TypeVar("Found")


async def until(condition: Callable[[], Found | Awaitable[Found]], *, every: float = 0.02) -> Found:
    """Wait until a condition, which may have to be awaited, holds; return what it gave."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = condition()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(every)


def wait_until(condition: Callable[[], Found], *, every: float = 0.02) -> Found:
    """Wait until a condition holds, where nothing else has to run meanwhile; return what it gave."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing came of it within {PATIENCE:.0f} s")
        time.sleep(every)
    return found


async def until_gone(find: Callable[[], Awaitable[object]]) -> None:
    """Wait until there is nothing to be found any more."""
    async with asyncio.timeout(PATIENCE):
        while await find():  # noqa: ASYNC110 no event tells
            await asyncio.sleep(0.02)
