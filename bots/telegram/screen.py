"""What a job shows, on Telegram."""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO

import telegram
from pydantic.dataclasses import dataclass
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bots.delivery import Busy, FileRefused, MessageLost, MessageScreen
from bots.persisted_refs import Address
from bots.telegram.pacing import GROUP_PACE, PRIVATE_PACE, Pacing
from core.errors import PersonUnreachable
from core.messages import Button, File, Picture, Shown, Text

_log = logging.getLogger(__name__)

PLATFORM = "telegram"

# Telegram's limits (Bot API: sendMessage, sendVideo), in UTF-16 units.
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# What Telegram says with HTTP 400; it has no codes for these.
_UNCHANGED = "message is not modified"
_LOST = ("message to edit not found", "message can't be edited", "message_id_invalid", "message to delete")
_TOO_LARGE = ("request entity too large", "file is too big", "too large")

_Media = InputMediaVideo | InputMediaAudio | InputMediaPhoto | InputMediaDocument


@dataclass(frozen=True, slots=True)
class TelegramChat:
    """Where answers go: a chat, its topic where it has some, and the message that is answered in a group."""

    chat_id: int
    thread_id: int | None
    reply_to: int | None
    group: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAddress(Address):
    """Where a screen stands on Telegram."""

    place: TelegramChat


def keyboard(buttons: tuple[Button, ...]) -> InlineKeyboardMarkup | None:
    """Return the buttons, two in a row."""
    keys = [InlineKeyboardButton(button.label, callback_data=button.id) for button in buttons]
    return InlineKeyboardMarkup([keys[at : at + 2] for at in range(0, len(keys), 2)]) if keys else None


class TelegramScreen(MessageScreen[TelegramAddress]):
    """Shows in one chat. Texts go without markup, as they are.

    Telegram can't tell a message that is sent twice: a text that was posted just before a crash may come again.
    """

    platform = PLATFORM

    def __init__(
        self,
        bot: telegram.Bot,
        at: TelegramAddress,
        pacing: Pacing,
        *,
        upload_limit: int,
        retry_waits: tuple[float, ...],
    ) -> None:
        """`upload_limit` in bytes is what this Bot API server takes."""
        super().__init__(
            at,
            pace=GROUP_PACE if at.place.group else PRIVATE_PACE,
            largest_file=upload_limit,
            text_limit=TEXT_LIMIT,
            caption_limit=CAPTION_LIMIT,
            retry_waits=retry_waits,
        )
        self._bot = bot
        self._pacing = pacing

    def may_draw(self, *, first: bool) -> bool:
        """See `MessageScreen`."""
        return self._pacing.may_draw(self._where.chat_id, self.pace, first=first)

    async def post(self, item: Text) -> int:
        """See `MessageScreen`."""
        async with self._signals():
            sent = await self._bot.send_message(
                self._where.chat_id,
                item.text,
                link_preview_options=_NO_PREVIEW,
                reply_markup=keyboard(item.buttons),
                message_thread_id=self._where.thread_id,
                reply_parameters=self._reply(),
            )
        self._now(replace(self._where, reply_to=None))
        return sent.message_id

    async def edit(self, message: int, item: Shown) -> None:
        """See `MessageScreen`. A text may become a file, so that the result stands where the progress stood."""
        async with self._signals():
            if isinstance(item, File | Picture):
                with item.path.open("rb") as handle:
                    await self._bot.edit_message_media(
                        _media(item, handle),
                        self._where.chat_id,
                        message,
                        reply_markup=keyboard(item.buttons) if isinstance(item, File) else None,
                    )
            else:
                await self._bot.edit_message_text(
                    item.text,
                    self._where.chat_id,
                    message,
                    reply_markup=keyboard(item.buttons),
                    link_preview_options=_NO_PREVIEW,
                )

    async def delete(self, message: int) -> None:
        """See `MessageScreen`."""
        async with self._signals():
            await self._bot.delete_message(self._where.chat_id, message)

    @property
    def _where(self) -> TelegramChat:
        return self._at.place

    def _now(self, place: TelegramChat) -> None:
        self._at = replace(self._at, place=place)

    def _reply(self) -> ReplyParameters | None:
        if self._where.reply_to is None:
            return None
        return ReplyParameters(self._where.reply_to, allow_sending_without_reply=True)

    @asynccontextmanager
    async def _signals(self) -> AsyncIterator[None]:
        """Turn the library's errors into ours, and keep the chat's pacing."""
        chat = self._where.chat_id
        try:
            yield
        except RetryAfter as error:
            seconds = error.retry_after
            wait = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
            self._pacing.closed(chat, wait)
            raise Busy(wait) from error
        except ChatMigrated as error:
            # The group became a supergroup: its messages stay behind.
            self._now(replace(self._where, chat_id=error.new_chat_id, thread_id=None, reply_to=None))
            raise MessageLost from error
        except Forbidden as error:
            raise PersonUnreachable("the person or group does not want the bot") from error
        except NetworkError as error:
            _read(error)
        except TelegramError as error:
            raise PersonUnreachable(f"Telegram refused a message: {error.message}") from error
        self._pacing.went_out(chat)


def _read(error: NetworkError) -> None:
    """Raise the signal for an error that may lie in the request (`BadRequest`) or in the network."""
    said = error.message.lower()
    if any(word in said for word in _TOO_LARGE):
        raise FileRefused from error
    if not isinstance(error, BadRequest):
        raise Busy from error
    if any(word in said for word in _LOST):
        raise MessageLost from error
    if _UNCHANGED not in said:
        _log.error("Telegram refused a message: %s", error.message)
        raise PersonUnreachable(f"Telegram refused a message: {error.message}") from error


def _media(item: File | Picture, handle: BinaryIO) -> _Media:
    """Return the file as the kind of message that plays it; it is read from disk while it is sent."""
    if isinstance(item, Picture):
        file = InputFile(handle, filename=item.path.name, attach=True, read_file_handle=False)
        return InputMediaPhoto(file, caption=item.alt)
    file = InputFile(handle, filename=item.name, attach=True, read_file_handle=False)
    length = timedelta(seconds=math.ceil(item.seconds))
    match item.mime:
        case "video/mp4":
            return InputMediaVideo(
                file,
                caption=item.text,
                width=item.width,
                height=item.height,
                duration=length,
                supports_streaming=True,
            )
        case "audio/mpeg" | "audio/mp4":
            return InputMediaAudio(file, caption=item.text, duration=length)
        case _:
            return InputMediaDocument(file, caption=item.text)
