"""Files on their way: to the service as multipart, from it to a temporary file that then takes the target's name."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from core.errors import BotError, OutcomeUnknown, ServiceFault, TokenRefused
from core.nemo._answers import check, fault, whole
from core.nemo._http import FIRST_PAUSE, LARGEST_ANSWER, PASSING_TROUBLE, RETRIES, Sleep, failure, new_client
from core.nemo.model import Backend

_PIECE = 256 * 1024
"""Bytes read at a time: a 200 MB file given to httpx whole costs 600 MB of memory and a second of the event loop."""
_HOPS = 5
LARGEST_FILE = 2_000_000_000
"""Bytes: ten minutes of film have a tenth of that."""


class Multipart:
    """One file as `multipart/form-data` (RFC 7578) under the name `files`, as often as it is sent."""

    def __init__(self, path: Path, name: str, mime: str, progress: Callable[[float], None]) -> None:
        """Raises OSError where the file can't be read."""
        boundary = secrets.token_hex(16)
        self._path = path
        self._size = path.stat().st_size
        self._progress = progress
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{_quoted(name)}"\r\n'
            f"Content-Type: {_quoted(mime)}\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._head) + self._size + len(self._tail)),
        }

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Yield the body; the disk is read outside the event loop."""
        yield self._head
        sent = 0
        with await asyncio.to_thread(self._path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece
                sent += len(piece)
                self._progress(min(1.0, sent / self._size))
        yield self._tail


def _quoted(value: str) -> str:
    """Escape what would end a quoted value or a line, as browsers do (HTML Standard, multipart form data)."""
    return value.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


async def download(
    backend: Backend,
    headers: Mapping[str, str],
    addresses: tuple[str, ...],
    to: Path,
    progress: Callable[[float], None],
    sleep: Sleep,
) -> int:
    """Fetch the first of `addresses` that gives the file; return its size in bytes.

    `headers` (with the token) go to the API's own origin and nowhere else, redirects included. A broken
    transfer goes on where it broke, where the server can.
    """
    temporary = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("wb") as file:
            transfer = _Transfer(backend, headers, file, progress, sleep)
            async with asyncio.timeout(backend.deadlines.upload):
                size = await transfer.first_of(addresses)
            await asyncio.to_thread(file.close)
        temporary.replace(to)
    except TimeoutError as error:
        raise OutcomeUnknown("the download took too long") from error
    finally:
        temporary.unlink(missing_ok=True)
    return size


@dataclass
class _Transfer:
    """One file's bytes so far, and how to get the rest."""

    backend: Backend
    headers: Mapping[str, str]
    file: BinaryIO
    progress: Callable[[float], None]
    sleep: Sleep
    etag: str | None = None

    async def first_of(self, addresses: tuple[str, ...]) -> int:
        """Fetch the file from the first address that gives it; return its size in bytes."""
        *others, last = addresses
        for address in others:
            try:
                return await self._persist(address)
            except TokenRefused:
                raise
            except BotError:
                self._start_again()
        return await self._persist(last)

    async def _persist(self, address: str) -> int:
        failures = 0
        while True:
            try:
                return await self._go_on(address)
            except httpx.RequestError as error:
                if failures >= RETRIES:
                    raise failure(error) from error
            except httpx.InvalidURL as error:
                raise ServiceFault("the file's address is none") from error
            except ServiceFault as error:
                if failures >= RETRIES or error.status not in PASSING_TROUBLE:
                    raise
            await self.sleep(FIRST_PAUSE * 2**failures)
            failures += 1

    def _start_again(self) -> None:
        self.file.seek(0)
        self.file.truncate()
        self.etag = None

    async def _go_on(self, address: str) -> int:
        """Fetch what is missing, through redirects; return the whole size in bytes."""
        deadlines = self.backend.deadlines
        timeout = httpx.Timeout(deadlines.request, connect=deadlines.connect)
        own = httpx.URL(self.backend.api_url)
        url = own.join(address)
        for _ in range(_HOPS):
            is_own = (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)
            headers = {"Accept-Encoding": "identity", **(self.headers if is_own else {})}
            if self.etag and self.file.tell():
                headers |= {"Range": f"bytes={self.file.tell()}-", "If-Range": self.etag}
            async with (
                new_client(str(url.copy_with(raw_path=b"/")), timeout) as client,
                client.stream("GET", url, headers=headers) as response,
            ):
                if response.has_redirect_location:
                    url = url.join(response.headers["location"])
                    continue
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                if response.is_success and kind not in ("application/json", "text/html"):
                    return await self._receive(response)
                if is_own:
                    check(await whole(response, LARGEST_ANSWER))
                raise fault(f"HTTP {response.status_code}, {kind or 'no type'} instead of a file", response)
        raise ServiceFault("the file's address redirects without end")

    async def _receive(self, response: httpx.Response) -> int:
        if response.status_code != httpx.codes.PARTIAL_CONTENT:
            self._start_again()
        elif not response.headers.get("content-range", "").startswith(f"bytes {self.file.tell()}-"):
            raise ServiceFault("the server went on at another place of the file")
        self.etag = response.headers.get("etag")
        size = self.file.tell()
        total = size + int(response.headers.get("content-length", 0))
        async for piece in response.aiter_bytes():
            size += len(piece)
            if max(size, total) > LARGEST_FILE:
                raise fault("the file has no end", response)
            await asyncio.to_thread(self.file.write, piece)
            if total:
                self.progress(min(1.0, size / total))
        if not size:
            raise fault("the file is empty", response)
        return size
