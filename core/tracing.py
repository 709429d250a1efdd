"""Errors for the log: their kind and place, without the words of strangers that their text may hold."""

from __future__ import annotations

import traceback
from pathlib import Path

from core.errors import BotError

_FRAMES = 8


def trace(error: BaseException) -> str:
    """Return what kind of error this is and where it came from; the text only of our own errors."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = (f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    detail = f" ({error.detail})" if isinstance(error, BotError) and error.detail else ""
    return f"{type(error).__name__}{detail} at {', '.join(places)}"
