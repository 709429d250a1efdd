"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from typing import TypeVar

T = TypeVar("T")

AGAIN_AFTER = 3.0
"""Seconds until a task that was cancelled counts as one that did not hear of it."""


async def cancel_and_wait(task: asyncio.Task[T]) -> None:
    """Cancel a task until it is over, whatever it ends with.

    Once may be too little: redis-py sends each command within `asyncio.wait_for`, which before Python 3.12 swallows a
    cancellation that comes in the moment in which it ends (python/cpython #86296).
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=AGAIN_AFTER)
    if not task.cancelled():
        # Looked at, so that asyncio does not complain that nobody did.
        task.exception()
