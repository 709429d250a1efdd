"""For the log: which job a line belongs to, and errors without the words of strangers that their text may hold."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from core.errors import BotError

log = logging.getLogger(__name__)

_FRAMES = 8
_job: ContextVar[str | None] = ContextVar("job", default=None)


@contextmanager
def about(job_id: str) -> Iterator[None]:
    """Let what is logged within the block, and in tasks begun there, belong to a job."""
    token = _job.set(job_id)
    try:
        yield
    finally:
        _job.reset(token)


def current_job() -> str | None:
    """Return the id of the job that is worked on or shown here."""
    return _job.get()


def tell_end(task: asyncio.Task[None]) -> None:
    """Say in the log that a task which should go on for ever has ended by an error; to be called at its end."""
    if not task.cancelled() and (error := task.exception()):
        log.critical("Background task ended, %s: %s", task.get_name(), trace(error))


def trace(error: BaseException) -> str:
    """Return what kind of error this is and where it came from; the text only of our own errors."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = (f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    detail = f" ({error.detail})" if isinstance(error, BotError) and error.detail else ""
    return f"{type(error).__name__}{detail} at {', '.join(places)}"
