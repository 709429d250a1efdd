"""Files that people send on Discord."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path

import aiohttp
import discord
import yarl
from pydantic import SecretStr
from pydantic.dataclasses import dataclass

from bots.logs import keep_quiet
from bots.persisted_refs import PersistedRef, read_ref, write_ref
from core.errors import AttachmentLost
from core.messages import Attachment

_TIMEOUT = aiohttp.ClientTimeout(total=600, sock_connect=10, sock_read=30)
_CHUNK = 256 * 1024
_GONE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ref(PersistedRef):
    """What a file is found by: its address, which expires, and the message that has a new one, if it came with one."""

    id: int
    url: str
    size: int
    channel: int | None = None
    message: int | None = None


def attachment(file: discord.Attachment, message: discord.Message | None = None) -> Attachment:
    """Describe a file; `message` is the one that it came with, None for the file of a command."""
    channel, number = (message.channel.id, message.id) if message is not None else (None, None)
    ref = _Ref(id=file.id, url=file.url, size=file.size, channel=channel, message=number)
    return Attachment(name=file.filename, ref=write_ref(ref), size=file.size, mime=file.content_type)


class DiscordFiles(AsyncExitStack):
    """Fetches files by their references, in any process and without a gateway; it connects with the first one."""

    def __init__(self, token: SecretStr) -> None:
        super().__init__()
        keep_quiet("discord", below=logging.INFO)
        self._token = token
        self._downloads: aiohttp.ClientSession | None = None
        self._client: discord.Client | None = None
        self._connecting = asyncio.Lock()

    async def fetch(self, ref: str, path: Path) -> None:
        known = read_ref(_Ref, ref, AttachmentLost("the reference is not readable"))
        try:
            if await self._download(known.url, known.size, path):
                return
            again = await self._refreshed(known)
            if again is not None and await self._download(again.url, again.size, path):
                return
        except (aiohttp.ClientError, TimeoutError, discord.DiscordException) as error:
            raise AttachmentLost(f"the download broke off: {type(error).__name__}") from error
        raise AttachmentLost("Discord no longer gives the file out")

    async def _download(self, url: str, size: int, path: Path) -> bool:
        """Stream a file to disk; return whether it was there."""
        if yarl.URL(url).origin() != yarl.URL(discord.Asset.BASE).origin():
            raise AttachmentLost("the address is not one of Discord's")
        if self._downloads is None:
            self._downloads = aiohttp.ClientSession()
            self.push_async_callback(self._downloads.close)
        async with self._downloads.get(url, timeout=_TIMEOUT, allow_redirects=False) as response:
            if response.status in _GONE:
                return False
            response.raise_for_status()
            if response.status != HTTPStatus.OK:
                raise AttachmentLost(f"Discord sends elsewhere: HTTP {response.status}")
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

    async def _refreshed(self, known: _Ref) -> discord.Attachment | None:
        """Return the file as its message has it now, None where there is no such message."""
        if known.channel is None or known.message is None:
            return None
        channel = (await self._logged_in()).get_partial_messageable(known.channel)
        message = await channel.fetch_message(known.message)
        return next((file for file in message.attachments if file.id == known.id), None)

    async def _logged_in(self) -> discord.Client:
        async with self._connecting:
            if self._client is None:
                client = discord.Client(intents=discord.Intents.none())
                try:
                    await client.login(self._token.get_secret_value())
                except BaseException:
                    await client.close()
                    raise
                self.push_async_callback(client.close)
                self._client = client
            return self._client
