"""Fetch a file from an address that a stranger wrote, without letting the stranger reach into this network (SSRF).

ssrfguard resolves a name once, checks every answer against the IANA special-purpose registries and connects to the
checked address itself, anew for every redirect; so DNS rebinding gains nothing. Addresses that carry another address
inside (IPv4-mapped, 6to4, NAT64, Teredo) are refused altogether.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from ipaddress import IPv6Network
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
from ssrfguard import DEFAULT_DENIED, AddressTable, Policy, Reach, Resolver, SSRFGuardError, TooManyRedirectsError
from ssrfguard.httpx import AsyncClient

from media.errors import FetchFault, NotFetched
from media.formats import FileFormat, sniff_bytes

_NUMBER_AT_END = re.compile(r"(?:^|\.)0x[0-9a-f]*$|^(?!\d+(?:\.\d+){3}$)(?:.*\.)?\d+$")
_HEAD = 8192
"""Bytes after which it is clear whether a download is media at all."""


def _strict() -> AddressTable:
    """Return the registry's table with wrapped addresses refused instead of unwrapped, those of SIIT among them."""
    blocks = [
        replace(block, reach=Reach.DENIED) if block.reach is Reach.TRANSLATED else block
        for block in DEFAULT_DENIED.blocks
    ]
    wrapped = next(block for block in blocks if block.network.version == 6)
    siit = replace(wrapped, network=IPv6Network("::ffff:0:0:0/96"), name="IPv4-translated address", rfc="RFC2765")
    return AddressTable((replace(siit, reach=Reach.DENIED), *blocks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Which addresses may be reached, and who turns names into addresses (None: the system)."""

    policy: Policy
    resolver: Resolver | None = None


PUBLIC = Network(policy=Policy(denied_networks=_strict(), max_redirects=5))
"""The public web on its two ports: what production uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A downloaded file: `name` is safe to show and to save under, its suffix and `mime` are those of its content."""

    path: Path
    name: str
    mime: str
    bytes: int


def check_address(url: str) -> None:
    """Raise `NotFetched` for an address that is plainly not of the public web. Does not use the network."""
    try:
        host = PUBLIC.policy.check_url(url).host.rstrip(".").lower()
        httpx.URL(url)
    except (SSRFGuardError, httpx.InvalidURL, ValueError) as error:
        raise NotFetched(FetchFault.ADDRESS, type(error).__name__) from error
    # Browsers and resolvers read "0x7f.1" as an address of four numbers (WHATWG URL).
    if host == "localhost" or host.endswith(".localhost") or _NUMBER_AT_END.search(host):
        raise NotFetched(FetchFault.ADDRESS, "localhost")


async def fetch(url: str, to: Path, *, largest: int, seconds: float, network: Network = PUBLIC) -> Fetched:
    """Download an http(s) address to the file `to`: at most `largest` bytes in at most `seconds`.

    Raises `NotFetched`, and leaves no file, when the address or one that it redirects to is not public, or what comes
    is too large, too slow or none of the accepted formats.
    """
    complete = False
    try:
        async with asyncio.timeout(seconds):
            fetched = await _fetch(url, to, largest, network)
            complete = True
            return fetched
    except TimeoutError as error:
        raise NotFetched(FetchFault.TOO_SLOW, f"longer than {seconds:g} s") from error
    finally:
        if not complete:
            await asyncio.to_thread(to.unlink, missing_ok=True)


async def _fetch(url: str, to: Path, largest: int, network: Network) -> Fetched:
    try:
        network.policy.check_url(url)
        async with (
            AsyncClient(
                policy=network.policy,
                resolver=network.resolver,
                trust_env=False,
                follow_redirects=True,
                timeout=httpx.Timeout(15.0),
                headers={"Accept-Encoding": "identity", "User-Agent": "music-bot"},
            ) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise NotFetched(FetchFault.STATUS, f"HTTP {response.status_code}")
            if int(response.headers.get("content-length", "0") or 0) > largest:
                raise NotFetched(FetchFault.TOO_LARGE, "Content-Length")
            async with aclosing(_limited(response, largest)) as chunks:
                file_format, size = await _save(chunks, to)
            return Fetched(path=to, name=_name(response, file_format), mime=file_format.mime, bytes=size)
    except TooManyRedirectsError as error:
        raise NotFetched(FetchFault.REDIRECTS, f"more than {error.limit}") from error
    except (SSRFGuardError, httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise NotFetched(FetchFault.ADDRESS, type(error).__name__) from error
    except httpx.HTTPError as error:
        raise NotFetched(FetchFault.UNREACHABLE, type(error).__name__) from error


async def _limited(response: httpx.Response, largest: int) -> AsyncGenerator[bytes, None]:
    """Yield the body undecoded (a compressed one could be a bomb). Raises `NotFetched` once it is too large."""
    size = 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > largest:
            raise NotFetched(FetchFault.TOO_LARGE, f"more than {largest} bytes")
        yield chunk


async def _save(chunks: AsyncGenerator[bytes, None], to: Path) -> tuple[FileFormat, int]:
    """Write the body once its beginning shows that it is media; return its format and size in bytes."""
    head, file_format, size = b"", None, 0
    with to.open("wb") as file:
        async for chunk in chunks:
            if file_format is None:
                head += chunk
                if len(head) < _HEAD:
                    continue
                file_format, chunk, head = _known(head), head, b""
            size += await asyncio.to_thread(file.write, chunk)
        if file_format is None:
            file_format = _known(head)
            size = await asyncio.to_thread(file.write, head)
    return file_format, size


def _known(head: bytes) -> FileFormat:
    file_format = sniff_bytes(head)
    if file_format is None:
        raise NotFetched(FetchFault.NOT_MEDIA)
    return file_format


def _name(response: httpx.Response, file_format: FileFormat) -> str:
    """Return a harmless file name from the headers or the address, with the suffix of its content."""
    disposition = response.headers.get("content-disposition", "")
    extended = re.search(r"filename\*\s*=\s*UTF-8''([^;]+)", disposition, re.IGNORECASE)
    plain = re.search(r'filename\s*=\s*"?([^";]+)"?', disposition, re.IGNORECASE)
    found = unquote(extended[1]) if extended else plain[1] if plain else unquote(urlsplit(str(response.url)).path)
    last = re.split(r"[/\\]", found.strip())[-1]
    stem = re.sub(r"[^\w .()+-]", "_", last.rpartition(".")[0] or last).strip(" .")[:80]
    return f"{stem or 'file'}.{file_format.suffix}"
