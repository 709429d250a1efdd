"""Telegram as the outbox sees it. Texts go without markup, as they are."""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import telegram
from pydantic.dataclasses import dataclass
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bots.persisted_refs import PersistedRef, read_ref, write_ref
from bots.telegram.rate_limiter import ChatLimiter, seconds_of
from core.errors import (
    ChatMoved,
    MessageGone,
    NotAllowed,
    PersonUnreachable,
    PlatformUnavailable,
    TokenExpired,
    TooLargeForChat,
    TopicGone,
)
from core.messages import Button, Link
from core.sender import Limits, MediaFile, OutgoingMessage
from core.text_parts import length
from core.texts import nearest, say

log = logging.getLogger(__name__)

PLATFORM = "telegram"

# Telegram's limits (Bot API: sendMessage, sendVideo, answerCallbackQuery), in UTF-16 units.
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ALERT_LIMIT = 200
# Least seconds between two drawings of progress.
PRIVATE_PACE = 3.0
GROUP_PACE = 6.0

_NO_MESSAGE = 0
"""Stands for what was told in another way than by a message."""
_NO_PREVIEW = telegram.LinkPreviewOptions(is_disabled=True)
# What Telegram says with HTTP 400; it has no codes for these.
_UNCHANGED = "message is not modified"
_LOST = ("message to edit not found", "message can't be edited", "message_id_invalid", "message to delete")
_UNKNOWN = ("chat not found", "query is too old", "query id is invalid")
_NO_TOPIC = ("message thread not found", "topic_closed", "topic_deleted")
_TOO_LARGE = ("request entity too large", "file is too big", "too large")
_NO_RIGHT = ("not enough rights to send", "chat_send_", "have no rights to send a message", "chat_write_forbidden")
_NO_FILES = ("videos", "audios", "documents", "photos", "media", "chat_send_video", "chat_send_audio", "chat_send_docs")

_Media = telegram.InputMediaVideo | telegram.InputMediaAudio | telegram.InputMediaPhoto | telegram.InputMediaDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAddress(PersistedRef):
    """Where a person is answered on Telegram."""

    chat_id: int
    #: The topic of the chat.
    thread_id: int | None = None
    #: The message that is answered.
    reply_to: int | None = None
    group: bool = False
    person: int = 0
    language: str | None = None
    #: The press that is answered: its person alone can be told something by it.
    callback: str | None = None
    #: The group in which this private answer was asked for.
    asked_in: TelegramAddress | None = None


class TelegramSender:
    """One bot. A message that is sent twice can't be told from two: a text may come again after a crash."""

    platform = PLATFORM

    def __init__(self, bot: telegram.Bot, limiter: ChatLimiter, upload_limit: int) -> None:
        """`upload_limit` in bytes is what this Bot API server takes."""
        self._bot = bot
        self._limiter = limiter
        self._upload_limit = upload_limit

    def destination(self, address: str) -> str:
        """Return the chat: its topics share its limits."""
        return str(_at(address).chat_id)

    def limits(self, address: str) -> Limits:
        at = _at(address)
        return Limits(
            pace=GROUP_PACE if at.group else PRIVATE_PACE,
            text=TEXT_LIMIT,
            caption=CAPTION_LIMIT,
            largest_file=self._upload_limit,
            private=not at.group,
            rings=True,
        )

    def delay(self, address: str, *, urgent: bool) -> float:
        """Return for how many seconds this chat should be left alone."""
        return self._limiter.delay(_at(address).chat_id, urgent=urgent)

    def markup(self, text: str) -> str:
        return text

    async def post(self, address: str, item: OutgoingMessage, *, nonce: str, silent: bool, reply: bool) -> int:
        """Post a text as an answer to the person's message; what is private in a group is an alert, or not for here."""
        at = _at(address)
        if item.private and at.group:
            return await self._alert(at, item)
        try:
            return await self._send(at, item, silent=silent, reply=reply)
        except PersonUnreachable:
            if at.asked_in is None:
                raise
            hint = say(nearest(at.language), "platform.open_private_chat", bot=f"@{self._bot.username}")
            await self._send(at.asked_in, OutgoingMessage(text=hint), silent=False, reply=True)
            return _NO_MESSAGE

    async def _send(self, at: TelegramAddress, item: OutgoingMessage, *, silent: bool, reply: bool) -> int:
        async with self._refusals(at):
            sent = await self._bot.send_message(
                at.chat_id,
                item.text,
                link_preview_options=_NO_PREVIEW,
                reply_markup=keyboard(item.buttons, item.links),
                message_thread_id=at.thread_id,
                reply_parameters=_reply(at) if reply and (at.group or item.notice) else None,
                disable_notification=silent,
            )
        return sent.message_id

    async def edit(self, address: str, message: int, item: OutgoingMessage) -> None:
        """Turn a message into `item`. A text may become a file, so that the result stands where the progress stood."""
        at = _at(address)
        if message == _NO_MESSAGE:
            raise PersonUnreachable("the person has not opened a private chat yet")
        keys = keyboard(item.buttons, item.links)
        async with self._refusals(at, files=bool(item.files)):
            if item.files:
                with item.files[0].path.open("rb") as handle:
                    file = telegram.InputFile(handle, filename=item.files[0].name, attach=True, read_file_handle=False)
                    media = _media(item.files[0], file, item)
                    await self._bot.edit_message_media(media, at.chat_id, message, reply_markup=keys)
            else:
                await self._bot.edit_message_text(
                    item.text, at.chat_id, message, reply_markup=keys, link_preview_options=_NO_PREVIEW
                )

    async def delete(self, address: str, message: int) -> None:
        at = _at(address)
        async with self._refusals(at):
            await self._bot.delete_message(at.chat_id, message)

    async def elsewhere(self, address: str, refusal: Exception) -> str | None:
        at = _at(address)
        if isinstance(refusal, TopicGone) and at.thread_id is not None:
            return write_ref(replace(at, thread_id=None, reply_to=None))
        if isinstance(refusal, NotAllowed | TokenExpired) and at.group and at.person:
            asked_in = at if isinstance(refusal, TokenExpired) else None
            private = TelegramAddress(chat_id=at.person, person=at.person, language=at.language, asked_in=asked_in)
            return write_ref(private)
        return None

    async def _alert(self, at: TelegramAddress, item: OutgoingMessage) -> int:
        """Answer the press, which its person alone reads. Raises `TokenExpired` where that can't be done any more."""
        plain = not (item.files or item.buttons or item.links)
        if at.callback is not None and plain and length(item.text) <= ALERT_LIMIT:
            with suppress(PersonUnreachable):  # the press is too old, or was answered already
                async with self._refusals(at):
                    await self._bot.answer_callback_query(at.callback, item.text, show_alert=True)
                return _NO_MESSAGE
        raise TokenExpired

    @asynccontextmanager
    async def _refusals(self, at: TelegramAddress, *, files: bool = False) -> AsyncIterator[None]:
        """Turn the library's errors into refusals."""
        try:
            yield
        except RetryAfter as error:
            raise PlatformUnavailable(retry_after=seconds_of(error)) from error
        except ChatMigrated as error:
            # The group became a supergroup: its messages stay behind.
            moved = replace(at, chat_id=error.new_chat_id, thread_id=None, reply_to=None)
            raise ChatMoved(write_ref(moved)) from error
        except Forbidden as error:
            raise PersonUnreachable("the person or group does not want the bot") from error
        except NetworkError as error:
            _read(error, files=files)
        except TelegramError as error:
            raise PersonUnreachable(f"Telegram refused a message: {error.message}") from error


def keyboard(buttons: tuple[Button, ...], links: tuple[Link, ...] = ()) -> telegram.InlineKeyboardMarkup | None:
    """Return the buttons, two in a row."""
    keys = [telegram.InlineKeyboardButton(button.label, callback_data=button.id) for button in buttons]
    keys += [telegram.InlineKeyboardButton(link.label, url=link.url) for link in links]
    return telegram.InlineKeyboardMarkup([keys[at : at + 2] for at in range(0, len(keys), 2)]) if keys else None


@lru_cache(1024)
def _at(address: str) -> TelegramAddress:
    return read_ref(TelegramAddress, address, PersonUnreachable("the address is not readable"))


def _reply(at: TelegramAddress) -> telegram.ReplyParameters | None:
    return None if at.reply_to is None else telegram.ReplyParameters(at.reply_to, allow_sending_without_reply=True)


def _read(error: NetworkError, *, files: bool) -> None:
    """Raise the refusal for an error that may lie in the request (`BadRequest`) or in the network."""
    said = error.message.lower()
    if any(words in said for words in _TOO_LARGE):
        raise TooLargeForChat from error
    if not isinstance(error, BadRequest):
        raise PlatformUnavailable from error
    if any(words in said for words in _LOST):
        raise MessageGone from error
    if any(words in said for words in _NO_TOPIC):
        raise TopicGone from error
    if any(words in said for words in _NO_RIGHT):
        of_files = files and any(words in said for words in _NO_FILES)
        raise NotAllowed(files=of_files) from error
    if _UNCHANGED not in said:
        if not any(words in said for words in _UNKNOWN):
            log.error("Telegram refused a message: %s", error.message)
        raise PersonUnreachable(f"Telegram refused a message: {error.message}") from error


def _media(it: MediaFile, file: telegram.InputFile, item: OutgoingMessage) -> _Media:
    """Return the file as the kind of message that plays it; it is read from disk while it is sent."""
    caption = item.text or it.alt[:CAPTION_LIMIT]
    duration = timedelta(seconds=math.ceil(it.seconds))
    match it.mime:
        case "video/mp4":
            return telegram.InputMediaVideo(
                file, caption=caption, width=it.width, height=it.height, duration=duration, supports_streaming=True
            )
        case "audio/mpeg" | "audio/mp4":
            title = item.facts.title if item.facts else None
            return telegram.InputMediaAudio(file, caption=caption, duration=duration, title=title)
        case mime if mime.startswith("image/"):
            return telegram.InputMediaPhoto(file, caption=caption)
        case _:
            return telegram.InputMediaDocument(file, caption=caption)
