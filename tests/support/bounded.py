"""Work that must come to its end: in a process of its own, since nothing else ends a runaway regular expression."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable

from tests.support.waiting import PATIENCE


def comes_to_an_end(work: Callable[..., object], *arguments: object) -> bool:
    """Return whether `work(*arguments)` returns in time: linear work takes a hundredth of it, square work longer."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode == 0
