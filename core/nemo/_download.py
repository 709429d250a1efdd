"""A rendered file on its way from the service: to a temporary file beside the target, which then takes its name."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from core.errors import BotError, OutcomeUnknown, ServiceFault, TokenRefused
from core.nemo._answers import check, request_id, whole
from core.nemo._http import FIRST_PAUSE, LARGEST_ANSWER, PASSING_TROUBLE, RETRIES, Sleep, failure, new_client
from core.nemo.model import Backend

_HOPS = 5
LARGEST_FILE = 2_000_000_000
"""Bytes: ten minutes of film have a tenth of that."""


async def download(
    backend: Backend,
    headers: Mapping[str, str],
    addresses: tuple[str, ...],
    to: Path,
    progress: Callable[[float], None],
    sleep: Sleep,
) -> int:
    """Fetch the first of `addresses` that gives the file; return its size in bytes. See `core.nemo.port.Nemo.download`.

    `headers` (with the token) go to the API's own origin and nowhere else, redirects included. A broken
    transfer goes on where it broke, where the server can.
    """
    with _beside(to) as (part, file):
        try:
            async with asyncio.timeout(backend.deadlines.upload):
                size = await _first_of(addresses, _Transfer(backend, headers, file, progress), sleep)
        except TimeoutError as error:
            raise OutcomeUnknown("the download took too long") from error
        await asyncio.to_thread(file.close)
        part.replace(to)
    return size


@contextmanager
def _beside(to: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a temporary file in the target's folder; what is still there at the end is removed."""
    part = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as file:
            yield part, file
    finally:
        part.unlink(missing_ok=True)


async def _first_of(addresses: tuple[str, ...], transfer: _Transfer, sleep: Sleep) -> int:
    *others, last = addresses
    for address in others:
        try:
            return await _persist(address, transfer, sleep)
        except TokenRefused:
            raise
        except BotError:
            transfer.start_again()
    return await _persist(last, transfer, sleep)


async def _persist(address: str, transfer: _Transfer, sleep: Sleep) -> int:
    failures = 0
    while True:
        try:
            return await transfer.go_on(address)
        except httpx.RequestError as error:
            if failures >= RETRIES:
                raise failure(error) from error
        except httpx.InvalidURL as error:
            raise ServiceFault("the file's address is none") from error
        except ServiceFault as fault:
            if failures >= RETRIES or fault.status not in PASSING_TROUBLE:
                raise
        await sleep(FIRST_PAUSE * 2**failures)
        failures += 1


@dataclass
class _Transfer:
    """One file's bytes so far, and how to get the rest."""

    backend: Backend
    headers: Mapping[str, str]
    file: BinaryIO
    progress: Callable[[float], None]
    etag: str | None = None

    def start_again(self) -> None:
        """Forget what came so far."""
        self.file.seek(0)
        self.file.truncate()
        self.etag = None

    async def go_on(self, address: str) -> int:
        """Fetch what is missing, through redirects; return the whole size in bytes."""
        url = httpx.URL(self.backend.api_url).join(address)
        for _ in range(_HOPS):
            async with self._client(url) as client, client.stream("GET", url, headers=self._headers(url)) as response:
                if response.has_redirect_location:
                    url = url.join(response.headers["location"])
                    continue
                await self._refuse_other_answers(response)
                return await self._receive(response)
        raise ServiceFault("the file's address redirects without end")

    def _client(self, url: httpx.URL) -> httpx.AsyncClient:
        deadlines = self.backend.deadlines
        return new_client(
            str(url.copy_with(raw_path=b"/")), httpx.Timeout(deadlines.request, connect=deadlines.connect)
        )

    def _headers(self, url: httpx.URL) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if self._is_own(url):
            headers.update(self.headers)
        if self.etag and self.file.tell():
            headers.update({"Range": f"bytes={self.file.tell()}-", "If-Range": self.etag})
        return headers

    def _is_own(self, url: httpx.URL) -> bool:
        own = httpx.URL(self.backend.api_url)
        return (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)

    async def _refuse_other_answers(self, response: httpx.Response) -> None:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.is_success and kind not in ("application/json", "text/html"):
            return
        if self._is_own(response.url):
            check(await whole(response, LARGEST_ANSWER))
        raise ServiceFault(
            f"HTTP {response.status_code}, {kind or 'no type'} instead of a file",
            request_id=request_id(response),
            status=response.status_code,
        )

    async def _receive(self, response: httpx.Response) -> int:
        if response.status_code != httpx.codes.PARTIAL_CONTENT:
            self.start_again()
        elif not response.headers.get("content-range", "").startswith(f"bytes {self.file.tell()}-"):
            raise ServiceFault("the server went on at another place of the file")
        self.etag = response.headers.get("etag")
        start = self.file.tell()
        total = start + int(response.headers.get("content-length", 0))
        size = start
        async for piece in response.aiter_bytes():
            size += len(piece)
            if max(size, total) > LARGEST_FILE:
                raise ServiceFault("the file has no end", request_id=request_id(response))
            await asyncio.to_thread(self.file.write, piece)
            if total:
                self.progress(min(1.0, self.file.tell() / total))
        if not self.file.tell():
            raise ServiceFault("the file is empty", request_id=request_id(response))
        return self.file.tell()
