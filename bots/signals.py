"""Signals in the event loop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""The process is asked to end, or its terminal is closed."""


@contextmanager
def on_signals(numbers: Iterable[signal.Signals], act: Callable[[], object]) -> Iterator[None]:
    """Call `act` for each of these signals while the block runs."""
    loop = asyncio.get_running_loop()
    for number in numbers:
        loop.add_signal_handler(number, act)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
