"""A loopback HTTP server that answers with scripted bytes: cuts, pauses, odd types, anything a real one won't do.

    async with scripted_api() as api:
        api.on("POST", "/run_sse", stream(b"data: {}\\n\\n", end=End.CUT))
        ... api.url, api.requests

Each path answers with its answers in turn; the last one repeats. A path that ends with * stands for all that begin so;
the longest one counts. `everyday_service` is a server that does what the service does on a good day, to be spoilt.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

from pydantic import SecretStr

from core.nemo import NemoClient
from core.nemo._http import Sleep
from core.nemo.model import Backend, Deadlines
from tests.support.endpoints import CLAIM, CREDITS, RENDER, RENDERED, RUN, SESSION, STATE, TOKEN, UPLOAD
from tests.support.ports import free_port
from tests.support.waiting import until

SECRET = "nmv_usr_do_not_tell"
OURS = SecretStr(SECRET)
"""The token of the tests."""
PEOPLE = "https://people.example"
KEPT = 1_000_000
"""Bytes of a request's body that are kept; the rest is counted only."""


class End(Enum):
    """How an answer ends."""

    CLEAN = "clean"
    CUT = "cut"
    """Reset the connection; what is still on its way may be lost."""
    CLOSE = "close"
    """Close the connection after what was said, however much was promised."""
    HOLD = "hold"
    """Say no more, but keep the connection until the server stops."""


@dataclass(frozen=True)
class Answer:
    """What goes out: `head` and `body` as given, a pause wherever an event stands in the body."""

    status: int
    headers: dict[str, str]
    body: tuple[bytes | asyncio.Event, ...] = ()
    end: End = End.CLEAN
    early: bool = False
    """Answer before the request's body was read; what still comes is read and thrown away."""
    before: asyncio.Event | None = None
    """Answer only after this."""
    every: float | None = None
    """Say the body again and again, with so many seconds between."""


@dataclass(frozen=True)
class Request:
    """What came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    size: int

    @property
    def json(self) -> object:
        return json.loads(self.body)


def stream(*body: bytes | asyncio.Event, end: End = End.CLEAN, content_type: str = "text/event-stream") -> Answer:
    """Answer with an event stream, chunk by chunk as given."""
    return Answer(200, {"Content-Type": content_type, "Transfer-Encoding": "chunked"}, body, end)


def reply(value: object, status: int = 200, **headers: str) -> Answer:
    """Answer with JSON; `headers` with underscores for hyphens."""
    return raw(json.dumps(value).encode(), status, end=End.CLEAN, Content_Type="application/json", **headers)


def data(value: object) -> Answer:
    """Answer with a successful envelope."""
    return reply({"code": 0, "message": "ok", "data": value})


def raw(body: bytes, status: int = 200, *, end: End = End.CLEAN, **headers: str) -> Answer:
    """Answer with bytes of a told length; `headers` with underscores for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, {"Content-Length": str(len(body)), **named}, (body,), end)


@dataclass
class ScriptedApi:
    """The server: where it is, what it was asked."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)
    _scripts: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def on(self, method: str, path: str, *answers: Answer) -> None:
        """Script a path (its query is ignored), in place of what it answered before."""
        self._scripts[method, path] = list(answers)

    def asked(self, method: str, path: str) -> list[Request]:
        """Return the requests that came for a path."""
        return [it for it in self.requests if it.method == method and _matches(path, it.target.partition("?")[0])]

    @property
    def wishes(self) -> list[str]:
        """The messages that the agent got."""
        return [it.json["new_message"]["parts"][0]["text"] for it in self.asked("POST", RUN)]  # type: ignore[index]

    async def receive(self, method: str, path: str, count: int = 1) -> Request:
        """Wait until a path was asked for so often; return the last of these requests."""
        await until(lambda: len(self.asked(method, path)) >= count, every=0.005)
        return self.asked(method, path)[count - 1]

    def _next(self, method: str, target: str) -> Answer:
        path = target.partition("?")[0]
        known = [(verb, pattern) for verb, pattern in self._scripts if verb == method and _matches(pattern, path)]
        answers = self._scripts[max(known, key=lambda one: len(one[1]))] if known else None
        if not answers:
            return reply({"detail": "not scripted"}, 404)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def all_closed(self) -> None:
        """Wait until no client is connected."""
        if self.connections:
            await asyncio.wait(self.connections, timeout=5)
        assert not self.connections

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, and note when the client leaves in the middle of an answer."""
        task = asyncio.current_task()
        assert task
        self.connections[task] = writer
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            del self.connections[task]
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        answer = self._next(method, target)
        size = 0 if answer.early else int(headers.get("content-length", 0))
        body, left = b"", size
        while left:
            piece = await reader.readexactly(min(left, 65536))
            left -= len(piece)
            body += piece[: max(0, KEPT - len(body))]
        self.requests.append(Request(method, target, headers, body, size))
        if answer.before:
            await self._race(answer.before.wait())
        if answer.end is not End.CLEAN or answer.early:
            answer.headers.setdefault("Connection", "close")
        lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in answer.headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        await self._say(answer, reader, writer)
        while answer.early and await reader.read(65536):
            pass
        return answer.end is End.CLEAN and not answer.early

    async def _say(self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chunked = "Transfer-Encoding" in answer.headers
        again = True
        while again:
            for piece in answer.body:
                if isinstance(piece, asyncio.Event):
                    await self._race(piece.wait())
                elif piece:
                    writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                    await writer.drain()
            await asyncio.sleep(answer.every or 0)
            again = answer.every is not None and not self._stopping.is_set()
        if answer.end is End.HOLD:
            await self._race(reader.read(1))
        elif answer.end is End.CUT:
            writer.transport.abort()
        elif chunked:
            writer.write(b"0\r\n\r\n")
            await writer.drain()

    async def _race(self, awaited: Awaitable[object]) -> None:
        """Wait for something, or for the server's stop."""
        tasks = [asyncio.ensure_future(it) for it in (awaited, self._stopping.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()


def _matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


@asynccontextmanager
async def scripted_api() -> AsyncIterator[ScriptedApi]:
    """Run a scripted server on a free port of loopback."""
    api = ScriptedApi()
    server = await asyncio.start_server(api.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    api.url = f"http://{host}:{port}"
    try:
        yield api
    finally:
        api._stopping.set()
        server.close()
        for writer in api.connections.values():
            writer.transport.abort()
        await asyncio.gather(*api.connections)


async def no_sleep(_: float) -> None:
    """Wait for nothing, but let others go on."""
    await asyncio.sleep(0)


def nemo_at(
    url: str, *, sleep: Sleep = no_sleep, web_url: str | None = PEOPLE, connect: float = 2, **deadlines: float
) -> NemoClient:
    """Return a client of a server, with deadlines in seconds."""
    within = Deadlines(connect=connect, **{"request": 20, "upload": 20, **deadlines})  # type: ignore[arg-type]
    return NemoClient(Backend(api_url=url, web_url=web_url, platform="cursor", deadlines=within), sleep=sleep)


def refused_url() -> str:
    """Return an address on which nothing listens."""
    return f"http://127.0.0.1:{free_port()}"


@asynccontextmanager
async def everyday_service() -> AsyncIterator[ScriptedApi]:
    """Run a server on which nothing goes wrong: a person with 100 credits and an empty timeline."""
    async with scripted_api() as api:
        api.on("POST", TOKEN, data({"token": "nmv_usr_first", "credits": 100}))
        api.on("POST", SESSION, data({"session_id": "s1", "task_id": "t1"}))
        api.on("POST", CLAIM, data({"claim_token": "clm_1"}))
        api.on("POST", UPLOAD, data({}))
        api.on("GET", CREDITS, balance(100))
        api.on("GET", STATE, timeline())
        api.on("POST", RUN, stream(says("Hello.")))
        api.on("POST", RENDER, reply({"code": 0, "status": "pending"}))
        api.on("GET", RENDERED, reply({"code": 0, "status": "completed"}))
        yield api


def balance(available: float, frozen: float = 0) -> Answer:
    """Answer with a balance."""
    return data({"available": available, "frozen": frozen, "total": available + frozen})


def timeline(*tracks: object) -> Answer:
    """Answer with a state whose draft has these tracks."""
    return data({"state": {"draft": {"t": list(tracks)}}})


def bgm(name: str = "Lo-fi", *, seconds: float = 10, volume: float = 0.35) -> object:
    """Return a track of music for `timeline`."""
    return {"tt": 1, "sg": [{"d": seconds * 1000, "m": {"name": name, "volume": volume, "type": "bgm"}}]}


def title(text: str, *, seconds: float = 3) -> object:
    """Return a track with a title for `timeline`."""
    return {"tt": 7, "sg": [{"d": seconds * 1000, "m": {"text": text}}]}


def says(text: str, *, partial: bool = False) -> bytes:
    """Return an event with a text of the agent."""
    return event({"content": {"parts": [{"text": text}], "role": "model"}, "partial": partial})


def calls(tool: str) -> bytes:
    """Return an event with a tool call."""
    return event({"content": {"parts": [{"functionCall": {"id": "c", "name": tool, "args": {}}}], "role": "model"}})


def event(value: object) -> bytes:
    """Return one event of a stream."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"
