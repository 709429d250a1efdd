"""A scripted API in a process of its own: knows everybody, streams at a given pace, makes no music."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

_SPAWN = multiprocessing.get_context("spawn")
_TRACK = {"tt": 1, "sg": [{"d": 10_000, "m": {"name": "Lo-fi", "volume": 0.35, "type": "bgm"}}]}


@dataclass(frozen=True, slots=True)
class Script:
    """What a stream says: so many events of progress, `every` so many seconds, then a text of the agent."""

    events: int
    every: float = 0.0


@dataclass(frozen=True, slots=True)
class Service:
    """The running service: its address, its process."""

    url: str
    process: psutil.Process


@contextmanager
def serving(script: Script, certificate: Path | None = None) -> Iterator[Service]:
    """Serve on loopback while the block runs; over TLS with a `certificate` (PEM, with its key)."""
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(there, script, certificate), daemon=True)
    process.start()
    try:
        port = here.recv()
        yield Service(f"http{'s' if certificate else ''}://127.0.0.1:{port}", psutil.Process(process.pid))
    finally:
        process.kill()
        process.join()


def _serve(ready: Connection, script: Script, certificate: Path | None) -> None:
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)

    async def serve() -> None:
        answers = _Answers(script)
        server = await asyncio.start_server(answers.serve, "127.0.0.1", 0, ssl=context, backlog=1000)
        # Who started this and is gone closed its end.
        asyncio.get_running_loop().add_reader(ready.fileno(), server.close)
        ready.send(server.sockets[0].getsockname()[1])
        with suppress(asyncio.CancelledError):
            await server.serve_forever()

    asyncio.run(serve())


def _data(value: object) -> bytes:
    return json.dumps({"code": 0, "message": "ok", "data": value}).encode()


def _chunk(part: dict[str, object]) -> bytes:
    value = {"content": {"parts": [part], "role": "model"}, "author": "nemo_agent", "id": "7c1"}
    frame = b"data: " + json.dumps(value).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(frame), frame)


class _Answers:
    def __init__(self, script: Script) -> None:
        self._script = script
        self._answers = {
            "/api/auth/anonymous-token": _data({"token": "nmv_usr_bench", "credits": 100}),
            "/api/tasks/me/with-session/nemo_agent": _data({"session_id": "s1", "task_id": "t1"}),
            "/api/credits/balance/simple": _data({"available": 100, "frozen": 0, "total": 100}),
            "/api/state/nemo_agent/me/s1/latest": _data({"state": {"draft": {"t": [_TRACK]}}}),
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = head.lower().partition("content-length: ")[2].partition("\r\n")[0]
                await reader.readexactly(int(length or 0))
                path = head.split(" ", 2)[1]
                if path == "/run_sse":
                    await self._stream(writer)
                else:
                    _answer(writer, self._answers[path])
        writer.close()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(_chunk({"functionCall": {"id": "c1", "name": "adjust_volume", "args": {}}}))
        for number in range(self._script.events):
            response = {"stage": "mix", "fraction": number / self._script.events}
            writer.write(_chunk({"functionResponse": {"id": "c1", "name": "adjust_volume", "response": response}}))
            await asyncio.sleep(self._script.every)
            await writer.drain()
        writer.write(_chunk({"text": "The music is a little softer now."}) + b"0\r\n\r\n")


def _answer(writer: asyncio.StreamWriter, body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
