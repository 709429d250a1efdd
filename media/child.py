"""The process that opens a stranger's file: forked by `media.fork_server` for one task."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from media.errors import Fault, NotMedia
from media.sandbox import Arguments, ProcessLimits

_LOOK_AT_SERVER = 0.5
"""Seconds between two looks at whether the fork server still runs."""

Task = Callable[[Arguments], Mapping[str, object]]


def load(task: str) -> Task:
    """Import what a task needs and return it."""
    if task == "probe":
        from media.probing import probe

        return lambda given: probe(Path(given["path"]))
    if task == "shrink":
        from media.shrinking import shrink

        return lambda given: shrink(Path(given["path"]), Path(given["to"]), given["largest"])
    if task == "convert":
        from media.converting import convert

        return lambda given: convert(Path(given["path"]), Path(given["to"]))
    if task == "listen":
        from media.listening import listen

        return lambda given: listen(Path(given["path"]))
    raise ValueError(task)


def isolate(server: int, limits: ProcessLimits) -> None:
    """Bind this process for good, and everything that it starts to its own end and to that of the `server` (a pid).

    The limit of time by the clock is the client's to keep.
    """
    os.setsid()
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    bounds = [
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_FSIZE, limits.written),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ]
    # macOS maps hundreds of gigabytes into every process and refuses a limit below that.
    if sys.platform != "darwin":
        bounds.append((resource.RLIMIT_AS, limits.memory))
    for what, most in bounds:
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def answer(task: Task, arguments: Arguments, connection: socket.socket) -> NoReturn:
    """Write an empty line, carry the task out, write its answer as JSON and end this process."""
    connection.sendall(b"\n")
    try:
        found = task(arguments)
    except NotMedia as error:
        found = {"fault": str(error.fault), "detail": error.detail}
    except MemoryError:
        found = {"fault": str(Fault.TOO_HEAVY), "detail": "memory"}
    connection.sendall(json.dumps(found).encode())
    os._exit(0)


def _end_with(server: int) -> None:
    """Kill this process and what it started when the server has died, for then nobody else does."""
    while os.getppid() == server:
        time.sleep(_LOOK_AT_SERVER)
    os.killpg(0, signal.SIGKILL)
