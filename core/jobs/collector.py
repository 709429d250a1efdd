"""Garbage collection at a time when it holds up nobody.

A full collection looks at every object there is: with a thousand open streams it stops the event loop for a third of a
second. So the worker makes it itself, while it has nothing to do; what is young goes on being collected as always.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_RARELY = 10_000
"""Collections of the middle generation before a full one comes all the same: a worker that never rests needs it."""


class Collector:
    """Makes full collections when it is told that there is time, if anything was done since the last one."""

    def __init__(self) -> None:
        """Nothing was done yet."""
        self._worked = False

    @contextmanager
    def waiting_for_time(self) -> Iterator[None]:
        """Leave full collections to `rest` while the block runs."""
        young, middle, old = gc.get_threshold()
        gc.set_threshold(young, middle, _RARELY)
        try:
            yield
        finally:
            gc.set_threshold(young, middle, old)

    def worked(self) -> None:
        """Note that something was done."""
        self._worked = True

    def rest(self) -> None:
        """Collect now, if there is anything to collect."""
        if self._worked:
            self._worked = False
            gc.collect()
