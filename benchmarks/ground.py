"""What measurements stand on: a Valkey, a wire that counts, a screen that keeps the time, workers as processes."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import psutil

from bots.embedded.valkey import EmbeddedValkey
from core.messages import Progress, Shown


@dataclass(frozen=True, slots=True)
class Valkey:
    """A running Valkey: its address for clients, its socket, its process."""

    url: str
    socket: Path
    process: psutil.Process


@asynccontextmanager
async def running_valkey() -> AsyncIterator[Valkey]:
    """Run a Valkey with the settings of the embedded one on an empty folder."""
    with tempfile.TemporaryDirectory() as name:
        valkey = EmbeddedValkey(Path(name))
        valkey.folder.mkdir()
        process = valkey.start()
        try:
            while not await valkey.answers():  # noqa: ASYNC110 its answer is the only sign
                await asyncio.sleep(0.05)
            yield Valkey(valkey.url, Path(unquote(valkey.url.removeprefix("unix://"))), psutil.Process(process.pid))
        finally:
            await valkey.dismiss()
            process.wait()


@dataclass(slots=True)
class Wire:
    """What went to Redis: `trips` there and back, and the bytes of both ways."""

    trips: int = 0
    sent: int = 0
    received: int = 0

    def reset(self) -> None:
        """Count from nothing again."""
        self.trips = self.sent = self.received = 0


@asynccontextmanager
async def counting(socket: Path, wire: Wire) -> AsyncIterator[str]:
    """Stand between a Redis client and a server and count; yield the address for the client."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(str(socket))
        asking = False

        async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, *, asks: bool) -> None:
            nonlocal asking
            while data := await source.read(65_536):
                if asks:
                    wire.sent += len(data)
                    wire.trips += not asking
                else:
                    wire.received += len(data)
                asking = asks
                target.write(data)
                await target.drain()
            target.close()

        await asyncio.gather(
            carry(reader, there_writer, asks=True), carry(there_reader, writer, asks=False), return_exceptions=True
        )

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield "redis://{}:{}/0".format(*server.sockets[0].getsockname())
    finally:
        server.close()


class Screen:
    """Shows nothing, and keeps when it was asked to for the first time (`time.perf_counter`, None: not yet)."""

    pace = 0.0
    largest_file: int | None = None
    address: str | None = "bench"
    first: float | None = None

    def watch(self, moved: Callable[[str], Awaitable[None]]) -> None:
        """Stay where it is."""

    async def close(self) -> None:
        """Look away."""

    async def draw(self, progress: Progress) -> None:
        """Keep the time."""
        self.first = self.first or time.perf_counter()

    async def show(self, item: Shown) -> None:
        """Keep the time."""
        self.first = self.first or time.perf_counter()


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker in a process of its own; see `benchmarks.worker`."""

    pipe: asyncio.subprocess.Process
    process: psutil.Process

    async def ask(self, word: str) -> float:
        """Say a word to it and return its answer: "work" to begin, "lag" for the worst lag since it was last asked."""
        assert self.pipe.stdin
        assert self.pipe.stdout
        self.pipe.stdin.write(f"{word}\n".encode())
        return float(json.loads(await self.pipe.stdout.readline()))

    def cpu(self) -> float:
        """Return the seconds of processor time that it took so far."""
        return cpu_of(self.process)


@asynccontextmanager
async def worker(
    redis_url: str, api_url: str, folder: Path, *, at_once: int, trusted: Path | None = None
) -> AsyncIterator[Worker]:
    """Run a worker that begins when it is told to; `trusted` is a certificate that it takes."""
    environment = os.environ | ({"SSL_CERT_FILE": str(trusted)} if trusted else {})
    pipe = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.worker", redis_url, api_url, str(folder), str(at_once)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        yield Worker(pipe, psutil.Process(pipe.pid))
    finally:
        pipe.kill()
        await pipe.wait()


def cpu_of(process: psutil.Process) -> float:
    """Return the seconds of processor time that a process took so far."""
    times = process.cpu_times()
    return times.user + times.system


def share(values: list[float], part: float) -> float:
    """Return the value that this part (0..1) of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
