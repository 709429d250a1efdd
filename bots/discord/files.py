"""Files that people send on Discord."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import aiohttp
import discord

from core.errors import AttachmentLost
from core.words import Attachment

Refresh = Callable[[], Awaitable[discord.Message]]

_TIMEOUT = aiohttp.ClientTimeout(total=600, sock_connect=10, sock_read=30)
_CHUNK = 256 * 1024


def attachment(
    file: discord.Attachment, downloads: aiohttp.ClientSession, refresh: Refresh | None = None
) -> Attachment:
    """Describe a file; `refresh` fetches its message again, for the address of a file expires."""
    save = partial(_save, file, downloads, refresh)
    return Attachment(name=file.filename, save=save, size=file.size, mime=file.content_type)


async def _save(
    file: discord.Attachment, downloads: aiohttp.ClientSession, refresh: Refresh | None, path: Path
) -> None:
    try:
        if await _fetch(file.url, file.size, downloads, path):
            return
        if refresh is not None:
            again = next((other for other in (await refresh()).attachments if other.id == file.id), None)
            if again is not None and await _fetch(again.url, again.size, downloads, path):
                return
    except (aiohttp.ClientError, TimeoutError, discord.HTTPException) as error:
        raise AttachmentLost(f"the download broke off: {type(error).__name__}") from error
    raise AttachmentLost("Discord no longer gives the file out")


async def _fetch(url: str, size: int, downloads: aiohttp.ClientSession, path: Path) -> bool:
    """Stream a file to disk; return whether it was there."""
    async with downloads.get(url, timeout=_TIMEOUT) as response:
        if response.status in {401, 403, 404, 410}:
            return False
        response.raise_for_status()
        written = 0
        with path.open("wb") as target:
            async for chunk in response.content.iter_chunked(_CHUNK):
                written += len(chunk)
                if written > size:
                    raise AttachmentLost("the file is longer than announced")
                target.write(chunk)
        if written < size:
            raise AttachmentLost("the file is shorter than announced")
    return True
