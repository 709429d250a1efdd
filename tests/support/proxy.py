"""A TCP proxy on loopback that counts what passes it and breaks connections in the ways networks do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from tests.support.waiting import PATIENCE

_LONGEST = 100
"""Bytes that a pattern may span."""


@dataclass(eq=False)
class _Line:
    """One connection. `sent` is everything that the client said on it."""

    here: asyncio.StreamWriter
    there: asyncio.StreamWriter
    sent: bytearray = field(default_factory=bytearray)
    looked: int = 0
    frozen: bool = False
    """Half dead: requests pass, no reply comes back, nothing is closed."""
    mute: bool = False
    """Its replies get lost: it breaks with the next one."""

    def abort(self) -> None:
        for writer in (self.here, self.there):
            writer.transport.abort()


@dataclass(eq=False)
class Catch:
    """Waits for the next request in which `pattern` is found."""

    pattern: re.Pattern[bytes]
    freeze: bool
    caught: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        """Wait until that request has passed."""
        async with asyncio.timeout(PATIENCE):
            await self.caught.wait()


class CountingProxy:
    """Stands before a server: `target` is its URL, of HTTP or of a unix socket; `url` is the proxy's own address."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.url = ""
        self._lines: list[_Line] = []
        self._catches: list[Catch] = []

    @property
    def requests(self) -> list[bytes]:
        """What was said on each connection, those that are closed too."""
        return [bytes(line.sent) for line in self._lines]

    def count(self, request: str) -> int:
        """How many requests begin with e.g. "POST /run_sse"."""
        return sum(said.count(f"{request} HTTP/1.1\r\n".encode()) for said in self.requests)

    def cut(self) -> None:
        """Break every connection now."""
        for line in self._lines:
            line.abort()

    def catch(self, pattern: bytes, *, freeze: bool) -> Catch:
        """Look out for a request: with it all connections `freeze`, or its reply alone gets lost."""
        catch = Catch(re.compile(pattern), freeze)
        self._catches.append(catch)
        return catch

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        parts = urlsplit(self.target)
        try:
            if parts.scheme == "unix":
                there_reader, there_writer = await asyncio.open_unix_connection(unquote(parts.path))
            else:
                there_reader, there_writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        except OSError:
            writer.transport.abort()
            return
        line = _Line(writer, there_writer)
        self._lines.append(line)
        await asyncio.gather(self._say(reader, line), self._reply(there_reader, line))
        for each in (writer, there_writer):
            each.close()
            with suppress(ConnectionError):
                await each.wait_closed()

    async def _say(self, reader: asyncio.StreamReader, line: _Line) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                before = len(line.sent)
                line.sent += data
                self._look_out(line, before)
                line.there.write(data)
                await line.there.drain()
        with suppress(OSError, RuntimeError):
            line.there.write_eof()

    def _look_out(self, line: _Line, before: int) -> None:
        for catch in list(self._catches):
            # What is looked for may lie across two pieces.
            if not catch.pattern.search(line.sent, max(line.looked, before - _LONGEST)):
                continue
            self._catches.remove(catch)
            line.looked = len(line.sent)
            for each in self._lines if catch.freeze else ():
                each.frozen = True
            line.mute = not catch.freeze
            catch.caught.set()

    async def _reply(self, reader: asyncio.StreamReader, line: _Line) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if line.mute:
                    line.abort()
                if not line.frozen:
                    line.here.write(data)
                    await line.here.drain()
        if not line.frozen:
            with suppress(OSError, RuntimeError):
                line.here.write_eof()


@asynccontextmanager
async def counting_proxy(target: str) -> AsyncIterator[CountingProxy]:
    """Run a proxy before `target`."""
    proxy = CountingProxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = "http://{}:{}".format(*server.sockets[0].getsockname())
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 2)
