"""One server for all processes of a data directory: started by the first, revived when it dies, left by the last.

Three locks in the server's folder keep the peace. `start.lock` is held for the moment of starting or leaving;
`users.lock` is held shared by every user; a third is held by the server itself as long as it lives, so that two
servers never work on the same data, even where one of them does not answer.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

from bots.embedded.lock import exclusive, hold_shared, is_held, open_lock, try_exclusive
from bots.private import UMASK, private_file, private_folder

log = logging.getLogger(__name__)
_POLL_SECONDS = 0.02

# A list of what is let through, since nobody can list every secret: where programs, homes, time zones, languages and
# temporary files are, how Python and the numeric libraries run.
_LET_THROUGH = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|LD_LIBRARY_PATH|DYLD_\w+|VIRTUAL_ENV"
    r"|SSL_CERT_(?:FILE|DIR)|PYTHON\w+|(?:OMP|OPENBLAS|MKL|NUMEXPR)_\w+"
)


class EmbeddedError(Exception):
    """An embedded server did not start or does not answer; `log` is where it says why."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        super().__init__(f"{name} does not answer; its log is {log}")


class Server(Protocol):
    """A server that can be shared. All files lie in `folder`."""

    name: str
    folder: Path
    lock: str
    """Name of the file that it holds locked while it lives."""
    patience: float
    """Seconds that it may take to answer after its start."""
    watch_every: float
    """Seconds between two looks whether it still answers."""

    async def answers(self) -> bool:
        """Return whether it serves requests now."""
        ...

    def start(self) -> subprocess.Popen[bytes]:
        """Start it detached; it holds its lock from soon after the start to its end."""
        ...

    async def dismiss(self) -> None:
        """Tell it that the last user is leaving."""
        ...


def log_of(server: Server) -> Path:
    """Return the server's log file."""
    return server.folder / f"{server.name}.log"


@asynccontextmanager
async def shared(server: Server) -> AsyncIterator[None]:
    """Use the server while the block runs. Raises `EmbeddedError` where it can't be brought up."""
    private_folder(server.folder)
    users = open_lock(server.folder / "users.lock")
    try:
        async with exclusive(server.folder / "start.lock"):
            hold_shared(users)
            await _bring_up(server)
        watch = asyncio.create_task(_watch(server))
        try:
            yield
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            async with exclusive(server.folder / "start.lock"):
                if try_exclusive(users):
                    await server.dismiss()
    finally:
        os.close(users)


def close_to_users(folder: Path) -> bool:
    """For the server in this folder: return whether nobody uses it; then nobody does until its process has ended.

    Whoever comes in the meantime waits at `start.lock`, which is kept, and finds no server that is about to leave.
    """
    start = open_lock(folder / "start.lock")
    if try_exclusive(start) and not is_held(folder / "users.lock"):
        return True
    os.close(start)
    return False


def inherited(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the part of the environment that a server of ours inherits: never the tokens."""
    return {name: value for name, value in environment.items() if _LET_THROUGH.fullmatch(name)}


def launch(
    command: Sequence[str], log: Path, *, environment: Mapping[str, str], keep: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that a Ctrl-C here does not reach it; `keep` are inherited files.

    It works in the folder of its log, where no `.env` with tokens is read, and what it makes is private.
    """
    with private_file(log).open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command lines only
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            pass_fds=keep,
            cwd=log.parent,
            umask=UMASK,
            start_new_session=True,
        )
    threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()
    return process


async def _bring_up(server: Server) -> None:
    """Wait until the server answers and start it if none lives; `start.lock` must be held."""
    deadline = time.monotonic() + server.patience
    process: subprocess.Popen[bytes] | None = None
    while not await server.answers():
        if process is None and not is_held(server.folder / server.lock):
            process = server.start()
            log.info("Started %s, process %d", server.name, process.pid)
        if time.monotonic() > deadline or (process is not None and process.poll() is not None):
            raise EmbeddedError(server.name, log_of(server))
        await asyncio.sleep(_POLL_SECONDS)


async def _watch(server: Server) -> None:
    """Revive the server whenever it stops answering."""
    while True:
        await asyncio.sleep(server.watch_every)
        if await server.answers():
            continue
        log.warning("Part does not answer: %s", server.name)
        try:
            async with exclusive(server.folder / "start.lock"):
                await _bring_up(server)
        except EmbeddedError as error:
            log.error("Cannot start a part again: %s", error)  # noqa: TRY400
        else:
            log.info("Part answers again: %s", server.name)
