"""The Telegram side: turns updates into messages and hands each to the gateway in a task of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from typing import TypeAlias

import telegram
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, ExtBot, MessageHandler, filters

from bots.lifecycle import Tasks
from bots.telegram import inbound
from core.commands import COMMANDS, TYPED
from core.gateway import Gateway
from core.messages import IncomingMessage, Rights
from core.texts import DEFAULT, LANGUAGES, say

log = logging.getLogger(__name__)

_Data: TypeAlias = dict[str, object]
App: TypeAlias = Application[ExtBot[None], ContextTypes.DEFAULT_TYPE, _Data, _Data, _Data, None]

_ALERT_WITHIN = 0.5
"""Seconds for which a pressed button may show that it waits, while its press is answered in words."""
_RIGHTS_KNOWN = 300.0
"""Seconds for which a group that lets the bot speak is not asked again whether it does."""
_MOST_GROUPS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """What a Bot API server takes, and how patient the adapter is."""

    #: Bytes of an upload.
    upload_limit: int
    #: Seconds in which the next message of an album may come.
    album_wait: float = 0.8
    #: Seconds that the next updates wait at most for a message that is not in the journal yet.
    in_hand: float = 2.0


class TelegramAdapter:
    """Turns updates into messages. Handlers only start tasks, so that the order of the updates is kept."""

    def __init__(self, api: telegram.Bot, gateway: Gateway, tasks: Tasks, limits: ServerLimits) -> None:
        self._api = api
        self._gateway = gateway
        self._tasks = tasks
        self._album_wait = limits.album_wait
        self._albums: dict[tuple[int, str], tuple[list[telegram.Message], asyncio.TimerHandle]] = {}
        self._open_groups: dict[int, float] = {}

    def listen(self, application: App) -> None:
        """Register the handlers."""
        heard = filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL
        application.add_handler(MessageHandler(heard, self._on_message))
        application.add_handler(CallbackQueryHandler(self._on_press))

    async def register_commands(self) -> None:
        """Fill the menu of commands, in every language; Telegram shows the first one where it has no other."""
        try:
            for language in LANGUAGES:
                commands = [(action.value, say(language, COMMANDS[action].description)) for action in TYPED]
                await self._api.set_my_commands(commands, language_code=None if language == DEFAULT else language)
        except TelegramError as error:
            log.warning("Cannot register the menu of commands: %s", error.message)

    async def _on_message(self, update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.message
        if message is None:
            return
        if message.media_group_id is None:
            self._take([message])
            return
        # The files of an album come as separate messages that share an id.
        album = (message.chat_id, message.media_group_id)
        messages, timer = self._albums.get(album, ([], None))
        if timer is not None:
            timer.cancel()
        messages.append(message)
        later = asyncio.get_running_loop().call_later(self._album_wait, self._take_album, album)
        self._albums[album] = (messages, later)

    def flush(self) -> None:
        """Take albums that are still being gathered as they are."""
        for album, (_, timer) in list(self._albums.items()):
            timer.cancel()
            self._take_album(album)

    def _take_album(self, album: tuple[int, str]) -> None:
        messages, _ = self._albums.pop(album)
        self._take(sorted(messages, key=lambda message: message.message_id))

    def _take(self, messages: list[telegram.Message]) -> None:
        if (incoming := inbound.from_messages(messages, self._api.bot)) is not None:
            # Beside the answer, not before it.
            self._tasks.start(self._show_typing(messages[0]), f"Telegram typing {incoming.message_id}")
            self._tasks.take_in(self._serve(incoming, messages[0].chat), f"Telegram message {incoming.message_id}")

    async def _on_press(self, update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        press = update.callback_query
        if press is None:
            return
        incoming = inbound.from_press(press)
        wait = 0.0
        if incoming is not None and press.message is not None:
            self._tasks.take_in(self._serve(incoming, press.message.chat), f"Telegram press {press.id}")
            wait = _ALERT_WITHIN
        self._tasks.start(self._acknowledge(press, wait), f"Telegram press answered {press.id}")

    async def _serve(self, incoming: IncomingMessage, chat: telegram.Chat) -> None:
        await self._gateway.accept(replace(incoming, rights=await self._rights(chat)))

    async def _acknowledge(self, press: telegram.CallbackQuery, after: float) -> None:
        """Stop the button's waiting. Telegram takes one answer to a press: a private one goes first."""
        await asyncio.sleep(after)
        try:
            await press.answer()
        except TelegramError as error:
            log.debug("Cannot acknowledge a press: %s", error.message)

    async def _show_typing(self, message: telegram.Message) -> None:
        try:
            thread = inbound.topic_of(message)
            await self._api.send_chat_action(message.chat_id, ChatAction.TYPING, message_thread_id=thread)
        except TelegramError as error:
            log.debug("Cannot show a typing sign: %s", error.message)

    async def _rights(self, chat: telegram.Chat) -> Rights:
        """Return what the bot may do in a chat; where Telegram does not say, everything is tried."""
        if chat.type == telegram.Chat.PRIVATE or self._open_groups.get(chat.id, 0.0) > time.monotonic():
            return Rights()
        try:
            member = await self._api.get_chat_member(chat.id, self._api.id)
            allowed: telegram.ChatMemberRestricted | telegram.ChatPermissions | None = None
            if isinstance(member, telegram.ChatMemberRestricted):
                allowed = member
            elif member.status == telegram.ChatMember.MEMBER:
                allowed = (await self._api.get_chat(chat.id)).permissions
        except (TelegramError, TypeError) as error:
            # The library raises TypeError where an older Bot API server tells less than it asks for.
            log.debug("Cannot ask for the bot's rights: %s", type(error).__name__)
            return Rights()
        if allowed is None or (allowed.can_send_messages and allowed.can_send_videos is not False):
            if len(self._open_groups) >= _MOST_GROUPS:
                self._open_groups.clear()
            self._open_groups[chat.id] = time.monotonic() + _RIGHTS_KNOWN
            return Rights()
        return Rights(send=bool(allowed.can_send_messages), attach=allowed.can_send_videos is not False)
