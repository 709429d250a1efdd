"""Files on their way: to the service, and from it to a temporary file that then takes the target's name."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO

import httpx

from core.errors import BotError, OutcomeUnknown, ServiceFault, TokenRefused
from core.nemo._answers import check, content_type, fault, whole
from core.nemo._http import FIRST_PAUSE, LARGEST_ANSWER, PASSING_TROUBLE, RETRIES, Sleep, failure, new_client
from core.nemo.model import Backend

_HOPS = 5
LARGEST_FILE = 2_000_000_000
"""Bytes: ten minutes of film have a tenth of that."""


class WatchedFile(FileIO):
    """A file that tells how much of it was read and sent, 0..1, whenever more of it is read."""

    def __init__(self, path: Path, progress: Callable[[float], None]) -> None:
        """Raises OSError where the file can't be read."""
        super().__init__(path)
        self._size = path.stat().st_size
        self._progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as files do."""
        self._progress(min(1.0, self.tell() / self._size) if self._size else 1.0)
        return super().read(size) or b""


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
                continue
        return await self._persist(last)

    async def _persist(self, address: str) -> int:
        self.etag = None
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
                kind = content_type(response)
                if response.is_success and kind not in ("application/json", "text/html"):
                    return await self._receive(response)
                if is_own:
                    check(await whole(response, LARGEST_ANSWER))
                raise fault(f"HTTP {response.status_code}, {kind or 'no type'} instead of a file", response)
        raise ServiceFault("the file's address redirects without end")

    async def _receive(self, response: httpx.Response) -> int:
        is_rest = response.status_code == httpx.codes.PARTIAL_CONTENT
        if not (is_rest and self.etag):
            self.file.seek(0)
            self.file.truncate()
        if is_rest and not response.headers.get("content-range", "").startswith(f"bytes {self.file.tell()}-"):
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
