"""Ids of renders."""

from __future__ import annotations

import secrets
from collections.abc import Callable


def new_render_id(clock: Callable[[], float]) -> str:
    """Return `render_<ts>` with the time in ms (`clock` in seconds) and what makes two of one moment differ."""
    return f"render_{int(clock() * 1000)}{secrets.randbelow(10**6):06d}"
