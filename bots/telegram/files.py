"""Files that people send on Telegram, and the server that gives them out."""

from __future__ import annotations

import asyncio
import mimetypes
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeAlias

import telegram
from pydantic import SecretStr
from pydantic.dataclasses import dataclass
from telegram import Animation, Audio, Document, PhotoSize, Video, VideoNote, Voice
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bots.logs import keep_quiet
from bots.persisted_refs import PersistedRef, read_ref, write_ref
from core.errors import AttachmentLost
from core.messages import Attachment

PUBLIC_SERVER = "https://api.telegram.org"
# What the public Bot API gives out (Bot API, getFile).
CLOUD_DOWNLOAD_LIMIT = 20 * 1024 * 1024
_DOWNLOAD_TIMEOUT = 120.0


_Sent: TypeAlias = Animation | Audio | Document | PhotoSize | Video | VideoNote | Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ref(PersistedRef):
    """What a file is found by; `size` in bytes as the message says."""

    file_id: str
    size: int | None = None


def is_public(api_url: str | None) -> bool:
    """Tell whether this address, or none, leads to Telegram's own Bot API server, with its limits."""
    return api_url is None or api_url.rstrip("/") == PUBLIC_SERVER


def server_urls(api_url: str | None) -> tuple[str, str]:
    """Return the addresses of a Bot API server that the library wants: of its methods and of its files."""
    base = (api_url or PUBLIC_SERVER).rstrip("/")
    return f"{base}/bot", f"{base}/file/bot"


def attachments(message: telegram.Message) -> tuple[Attachment, ...]:
    """Return the file of a message: one at most, since albums come as several messages."""
    found = _file_of(message)
    if found is None:
        return ()
    file, name, mime = found
    name = name or f"{file.file_unique_id}{mimetypes.guess_extension(mime or '') or ''}"
    ref = write_ref(_Ref(file_id=file.file_id, size=file.file_size))
    return (Attachment(name=name, ref=ref, size=file.file_size, mime=mime),)


def _file_of(message: telegram.Message) -> tuple[_Sent, str | None, str | None] | None:
    """Return the file with its name and MIME type, as the sender claims them."""
    # An animation is also given as a document, so it comes first.
    for named in (message.animation, message.video, message.audio, message.document):
        if named is not None:
            return named, named.file_name, named.mime_type
    if message.voice is not None:
        return message.voice, None, message.voice.mime_type or "audio/ogg"
    if message.video_note is not None:
        return message.video_note, None, "video/mp4"
    if message.photo:
        return message.photo[-1], None, "image/jpeg"
    return None


def download_limit(api_url: str | None) -> int | None:
    """Return the size in bytes of the largest file that the server at this address gives out, None for no limit."""
    return CLOUD_DOWNLOAD_LIMIT if is_public(api_url) else None


class TelegramFiles(AsyncExitStack):
    """Fetches files by their references, in any process; it connects with the first one."""

    def __init__(self, token: SecretStr, api_url: str | None, limit: int | None) -> None:
        """`api_url` is the base of another Bot API server, None for Telegram's own; `limit` is its `download_limit`."""
        super().__init__()
        keep_quiet("httpx", "httpcore", "telegram")
        self._token = token
        self._api_url = api_url
        self._limit = limit
        self._bot: telegram.Bot | None = None
        self._connecting = asyncio.Lock()

    async def fetch(self, ref: str, path: Path) -> None:
        known = read_ref(_Ref, ref, AttachmentLost("the reference is not readable"))
        limit = self._limit
        if limit is not None and known.size is not None and known.size > limit:
            raise AttachmentLost("larger than Telegram gives to bots", limit=limit)
        try:
            file = await (await self._connected()).get_file(known.file_id)
            if not await asyncio.to_thread(_copy, Path(file.file_path or ""), path):
                await file.download_to_drive(path)
        except InvalidToken:
            # The library's words hold the token.
            raise AttachmentLost("Telegram does not take the token") from None
        except BadRequest as error:
            too_big = "too big" in error.message.lower()
            raise AttachmentLost("Telegram does not give the file out", limit=limit if too_big else None) from error
        except (TelegramError, OSError) as error:
            raise AttachmentLost(f"the download broke off: {type(error).__name__}") from error

    async def _connected(self) -> telegram.Bot:
        async with self._connecting:
            if self._bot is None:
                methods, files = server_urls(self._api_url)
                # A server of one's own fetches the file before it answers.
                requests = HTTPXRequest(64, connect_timeout=10, read_timeout=_DOWNLOAD_TIMEOUT, pool_timeout=30)
                self._bot = telegram.Bot(self._token.get_secret_value(), methods, files, requests)
                self.push_async_callback(self._bot.shutdown)
            await self._bot.initialize()
            return self._bot


def _copy(source: Path, path: Path) -> bool:
    """Copy a file of a Bot API server whose directory the bot shares; return whether it is one."""
    if not (source.is_absolute() and source.is_file()):
        return False
    shutil.copyfile(source, path)
    return True
