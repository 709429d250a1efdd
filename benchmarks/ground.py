"""What measurements stand on: a Valkey, a wire that counts, chats that show nothing, workers as processes."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import psutil
from redis.asyncio import Redis

from bots.embedded.valkey import EmbeddedValkey
from core.sender import Limits, OutgoingMessage
from core.store import ENGINE, SCRIPT_NAMES, JobRef


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
    """What went to Redis, and the bytes of both ways."""

    #: Round trips of the store, by the script or command that each began with.
    trips: Counter[str] = field(default_factory=Counter)
    #: Round trips of the job engine: it polls.
    engine: int = 0
    sent: int = 0
    received: int = 0

    def reset(self) -> None:
        """Count from nothing again."""
        self.trips = Counter()
        self.engine = self.sent = self.received = 0

    def count(self, request: bytes) -> None:
        """Count one round trip; of the store's connections none introduces itself."""
        words = [word for word in request.split(b"\r\n") if word[:1] not in (b"*", b"$")]
        if ENGINE.encode() in request or words[0] in (b"HELLO", b"CLIENT", b"SCRIPT"):
            self.engine += 1
        elif words[0] == b"EVALSHA":
            self.trips[SCRIPT_NAMES[words[1].decode()]] += 1
        else:
            self.trips[words[0].decode()] += 1


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
                    if not asking:
                        wire.count(data)
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


class Chats:
    """A `core.sender.Sender` whose chats take everything and show nothing."""

    platform = "bench"

    def destination(self, address: str) -> str:
        """Return the address: no two share limits."""
        return address

    def limits(self, address: str) -> Limits:
        """Return what a chat takes that bears as much progress as there is."""
        return Limits(pace=0.0, text=4096, caption=1024)

    def delay(self, address: str, *, urgent: bool) -> float:
        """Return 0."""
        return 0.0

    def markup(self, text: str) -> str:
        """Return the text."""
        return text

    async def post(self, address: str, item: OutgoingMessage, *, nonce: str, silent: bool, reply: bool) -> int:
        """Return the id of the message."""
        return 1

    async def edit(self, address: str, message: int, item: OutgoingMessage) -> None:
        """Do nothing."""

    async def delete(self, address: str, message: int) -> None:
        """Do nothing."""

    async def elsewhere(self, address: str, refusal: Exception) -> str | None:
        """Return None."""
        return None


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


async def times_of(redis: Redis, ref: JobRef) -> dict[str, float]:
    """Return when a job was created, begun and ended, as far as it was, in seconds by the server's clock."""
    names = ("created", "begun", "ended")
    values = await redis.hmget(ref.conversation.key("job", ref.job_id), names)
    return {name: int(value) / 1000 for name, value in zip(names, values, strict=True) if value}


def cpu_of(process: psutil.Process) -> float:
    """Return the seconds of processor time that a process took so far."""
    times = process.cpu_times()
    return times.user + times.system


def share(values: list[float], part: float) -> float:
    """Return the value that this part (0..1) of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
