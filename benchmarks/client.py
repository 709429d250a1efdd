"""The client alone: what an event of a stream costs beside the bare parser, and what an upload keeps in memory."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import psutil
from httpx_sse import aconnect_sse
from pydantic import SecretStr

from core.nemo import NemoClient
from core.nemo.model import Backend

EVENTS = 20_000
ROUNDS = 5
UPLOAD = 200 * 2**20
_TOKEN = SecretStr("nmv_usr_bench")
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Stream:
    """Microseconds of processor time for each event: the bare parser's, and the client's."""

    bare: float
    client: float
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes of a file, the most that stood in memory above the time before, and the seconds it took."""

    size: int
    memory: int
    seconds: float


def events() -> bytes:
    """Return a stream as the service sends it: pieces of text, whole texts, tools with progress, heartbeats."""

    def frame(part: dict[str, object], **about: object) -> bytes:
        value = {
            "content": {"parts": [part], "role": "model"},
            **about,
            "invocationId": "e-5f0c",
            "author": "nemo_agent",
            "actions": {"stateDelta": {}, "artifactDelta": {}},
            "id": "7c1",
            "timestamp": 1795427546.11,
        }
        return b"data: " + json.dumps(value).encode() + b"\n\n"

    progress = {"id": "c1", "name": "generate_music", "response": {"stage": "sound", "fraction": 0.4}}
    round_of = [
        frame({"functionCall": {"id": "c1", "name": "generate_music", "args": {"style": "lofi"}}}),
        frame({"functionResponse": progress}),
        b": ping\n\n",
        *(frame({"text": "Four words in a "}, partial=True) for _ in range(6)),
        frame({"text": "Four words in a row, and this once more as a whole text of the agent."}),
    ]
    return b"".join(round_of * (EVENTS // len(round_of)))


def _serve(ready: Connection, body: bytes) -> None:
    """Answer every request with `body` as an event stream, or take an upload, until killed."""

    async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        left = int(head.partition("content-length: ")[2].partition("\r\n")[0] or 0)
        while left and (data := await reader.read(min(left, 1 << 20))):
            left -= len(data)
        kind, answer = ("text/event-stream", body) if head.startswith("post /run_sse") else ("application/json", b"{}")
        if kind == "application/json":
            answer = b'{"code": 0, "data": {}}'
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(answer)}\r\n".encode())
        writer.write(b"Connection: close\r\n\r\n" + answer)
        await writer.drain()
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(exchange, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def _server(body: bytes = b"") -> Iterator[str]:
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(there, body), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()


async def _bare(url: str) -> int:
    """Read the stream with httpx and httpx-sse and parse the JSON: the least that any client does."""
    count = 0
    async with (
        httpx.AsyncClient(trust_env=False, timeout=60) as client,
        aconnect_sse(client, "POST", f"{url}/run_sse") as source,
    ):
        async for event in source.aiter_sse():
            if event.data:
                json.loads(event.data)
                count += 1
    return count


async def _client(url: str) -> int:
    count = 0
    async with (
        NemoClient(Backend(api_url=url, web_url=None, platform="unknown")) as nemo,
        nemo.run(_TOKEN, "s", "m") as stream,
    ):
        async for _ in stream:
            count += 1
    return count


def stream() -> Stream:
    """Read the same bytes from a loopback server with the bare parser and with the client; the best of some rounds."""
    body = events()
    with _server(body) as url:
        bare = min(_timed(lambda: asyncio.run(_bare(url)), time.process_time) for _ in range(ROUNDS))
        client = min(_timed(lambda: asyncio.run(_client(url)), time.process_time) for _ in range(ROUNDS))
    return Stream(bare / EVENTS * 1e6, client / EVENTS * 1e6, len(body))


def _timed(do: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    do()
    return clock() - began


def upload() -> Upload:
    """Upload a sparse file to a sink on loopback, in a process of its own that watches its memory."""
    with _server() as url, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.mp4"
        with path.open("wb") as file:
            file.truncate(UPLOAD)
        here, there = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_upload, args=(there, url, path))
        process.start()
        memory, seconds = here.recv()
        process.join()
    return Upload(UPLOAD, memory, seconds)


def _upload(told: Connection, url: str, path: Path) -> None:
    async def send(file: Path) -> None:
        async with NemoClient(Backend(api_url=url, web_url=None, platform="unknown")) as nemo:
            await nemo.upload_file(_TOKEN, "s", file, file.name, "video/mp4", lambda _: None)

    small = path.with_name("small.mp4")
    small.write_bytes(b"\0" * 1000)
    asyncio.run(send(small))  # what is loaded once is not the upload's
    resident, done = psutil.Process().memory_info, threading.Event()
    before, peak = resident().rss, 0

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.002):
            peak = max(peak, resident().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    seconds = _timed(lambda: asyncio.run(send(path)))
    done.set()
    watcher.join()
    told.send((max(0, peak - before), seconds))
