"""Work that must come to its end: in a process of its own, since nothing else ends a runaway regular expression."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds: hundreds of times what linear work takes; work that grows with the square of its input takes longer."""


def comes_to_an_end(work: Callable[..., object], *arguments: object) -> bool:
    """Return whether `work(*arguments)` returns in time."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode == 0
