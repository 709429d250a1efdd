"""From the start of an adapter to its end: attempts to connect, tasks under way, and the signals that end it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
_TAKEN_IN = 2.0
"""Seconds in which what is at hand becomes jobs when the process ends."""
ENDING = (signal.SIGTERM, signal.SIGHUP)
"""The process is asked to end, or its terminal is closed."""


class Link:
    """Whether a platform is connected now."""

    def __init__(self) -> None:
        self.up = False


async def attempts(stop: asyncio.Event, wait: float = FIRST_WAIT) -> AsyncIterator[None]:
    """Yield again and again, with doubling waits (seconds) in between, until `stop` is set."""
    while not stop.is_set():
        yield
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            wait = min(wait * 2, LONGEST_WAIT)


class Tasks:
    """What the handlers of one adapter started, so that they return at once; somebody has to keep hold of it."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[object]] = set()
        self._in_hand: set[asyncio.Task[object]] = set()

    def start(self, work: Coroutine[object, object, object], name: str) -> asyncio.Task[object]:
        """Run `work`; what it raises is logged under `name`."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def take_in(self, work: Coroutine[object, object, object], name: str) -> None:
        """Run `work`, which takes in what a person said: it would be lost with this process until that is done."""
        task = self.start(work, name)
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def taken_in(self, within: float) -> None:
        """Wait until nothing that was said would be lost, at most `within` seconds."""
        if self._in_hand:
            await asyncio.wait(set(self._in_hand), timeout=within)
            # What takes longer, such as an answer of a slow service, is not waited for again.
            self._in_hand.clear()

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("Task failed: %s", task.get_name(), exc_info=error)

    async def close(self, within: float) -> None:
        """Let what is at hand become jobs, then cancel what still runs and wait for its end, at most `within` seconds.

        The journal keeps the jobs.
        """
        await self.taken_in(_TAKEN_IN)
        running = set(self._running)
        for task in running:
            task.cancel()
        if running:
            _, stuck = await asyncio.wait(running, timeout=within)
            for task in stuck:
                log.warning("Task did not stop within %g s: %s", within, task.get_name())


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
