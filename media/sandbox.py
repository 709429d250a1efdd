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


def warm_up() -> None:
    """Start the fork server in the background, so that the first file does not wait for it. Raises OSError."""
    _SERVER.warm_up()


async def run(task: str, arguments: Arguments, limits: ProcessLimits) -> dict[str, Json]:
    """Run a task of `media.child` and return its answer.

    The child sees none of this process's environment and files, and is killed with everything that it started when
    the limits are reached or the caller is cancelled; it is gone when this returns or raises. Raises `NotMedia`: with
    the task's own fault, or `Fault.TOO_HEAVY` when a limit was reached or the decoder crashed. Raises OSError where
    no process can be started.
    """
    request = json.dumps({"task": task, "arguments": arguments, "limits": asdict(limits)}).encode() + b"\n"
    try:
        # A server that dies takes its children along, whatever their files are like: they get a second chance.
        result = await _work(request, limits.wall) or await _work(request, limits.wall)
    except TimeoutError as error:
        raise NotMedia(Fault.TOO_HEAVY, f"{task}: longer than {limits.wall:g} s") from error
    if result is None:
        raise ConnectionError("the media fork server died twice")
    answer = _parsed(result.answer) if result.status == 0 else None
    if answer is None:
        raise NotMedia(Fault.TOO_HEAVY, f"{task}: ended with {result.status}")
    if "fault" in answer:
        raise NotMedia(Fault(str(answer["fault"])), str(answer.get("detail", "")))
    return answer


@dataclass(frozen=True, slots=True)
class _Result:
    """What a child wrote, and how it ended: its exit status, or the negative number of a signal."""

    answer: bytes
    status: int


async def _work(request: bytes, wall: float) -> _Result | None:
    """Have a request carried out; None where the server died over it. Raises TimeoutError."""
    reader, writer = await asyncio.open_unix_connection(sock=_SERVER.connect())
    try:
        writer.write(request)
        # The clock starts with the child, not with a server that is still importing.
        if not await reader.readline():
            return None
        async with asyncio.timeout(wall):
            written = await _read_all(reader)
    except ConnectionError:
        return None
    finally:
        await _end(reader, writer)
    if len(written) == _LARGEST_ANSWER:
        return _Result(b"", 0)
    answer, _, status = written.rstrip(b"\n").rpartition(b"\n")
    return _Result(answer, int(status)) if status.removeprefix(b"-").isdigit() else None


async def _read_all(reader: asyncio.StreamReader) -> bytes:
    """Return everything until the end, which comes when the child is gone; at most what an answer may have."""
    try:
        return await reader.readexactly(_LARGEST_ANSWER)
    except asyncio.IncompleteReadError as error:
        return error.partial


async def _end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up, upon which the server kills the child if it still runs; wait until it is gone."""
    with contextlib.suppress(OSError):
        writer.write_eof()
        while await reader.read(_LARGEST_ANSWER):
            pass
    writer.close()


def _parsed(answer: bytes) -> dict[str, Json] | None:
    try:
        parsed = json.loads(answer)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


class _ForkServerProcess:
    """The fork server, started and spoken to. May be used from any thread and event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def warm_up(self) -> None:
        """Start the server where it does not run."""
        with self._lock:
            self._running()

    def connect(self) -> socket.socket:
        """Return a connection to a child that is forked when it has read a request."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                self._pass(theirs)
            except OSError:
                ours.close()
                raise
        return ours

    def end(self) -> None:
        """End the server, and with it its children, where it runs."""
        with self._lock:
            if self._process is not None and self._control is not None:
                # At the end of its connection it kills its children and ends.
                self._control.close()
                try:
                    self._process.wait(_END_WITHIN)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
                self._process = self._control = None

    def _pass(self, connection: socket.socket) -> None:
        try:
            socket.send_fds(self._running(), [b"\n"], [connection.fileno()])
        except ConnectionError:
            socket.send_fds(self._start(), [b"\n"], [connection.fileno()])

    def _running(self) -> socket.socket:
        if self._process is None or self._control is None or self._process.poll() is not None:
            return self._start()
        return self._control

    def _start(self) -> socket.socket:
        if self._process is not None and self._control is not None:
            _log.warning("The media fork server died; starting another one")
            self._control.close()
            self._process.kill()
            self._process.wait()
        self._control, far_end = socket.socketpair()
        with far_end:
            self._process = subprocess.Popen(  # noqa: S603 - fixed arguments
                [sys.executable, "-m", "media.fork_server", str(far_end.fileno())],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                cwd=_ROOT, env=_environment(), pass_fds=(far_end.fileno(),), start_new_session=True,
            )  # fmt: skip
        return self._control


_SERVER = _ForkServerProcess()
atexit.register(_SERVER.end)


def _environment() -> dict[str, str]:
    """Return the little that Python needs; tokens stay here. Two arenas keep the address space of threads small."""
    environment = {"PYTHONPATH": str(_ROOT), "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
    environment.update(
        {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    )
    return environment
