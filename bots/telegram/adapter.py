"""The Telegram side: hears, returns at once, and hands each wish to the core in a task of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass

import telegram
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bots.delivery import converse
from bots.persisted_refs import read_ref
from bots.tasks import Tasks
from bots.telegram import inbound
from bots.telegram.albums import Albums
from bots.telegram.pacing import Pacing
from bots.telegram.screen import TelegramAddress, TelegramScreen
from core.messages import Bot, Command, IncomingMessage
from core.texts import DEFAULT, LANGUAGES, say

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """What a Bot API server takes (bytes), and how patient the adapter is (seconds)."""

    upload_limit: int
    album_wait: float = 0.8
    retries: tuple[float, ...] = (1, 2, 5, 10, 30)
    in_hand: float = 5.0
    """How long the next updates wait at most for a message that is not written down yet."""


class TelegramAdapter:
    """Turns updates into wishes. Handlers only start tasks, so that the order of the updates is kept."""

    def __init__(self, api: telegram.Bot, bot: Bot, tasks: Tasks, pacing: Pacing, manners: ServerLimits) -> None:
        self._api = api
        self._bot = bot
        self._tasks = tasks
        self._pacing = pacing
        self._manners = manners
        self._albums = Albums(self._take, manners.album_wait)
        self._in_hand: dict[asyncio.Task[None], TelegramScreen] = {}

    def listen(self, application: Application) -> None:  # type: ignore[type-arg]
        """Register the handlers."""
        heard = filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL
        application.add_handler(MessageHandler(heard, self._on_message))
        application.add_handler(CallbackQueryHandler(self._on_press))

    def flush(self) -> None:
        """Pass on albums that are still being gathered."""
        self._albums.flush()

    async def received(self) -> None:
        """Wait until nothing that was heard would be lost with this process, but not for long.

        Asking Telegram for the next updates confirms those before: it does not tell them again. An album that is
        still being gathered is not waited for: the rest of it comes with the next updates.
        """
        async with asyncio.TaskGroup() as waiting:
            for task, screen in tuple(self._in_hand.items()):
                waiting.create_task(self._in_safety(task, screen))

    async def _in_safety(self, task: asyncio.Task[None], screen: TelegramScreen) -> None:
        kept = asyncio.create_task(screen.kept.wait())
        await asyncio.wait({task, kept}, timeout=self._manners.in_hand, return_when=asyncio.FIRST_COMPLETED)
        kept.cancel()
        self._in_hand.pop(task, None)

    async def register_commands(self) -> None:
        """Fill the menu of commands, in every language; Telegram shows the first one where it has no other."""
        try:
            for language in LANGUAGES:
                commands = [(command.value, say(language, f"platform.command_{command}")) for command in Command]
                await self._api.set_my_commands(commands, language_code=None if language == DEFAULT else language)
        except TelegramError as error:
            _log.warning("The menu of commands could not be registered: %s", error.message)

    async def _on_message(self, update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.message
        if message is None:
            return
        if message.media_group_id is not None:
            self._albums.add(message, message.media_group_id)
        else:
            self._take([message])

    def _take(self, messages: list[telegram.Message]) -> None:
        said = inbound.from_messages(messages, self._api.bot)
        if said is not None:
            screen = self._screen(messages[0], said, answer=True)
            self._begin(self._serve(said, screen, messages[0]), screen, f"Telegram message {said.message_id}")

    async def _on_press(self, update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        press = update.callback_query
        if press is None:
            return
        name = f"Telegram press {press.id}"
        said = inbound.from_press(press)
        if said is None or press.message is None:
            self._tasks.start(self._acknowledge(press), name)
            return
        screen = self._screen(press.message, said, answer=False)
        self._begin(self._serve_press(press, said, screen), screen, name)

    def _begin(self, work: Coroutine[object, object, None], screen: TelegramScreen, name: str) -> None:
        self._in_hand[self._tasks.start(work, name)] = screen

    async def _serve(self, said: IncomingMessage, screen: TelegramScreen, message: telegram.Message) -> None:
        # The first answer, before anything slow.
        try:
            place = inbound.place_of(message, answer=False)
            await self._api.send_chat_action(place.chat_id, ChatAction.TYPING, message_thread_id=place.thread_id)
        except TelegramError as error:
            _log.debug("No typing sign: %s", error.message)
        await converse(self._bot, said, screen)

    async def _serve_press(self, press: telegram.CallbackQuery, said: IncomingMessage, screen: TelegramScreen) -> None:
        await self._acknowledge(press)
        await converse(self._bot, said, screen)

    async def _acknowledge(self, press: telegram.CallbackQuery) -> None:
        # Until it is answered, the button shows that it waits.
        try:
            await press.answer()
        except TelegramError as error:
            _log.debug("A press was not answered: %s", error.message)

    def reopen(self, address: str) -> TelegramScreen | None:
        """See `core.messages.Reopen`."""
        at = read_ref(TelegramAddress, address)
        return None if at is None else self._screen_at(at)

    def _screen(
        self, message: telegram.MaybeInaccessibleMessage, said: IncomingMessage, *, answer: bool
    ) -> TelegramScreen:
        place = inbound.place_of(message, answer=answer)
        return self._screen_at(TelegramAddress(language=said.person.language, place=place))

    def _screen_at(self, at: TelegramAddress) -> TelegramScreen:
        upload_limit, retries = self._manners.upload_limit, self._manners.retries
        return TelegramScreen(self._api, at, self._pacing, upload_limit=upload_limit, retry_waits=retries)
