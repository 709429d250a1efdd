"""Run one piece of work on a stranger's file in a process of its own, with limits; a crash or a bomb ends there.

The processes are forked by `media.fork_server`, which has imported the decoders already. One such server runs per
process that uses it; it is started at first use (or by `warm_up`), and again when it has died.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from media.errors import Fault, NotMedia

_ROOT = Path(__file__).resolve().parent.parent
_LARGEST_ANSWER = 64 * 1024
"""Bytes; a child that writes more has been taken over by its file."""

_END_WITHIN = 5
"""Seconds."""

_log = logging.getLogger(__name__)

Json = str | int | float | bool | None | dict[str, "Json"] | list["Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLimits:
    """What a child may use: bytes of address space, seconds of CPU and by the clock, bytes written to a file."""

    memory: int
    cpu: int
    wall: float
    written: int


class Arguments(TypedDict, total=False):
    """Of all tasks: the file to read, the file to write, and the bytes that this may have."""

    path: str
    to: str
    largest: int


async def run(task: str, arguments: Arguments, limits: ProcessLimits) -> dict[str, Json]:
    """Run a task of `media.child` and return its answer.

    The child sees none of this process's environment and files, and is killed with everything that it started when
    the limits are reached or the caller is cancelled; it is gone when this returns or raises. Raises `NotMedia`: with
    the task's own fault, `Fault.TOO_HEAVY` when a limit was reached or the decoder crashed, or `Fault.BUSY` when the
    machine was too slow. Raises OSError where no process can be started.
    """
    request = json.dumps({"task": task, "arguments": arguments, "limits": asdict(limits)}).encode() + b"\n"
    try:
        # A server that dies takes its children along, whatever their files are like: they get a second chance.
        done = await _work(request, limits.wall) or await _work(request, limits.wall)
    except TimeoutError as error:
        # What a decoder may use is counted by the processor; by the clock only the machine is slow.
        raise NotMedia(Fault.BUSY, f"{task}: longer than {limits.wall:g} s") from error
    if done is None:
        raise ConnectionError("the media fork server died twice")
    written, status = done
    try:
        answer = json.loads(written) if status == 0 else None
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise NotMedia(Fault.TOO_HEAVY, f"{task}: ended with {status}")
    if "fault" in answer:
        raise NotMedia(Fault(str(answer["fault"])), str(answer.get("detail", "")))
    return answer


async def _work(request: bytes, wall: float) -> tuple[bytes, int] | None:
    """Have a request carried out; None where the server died over it. Raises TimeoutError.

    Returns what the child wrote, and its exit status or the negative number of the signal that ended it.
    """
    reader, writer = await asyncio.open_unix_connection(sock=_SERVER.connect())
    try:
        writer.write(request)
        # The clock starts with the child, not with a server that is still importing.
        if not await reader.readline():
            return None
        async with asyncio.timeout(wall):
            await reader.readexactly(_LARGEST_ANSWER)
    except asyncio.IncompleteReadError as end:
        answer, _, status = end.partial.rstrip(b"\n").rpartition(b"\n")
        return (answer, int(status)) if status.removeprefix(b"-").isdigit() else None
    except ConnectionError:
        return None
    finally:
        # Upon this the server kills the child if it still runs; at the end it is gone.
        with contextlib.suppress(OSError):
            writer.write_eof()
            while await reader.read(_LARGEST_ANSWER):
                pass
        writer.close()
    return b"", 0  # too long for an answer


class _ForkServerProcess:
    """The fork server, started and spoken to. May be used from any thread and event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def warm_up(self) -> None:
        """Start the server in the background, so that the first file does not wait for it. Raises OSError."""
        with self._lock:
            self._running()

    def connect(self) -> socket.socket:
        """Return a connection to a child that is forked when it has read a request."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock, contextlib.ExitStack() as failed:
            failed.callback(ours.close)
            try:
                socket.send_fds(self._running(), [b"\n"], [theirs.fileno()])
            except ConnectionError:
                socket.send_fds(self._running(anew=True), [b"\n"], [theirs.fileno()])
            failed.pop_all()
        return ours

    def end(self) -> None:
        """End the server, and with it its children, where it runs."""
        with self._lock:
            if self._server is not None:
                process, control = self._server
                # At the end of its connection it kills its children and ends.
                control.close()
                try:
                    process.wait(_END_WITHIN)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                self._server = None

    def _running(self, *, anew: bool = False) -> socket.socket:
        """Return the way to the server, which is started where it does not run, or `anew`."""
        if self._server is not None:
            process, control = self._server
            if process.poll() is None and not anew:
                return control
            _log.warning("The media fork server died; starting another one")
            control.close()
            process.kill()
            process.wait()
        # The little that Python needs; tokens stay here. Two arenas keep the address space of threads small.
        environment = {"PYTHONPATH": str(_ROOT), "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
        for name in {"PATH", "LANG", "TMPDIR", "SYSTEMROOT"} & os.environ.keys():
            environment[name] = os.environ[name]
        control, far_end = socket.socketpair()
        with far_end:
            process = subprocess.Popen(  # noqa: S603 - fixed arguments
                [sys.executable, "-m", "media.fork_server", str(far_end.fileno())],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                cwd=_ROOT, env=environment, pass_fds=(far_end.fileno(),), start_new_session=True,
            )  # fmt: skip
        self._server = process, control
        return control


_SERVER = _ForkServerProcess()
warm_up = _SERVER.warm_up
atexit.register(_SERVER.end)
