"""Files that people send on Telegram."""

from __future__ import annotations

import asyncio
import mimetypes
import shutil
from functools import partial
from pathlib import Path
from typing import Protocol

import telegram
from telegram.error import BadRequest, TelegramError

from core.errors import AttachmentLost
from core.words import Attachment

# What the public Bot API gives out (Bot API, getFile).
CLOUD_DOWNLOAD_LIMIT = 20 * 1024 * 1024
_DOWNLOAD_TIMEOUT = 120.0


class _Sent(Protocol):
    """What every kind of file has in common."""

    @property
    def file_id(self) -> str: ...
    @property
    def file_unique_id(self) -> str: ...
    @property
    def file_size(self) -> int | None: ...


def attachments(message: telegram.Message, download_limit: int | None) -> tuple[Attachment, ...]:
    """Return the file of a message: one at most, since albums come as several messages.

    `download_limit` in bytes is what this Bot API server gives out, None for no limit.
    """
    found = _file_of(message)
    if found is None:
        return ()
    file, name, mime = found
    name = name or f"{file.file_unique_id}{mimetypes.guess_extension(mime or '') or ''}"
    save = partial(_save, message.get_bot(), file.file_id, file.file_size, download_limit)
    return (Attachment(name=name, save=save, size=file.file_size, mime=mime),)


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


async def _save(bot: telegram.Bot, file_id: str, size: int | None, limit: int | None, path: Path) -> None:
    if limit is not None and size is not None and size > limit:
        raise AttachmentLost("larger than Telegram gives to bots", limit=limit)
    try:
        file = await bot.get_file(file_id)
        if not await asyncio.to_thread(_copy, Path(file.file_path or ""), path):
            await file.download_to_drive(path, read_timeout=_DOWNLOAD_TIMEOUT)
    except BadRequest as error:
        too_big = "too big" in error.message.lower()
        raise AttachmentLost("Telegram does not give the file out", limit=limit if too_big else None) from error
    except (TelegramError, OSError) as error:
        raise AttachmentLost(f"the download broke off: {type(error).__name__}") from error


def _copy(source: Path, path: Path) -> bool:
    """Copy a file of a Bot API server whose directory the bot shares; return whether it is one."""
    if not (source.is_absolute() and source.is_file()):
        return False
    shutil.copyfile(source, path)
    return True
