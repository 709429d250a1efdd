"""Run one piece of work on a stranger's file in a process of its own, with limits; a crash or a bomb ends there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from media.errors import Fault, NotMedia

_ROOT = Path(__file__).resolve().parent.parent
_ANSWER = 64 * 1024
"""Bytes of answer that are read."""

Json = str | int | float | bool | None | dict[str, "Json"] | list["Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the process may use: bytes of address space, seconds of CPU and by the clock, bytes written to a file."""

    memory: int
    cpu: int
    wall: float
    written: int


async def run(task: str, arguments: dict[str, Json], limits: Limits) -> dict[str, Json]:
    """Run a task of `media.worker` and return its answer.

    The process sees none of this one's environment, and dies with everything that it started when the limits are
    reached or the caller is cancelled. Raises `NotMedia`: with the task's own fault, or `Fault.TOO_HEAVY` when a
    limit was reached or the decoder crashed.
    """
    order = json.dumps({"task": task, "arguments": arguments, "memory": limits.memory, "cpu": limits.cpu,
                        "written": limits.written}).encode()  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "media.worker",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT, env=_environment(), start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(limits.wall):
            answer = await _talk(process, order)
    except TimeoutError as error:
        raise NotMedia(Fault.TOO_HEAVY, f"{task}: longer than {limits.wall:g} s") from error
    finally:
        await _end(process)
    if answer is None:
        raise NotMedia(Fault.TOO_HEAVY, f"{task}: ended with {process.returncode}")
    if "fault" in answer:
        raise NotMedia(Fault(str(answer["fault"])), str(answer.get("detail", "")))
    return answer


def _environment() -> dict[str, str]:
    """Return the little that Python needs; tokens stay here. Two arenas keep the address space of threads small."""
    environment = {"PYTHONPATH": str(_ROOT), "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
    environment.update(
        {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    )
    return environment


async def _talk(process: asyncio.subprocess.Process, order: bytes) -> dict[str, Json] | None:
    """Return the process's answer, or None where it ended without one."""
    if process.stdin is None or process.stdout is None:
        return None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(order)
        await process.stdin.drain()
    process.stdin.close()
    raw = await process.stdout.read(_ANSWER)
    await process.wait()
    if process.returncode != 0:
        return None
    try:
        answer = json.loads(raw)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the process and its children, if they still run, and wait until they are gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
