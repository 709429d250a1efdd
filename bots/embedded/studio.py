"""The embedded studio: `python -m bots studio`, at an address that is kept in the data directory."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from urllib.parse import urlsplit

import bots
from bots.embedded.lock import is_held
from bots.embedded.shared import inherited, launch, log_of
from bots.private import write_private

_IDENTITY = "X-Studio-Identity"
_ANSWER_SECONDS = 2.0
_IDLE_EXIT_SECONDS = 10.0
"""Longer than the interval of looks at it, each of which is a request; so it stays while anybody uses it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a studio is, and the word by which it can be told from any other server there."""

    url: str
    identity: str


class StudioHome:
    """A studio's folder in the data directory, where it writes down its address."""

    def __init__(self, data_dir: Path) -> None:
        """`data_dir` is the program's data directory."""
        self.folder = data_dir / "studio"
        self._address = self.folder / "address.json"

    @property
    def address(self) -> Address | None:
        """Where the studio is or last was; None where there never was one."""
        try:
            kept = json.loads(self._address.read_text("utf-8"))
            return Address(str(kept["url"]), str(kept["identity"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    @property
    def url(self) -> str | None:
        """The URL of `address`."""
        return self.address.url if self.address else None

    def announce(self, address: Address) -> None:
        """Write down where the studio is."""
        write_private(self._address, json.dumps(asdict(address)))


class EmbeddedStudio:
    """A studio that the program's processes share; it ends by itself when its last user is gone and its work done."""

    name = "studio"
    lock = "studio.lock"
    patience = 60.0
    watch_every = 1.0

    def __init__(self, data_dir: Path, environment: dict[str, str]) -> None:
        """`environment` holds the settings that the studio is started with."""
        self.home = StudioHome(data_dir)
        self.folder = self.home.folder
        self._environment = environment

    @property
    def url(self) -> str:
        """Where it is. Only valid while it is used."""
        url = self.home.url
        if url is None:
            raise FileNotFoundError(self.folder)
        return url

    async def answers(self) -> bool:
        """Return whether the studio of this folder answers at its address, and not some other server there.

        People's tokens are sent there, so two things must hold: the answer tells the identity that the studio has
        written down, and a process holds the studio's lock.
        """
        address = self.home.address
        if address is None or await _identity_at(address.url) != address.identity:
            return False
        # Looked at last: while a studio starts, a look at its lock might get in its way.
        return is_held(self.folder / self.lock)

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, at its former port where that is free: its users keep the address that they know."""
        command = [sys.executable, "-m", "bots", "studio", "--port", str(_former_port(self.home.url))]
        code = str(Path(bots.__file__).parent.parent)
        # Absolute, since it works in a folder of its own.
        others = [str(Path(path).absolute()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        search = os.pathsep.join([code, *others])
        # Its folder holds what people made: no module is looked for there, by its fork server neither.
        python = {"PYTHONPATH": search, "PYTHONSAFEPATH": "1"}
        # Whoever starts it has fetched them already; a download would take longer than the start is waited for.
        usual = {"STUDIO_IDLE_EXIT": str(_IDLE_EXIT_SECONDS)}
        fixed = {"STUDIO_FETCH_ASSETS": "false", **python}
        environment = {**inherited(), **usual, **self._environment, **fixed}
        return launch(command, log_of(self), environment=environment)

    async def dismiss(self) -> None:
        """Do nothing: without its users' requests it ends by itself once its work is done."""


async def answers_http(url: str) -> bool:
    """Return whether a server answers HTTP at this address, whatever it says."""
    return await _head_at(url) is not None


async def _identity_at(url: str) -> str | None:
    """Return the identity that the server at this address tells, None where nothing or nobody answers."""
    head = await _head_at(url)
    return head[_IDENTITY] if head and _IDENTITY in head else None


async def _head_at(url: str) -> Message | None:
    """Return the headers with which the server at this address answers; None where it speaks no HTTP."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(
                parts.hostname, parts.port or (443 if secure else 80), ssl=secure or None
            )
            try:
                writer.write(f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
                head = await reader.readuntil(b"\r\n\r\n")
            finally:
                writer.close()
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    status, _, headers = head.partition(b"\r\n")
    return BytesHeaderParser().parsebytes(headers) if status.startswith(b"HTTP/") else None


def _former_port(url: str | None) -> int:
    """Return the port of a former address if nobody has taken it since, else 0 for any."""
    port = urlsplit(url).port if url else None
    if port is None:
        return 0
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port
