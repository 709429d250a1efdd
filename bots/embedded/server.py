"""One server for all processes of a data directory: started by the first, revived when it dies, left by the last.

Three locks (flock) in the server's folder keep the peace; they end with the process that holds them, however it ends.
`start.lock` is held for the moment of starting or leaving; `users.lock` is held shared by every user; a third is held
by the server itself as long as it lives, so that two servers never work on the same data, even where one of them does
not answer.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import re
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bots.errors import Explained
from bots.private import UMASK, private_file, private_folder

log = logging.getLogger(__name__)
_POLL_SECONDS = 0.02
_ANSWER_SECONDS = 2.0

# A list of what is let through, since nobody can list every secret: where programs, homes, time zones, languages and
# temporary files are, how Python and the numeric libraries run.
_LET_THROUGH = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|LD_LIBRARY_PATH|DYLD_\w+|VIRTUAL_ENV"
    r"|SSL_CERT_(?:FILE|DIR)|PYTHON\w+|(?:OMP|OPENBLAS|MKL|NUMEXPR)_\w+"
)


def open_lock(path: Path) -> int:
    """Open the lock file, made if need be, and return its descriptor; it is not passed on to child processes."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_exclusive(descriptor: int) -> bool:
    """Take the lock for this descriptor alone, if nobody holds it in any way. Returns whether that worked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Return whether any process holds the lock."""
    descriptor = open_lock(path)
    try:
        return not try_exclusive(descriptor)
    finally:
        os.close(descriptor)


@asynccontextmanager
async def exclusive(path: Path) -> AsyncIterator[None]:
    """Hold the lock alone while the block runs; waits for it without blocking the loop."""
    descriptor = open_lock(path)
    try:
        while not try_exclusive(descriptor):  # noqa: ASYNC110 - another process lets go, no event tells
            await asyncio.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


async def asked(
    connecting: Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]], request: bytes, end: bytes
) -> bytes | None:
    """Return what a server answers to a request, up to this end; None where nothing does."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await connecting
            try:
                writer.write(request)
                return await reader.readuntil(end)
            finally:
                writer.close()
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None


class EmbeddedError(Explained):
    """An embedded server did not start or does not answer; its log says why."""

    def __init__(self, server: Server) -> None:
        super().__init__("console.part_down", name=server.name, log=str(server.log))


class Server(ABC):
    """A server that can be shared. All its files lie in `folder`."""

    name: str
    #: Name of the file that it holds locked while it lives.
    lock: str
    #: Seconds that it may take to answer after its start.
    patience: float
    #: Seconds between two looks whether it still answers.
    watch_every: float

    def __init__(self, data_dir: Path) -> None:
        """`data_dir` is the program's data directory, an absolute path."""
        self.folder = data_dir / self.name
        self.log = self.folder / f"{self.name}.log"

    @abstractmethod
    async def answers(self) -> bool:
        """Return whether it serves requests now."""

    @abstractmethod
    def start(self) -> subprocess.Popen[bytes]:
        """Start it detached; it holds its lock from soon after the start to its end."""

    @abstractmethod
    async def dismiss(self) -> None:
        """Tell it that the last user is leaving."""

    def lives(self) -> bool:
        """Return whether a process holds its lock."""
        return is_held(self.folder / self.lock)

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Use it while the block runs. Raises `EmbeddedError` where it can't be brought up."""
        private_folder(self.folder)
        users = open_lock(self.folder / "users.lock")
        try:
            async with exclusive(self.folder / "start.lock"):
                fcntl.flock(users, fcntl.LOCK_SH)
                await self._bring_up()
            watch = asyncio.create_task(self._watch())
            try:
                yield
            finally:
                watch.cancel()
                with suppress(asyncio.CancelledError):
                    await watch
                async with exclusive(self.folder / "start.lock"):
                    if try_exclusive(users):
                        await self.dismiss()
        finally:
            os.close(users)

    def close_to_users(self) -> bool:
        """For the server itself: return whether nobody uses it; then nobody does until its process has ended.

        Whoever comes in the meantime waits at `start.lock`, which is kept, and finds no server that is about to leave.
        """
        start = open_lock(self.folder / "start.lock")
        if try_exclusive(start) and not is_held(self.folder / "users.lock"):
            return True
        os.close(start)
        return False

    def _launch(
        self, command: Sequence[str], environment: Mapping[str, str], keep: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a process in a session of its own, so that a Ctrl-C here does not reach it; `keep` are inherited files.

        It works in its folder, where no `.env` with tokens is read, and what it makes is private.
        """
        with private_file(self.log).open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command lines only
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**inherited(), **environment},
                pass_fds=keep,
                cwd=self.folder,
                umask=UMASK,
                start_new_session=True,
            )
        threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()
        return process

    async def _bring_up(self) -> None:
        """Wait until it answers and start it if it does not live; `start.lock` must be held."""
        deadline = time.monotonic() + self.patience
        process: subprocess.Popen[bytes] | None = None
        while not await self.answers():
            if process is None and not self.lives():
                process = self.start()
                log.info("Started %s, process %d", self.name, process.pid)
            if time.monotonic() > deadline or (process is not None and process.poll() is not None):
                raise EmbeddedError(self)
            await asyncio.sleep(_POLL_SECONDS)

    async def _watch(self) -> None:
        """Revive it whenever it stops answering."""
        while True:
            await asyncio.sleep(self.watch_every)
            if await self.answers():
                continue
            log.warning("Part does not answer: %s", self.name)
            try:
                async with exclusive(self.folder / "start.lock"):
                    await self._bring_up()
            except EmbeddedError:
                log.error("Cannot start a part again: %s; its log is %s", self.name, self.log)  # noqa: TRY400
            else:
                log.info("Part answers again: %s", self.name)


def inherited() -> dict[str, str]:
    """Return the part of the environment that a server of ours inherits: never the tokens."""
    return {name: value for name, value in os.environ.items() if _LET_THROUGH.fullmatch(name)}
