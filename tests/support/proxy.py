"""A TCP proxy on loopback that counts requests on their way and can cut every connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class CountingProxy:
    """Stands before an HTTP server; `url` is its own address."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._seen = bytearray()
        self._open: set[asyncio.StreamWriter] = set()
        self.url = ""

    def count(self, request: str) -> int:
        """How many requests begin with e.g. "POST /run_sse"."""
        return bytes(self._seen).count(f"{request} HTTP/1.1\r\n".encode())

    def cut(self) -> None:
        """Break every connection now."""
        for writer in list(self._open):
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        try:
            there_reader, there_writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, there_writer}
        await asyncio.gather(
            self._carry(reader, there_writer, seen=True), self._carry(there_reader, writer, seen=False)
        )
        self._open -= {writer, there_writer}
        for each in (writer, there_writer):
            each.close()
            with suppress(ConnectionError):
                await each.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, seen: bool) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if seen:
                    self._seen += data
                writer.write(data)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.write_eof()


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
