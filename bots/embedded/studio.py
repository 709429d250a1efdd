"""The embedded studio: `python -m bots studio`, at an address that is kept in the data directory."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import bots
from bots.embedded.shared import launch, log_of

_ANSWER_SECONDS = 2.0
_IDLE_EXIT_SECONDS = 10.0
"""Longer than the interval of looks at it, each of which is a request; so it stays while anybody uses it."""


class StudioHome:
    """A studio's folder in the data directory, where it writes down its address."""

    def __init__(self, data_dir: Path) -> None:
        """`data_dir` is the program's data directory."""
        self.folder = data_dir / "studio"
        self._address = self.folder / "address.json"

    @property
    def url(self) -> str | None:
        """Where the studio is or last was; None where there never was one."""
        try:
            return str(json.loads(self._address.read_text("utf-8"))["url"])
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def announce(self, url: str) -> None:
        """Write down where the studio is."""
        fresh = self._address.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({"url": url}), "utf-8")
        fresh.replace(self._address)


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
        """Return whether it answers HTTP at its address."""
        url = self.home.url
        return url is not None and await answers_http(url)

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, at its former port where that is free: its users keep the address that they know."""
        command = [sys.executable, "-m", "bots", "studio", "--port", str(_former_port(self.home.url))]
        code = str(Path(bots.__file__).parent.parent)
        search = os.pathsep.join(filter(None, [code, os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "STUDIO_IDLE_EXIT": str(_IDLE_EXIT_SECONDS), **self._environment}
        return launch(command, log_of(self), environment={**environment, "PYTHONPATH": search})

    async def dismiss(self) -> None:
        """Do nothing: without its users' requests it ends by itself once its work is done."""


async def answers_http(url: str) -> bool:
    """Return whether a server answers HTTP at this address, whatever it says."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(
                parts.hostname, parts.port or (443 if secure else 80), ssl=secure or None
            )
            try:
                writer.write(f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
                return (await reader.readline()).startswith(b"HTTP/")
            finally:
                writer.close()
    except (OSError, ValueError):
        return False


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
