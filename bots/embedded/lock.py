"""Advisory locks on files (flock): they end with the process that holds them, however it ends."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_RETRY_SECONDS = 0.02


def open_lock(path: Path) -> int:
    """Open the lock file, made if need be, and return its descriptor; it is not passed on to child processes."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_exclusive(descriptor: int) -> bool:
    """Take the lock for this descriptor alone, if nobody holds it in any way. Returns whether that worked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Return whether any process holds the lock."""
    descriptor = open_lock(path)
    try:
        return not try_exclusive(descriptor)
    finally:
        os.close(descriptor)


@asynccontextmanager
async def exclusive(path: Path) -> AsyncIterator[None]:
    """Hold the lock alone while the block runs; waits for it without blocking the loop."""
    descriptor = open_lock(path)
    try:
        while not try_exclusive(descriptor):  # noqa: ASYNC110 - another process lets go, no event tells
            await asyncio.sleep(_RETRY_SECONDS)
        yield
    finally:
        os.close(descriptor)
