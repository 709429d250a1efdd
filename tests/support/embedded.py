"""A process that uses the embedded Valkey of a data directory: `python -m tests.support.embedded DATA_DIR`.

It prints the server's process id and the counter that it has raised, then stays until its input ends.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import redis

from bots.embedded import EmbeddedValkey
from tests.support.program import ROOT
from tests.support.waiting import PATIENCE


class ValkeyUser:
    """Such a process, seen from a test."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-m", "tests.support.embedded", str(data_dir)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def served(self) -> tuple[int, int]:
        """Wait until it is served; return the server's process id and the counter."""
        assert self.process.stdout
        server, count = self.process.stdout.readline().split()
        return int(server), int(count)

    def leave(self) -> int:
        """Let it end cleanly and return its exit status."""
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode

    def kill(self) -> None:
        """Kill it without a chance to clean up."""
        self.process.kill()
        self.process.communicate()


async def _use(data_dir: Path) -> None:
    valkey = EmbeddedValkey(data_dir)
    async with valkey.shared():
        with redis.Redis.from_url(valkey.url) as client:
            sys.stdout.write(f"{client.info()['process_id']} {client.incr('users')}\n")
            sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_use(Path(sys.argv[1])))
