"""What a person said on Telegram, in the core's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

import telegram
from telegram.constants import ChatType

from bots.persisted_refs import write_ref
from bots.telegram.files import attachments
from bots.telegram.sender import PLATFORM, TelegramAddress
from core.commands import Action, Typed, read_typed
from core.messages import Chat, IncomingMessage, Person


def from_messages(messages: Sequence[telegram.Message], me: telegram.User) -> IncomingMessage | None:
    """Read a message, or the messages of an album; None where they are not meant for the bot.

    Private chats are for the bot altogether. In groups it takes commands, answers to its messages, and mentions.
    Files of the message that is answered count, unless they are the bot's own.
    """
    message = next((one for one in messages if one.text or one.caption), messages[0])
    sender = message.from_user
    if sender is None or sender.is_bot:
        return None
    files = tuple(file for one in messages for file in attachments(one))
    text = message.text or message.caption or ""
    typed = read_typed(_mention(me).sub(" ", text))
    says_anything = typed.text or typed.command or files or typed.unknown
    if not says_anything or not _is_for_bot(message, typed, me):
        return None
    if not files and (answered := message.reply_to_message) is not None and not _is_from(answered, me):
        files = attachments(answered)
    return IncomingMessage(
        person=Person(PLATFORM, str(sender.id), sender.language_code),
        chat=_chat(message),
        message_id=f"{message.chat_id}:{messages[0].message_id}",
        text="" if typed.unknown else typed.text,
        command=Action.HELP if typed.unknown else typed.command,
        attachments=files,
        address=write_ref(_address(messages[0], sender, answer=messages[0].message_id)),
    )


def from_press(press: telegram.CallbackQuery) -> IncomingMessage | None:
    """Read a press of a button; None where it belongs to no chat."""
    if press.message is None or not press.data:
        return None
    return IncomingMessage(
        person=Person(PLATFORM, str(press.from_user.id), press.from_user.language_code),
        chat=_chat(press.message),
        message_id=press.id,
        press=press.data,
        address=write_ref(_address(press.message, press.from_user, callback=press.id)),
    )


def _address(
    message: telegram.MaybeInaccessibleMessage,
    person: telegram.User,
    *,
    answer: int | None = None,
    callback: str | None = None,
) -> TelegramAddress:
    return TelegramAddress(
        chat_id=message.chat.id,
        thread_id=topic_of(message),
        reply_to=answer,
        group=message.chat.type != ChatType.PRIVATE,
        person=person.id,
        language=person.language_code,
        callback=callback,
    )


def topic_of(message: telegram.MaybeInaccessibleMessage) -> int | None:
    """Return the topic of a message."""
    # In plain groups a thread of answers has an id too, which must not be sent. Of an old message Telegram tells
    # no topic; the answer then goes to the general one.
    if isinstance(message, telegram.Message) and message.is_topic_message:
        return message.message_thread_id
    return None


def _chat(message: telegram.MaybeInaccessibleMessage) -> Chat:
    topic = topic_of(message)
    return Chat(PLATFORM, f"{message.chat.id}" if topic is None else f"{message.chat.id}/{topic}")


def _is_for_bot(message: telegram.Message, typed: Typed, me: telegram.User) -> bool:
    if typed.addressee is not None and typed.addressee != (me.username or "").lower():
        return False
    if message.chat.type == ChatType.PRIVATE:
        return True
    if typed.unknown:
        return typed.addressee is not None
    answered = message.reply_to_message
    if typed.command is not None or (answered is not None and _is_from(answered, me)):
        return True
    return _mention(me).search(message.text or message.caption or "") is not None


def _is_from(message: telegram.Message, me: telegram.User) -> bool:
    return message.from_user is not None and message.from_user.id == me.id


def _mention(me: telegram.User) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)@{re.escape(me.username or '')}\b", re.IGNORECASE)
