"""The embedded studio: `python -m bots studio`, at an address that is kept in the data directory."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from urllib.parse import urlsplit

import bots
from bots.embedded.server import Server, asked
from bots.private import write_private

_IDENTITY = "X-Studio-Identity"
_IDLE_EXIT_SECONDS = 10.0
"""Longer than the interval of looks at it, each of which is a request; so it stays while anybody uses it."""


class EmbeddedStudio(Server):
    """A studio that the program's processes share; it ends by itself when its last user is gone and its work done."""

    name = "studio"
    lock = "studio.lock"
    patience = 60.0
    watch_every = 1.0

    def __init__(self, data_dir: Path, environment: Mapping[str, str]) -> None:
        """`environment` holds the settings that the studio is started with."""
        super().__init__(data_dir)
        self._environment = environment
        self._address = self.folder / "address.json"

    def announce(self, url: str, identity: str) -> None:
        """Write down where the studio is, and the word by which it can be told from any other server there."""
        write_private(self._address, json.dumps({"url": url, "identity": identity}))

    @property
    def url(self) -> str | None:
        """Where it is or last was; None where there never was one."""
        return self._announced()[0]

    def _announced(self) -> tuple[str, str] | tuple[None, None]:
        try:
            kept = json.loads(self._address.read_text("utf-8"))
            return str(kept["url"]), str(kept["identity"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None, None

    async def answers(self) -> bool:
        """Return whether the studio of this folder answers at its address, and not some other server there.

        People's tokens are sent there, so two things must hold: the answer tells the identity that the studio has
        written down, and a process holds the studio's lock.
        """
        url, identity = self._announced()
        head = await head_of(url) if url else None
        # The lock is looked at last: while a studio starts, a look might get in its way.
        return head is not None and head[_IDENTITY] == identity and self.lives()

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, at its former port where that is free: its users keep the address that they know."""
        code = str(Path(bots.__file__).parent.parent)
        # Absolute, since it works in a folder of its own.
        others = [str(Path(path).absolute()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        environment = {
            "STUDIO_IDLE_EXIT": str(_IDLE_EXIT_SECONDS),
            **self._environment,
            # Whoever starts it has fetched them already; a download would take longer than the start is waited for.
            "STUDIO_FETCH_ASSETS": "false",
            # Its folder holds what people made: no module is looked for there, by its fork server neither.
            "PYTHONPATH": os.pathsep.join([code, *others]),
            "PYTHONSAFEPATH": "1",
        }
        return self._launch([sys.executable, "-m", "bots", "studio", "--port", str(self._former_port())], environment)

    async def dismiss(self) -> None:
        """Do nothing: without its users' requests it ends by itself once its work is done."""

    def _former_port(self) -> int:
        """Return the port that it had if nobody has taken it since, else 0 for any."""
        port = urlsplit(self.url or "").port or 0
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            return 0
        return port


async def head_of(url: str) -> Message | None:
    """Return the headers with which the server at this address answers; None where it speaks no HTTP."""
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        request = f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode()
    except ValueError:
        return None
    head = await asked(asyncio.open_connection(parts.hostname, port, ssl=secure or None), request, b"\r\n\r\n")
    status, _, headers = (head or b"").partition(b"\r\n")
    return BytesHeaderParser().parsebytes(headers) if status.startswith(b"HTTP/") else None
