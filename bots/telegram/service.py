"""Connecting to a Bot API server and ending again, or only looking whether it takes the token."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial
from http import HTTPStatus
from typing import Protocol, cast

import telegram
from pydantic import SecretStr
from telegram.error import Conflict, Forbidden, InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder
from telegram.request import HTTPXRequest

from bots.errors import PlatformClosed, TokenNotAccepted
from bots.lifecycle import FIRST_WAIT, Link, Tasks, attempts
from bots.logs import keep_quiet
from bots.telegram.adapter import App, ServerLimits, TelegramAdapter
from bots.telegram.files import is_public, server_urls
from bots.telegram.rate_limiter import ChatLimiter
from bots.telegram.sender import TelegramSender
from core.gateway import Gateway

log = logging.getLogger(__name__)

_SETTING = "TELEGRAM_TOKEN"
_MIB = 1024 * 1024
# The public server's limit (Bot API, "Sending files"), a little under; and that of a server of one's own.
CLOUD = ServerLimits(upload_limit=50 * _MIB - 64 * 1024)
OWN_SERVER = ServerLimits(upload_limit=2000 * _MIB - 64 * 1024)
_UPDATES = [telegram.Update.MESSAGE, telegram.Update.CALLBACK_QUERY]


class _Request(Protocol):
    def __call__(self, *args: object, **kwargs: object) -> Awaitable[tuple[int, bytes]]: ...


class _Updates(HTTPXRequest):
    """Fetches updates once those before are in the journal, since that confirms them: they are not told again.

    Notices a token that is refused, too: the library would end its polling without a word.
    """

    def __init__(self, link: Link) -> None:
        super().__init__(connection_pool_size=1, connect_timeout=10, read_timeout=20)
        self.refused = asyncio.Event()
        self.link = link
        self.before_next: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def do_request(self, *args: object, **kwargs: object) -> tuple[int, bytes]:
        """Make a request of the library's, as `telegram.request.BaseRequest` does."""
        for safe in self.before_next:
            await safe()
        try:
            status, body = await cast("_Request", super().do_request)(*args, **kwargs)
        except TelegramError:
            self.link.up = False
            raise
        self.link.up = status == HTTPStatus.OK
        if status == HTTPStatus.UNAUTHORIZED:
            self.refused.set()
        return status, body


async def check(token: SecretStr, within: float, *, api_url: str | None) -> tuple[str, str]:
    """Log in at the Bot API server `api_url` (None: Telegram's own), and return the bot's name and its page."""
    try:
        bot = telegram.Bot(token.get_secret_value(), base_url=server_urls(api_url)[0])
        async with asyncio.timeout(within), bot:
            return f"@{bot.username}", f"https://t.me/{bot.username}"
    except (InvalidToken, Forbidden):
        raise TokenNotAccepted(_SETTING) from None
    except (TelegramError, OSError) as error:
        raise PlatformClosed(type(error).__name__) from error


async def serve(
    token: SecretStr,
    gateway: Gateway,
    stop: asyncio.Event,
    link: Link | None = None,
    *,
    api_url: str | None,
    limits: ServerLimits | None = None,
    first_wait: float = FIRST_WAIT,
    stop_within: float = 10,
) -> None:
    """Connect, register the commands, and serve until `stop` is set; then end within about `stop_within` seconds.

    `api_url` is the base of another Bot API server, None for Telegram's own. Without a network it goes on
    trying, first after `first_wait` seconds; `link` tells whether there is a connection. Raises `TokenNotAccepted`.
    """
    keep_quiet("httpx", "httpcore", "telegram")
    link = link or Link()
    async for _ in attempts(stop, first_wait):
        updates = _Updates(link)
        limiter = ChatLimiter()
        application = _application(token, api_url, updates, limiter)
        tasks = Tasks()
        allowed = limits or limits_of(api_url)
        adapter = TelegramAdapter(application.bot, gateway, tasks, allowed)
        sender = TelegramSender(application.bot, limiter, allowed.upload_limit)
        adapter.listen(application)
        updates.before_next = (application.update_queue.join, partial(tasks.taken_in, allowed.in_hand))
        try:
            async with application:
                await _listen(application, updates, adapter, gateway.serving(sender), tasks, stop, stop_within)
        except InvalidToken:
            raise TokenNotAccepted(_SETTING) from None
        except TelegramError as error:
            log.warning("Cannot reach Telegram, trying again: %s", type(error).__name__)
        finally:
            link.up = False
            # The library leaves its connections open where initialising failed.
            await application.bot.shutdown()


def limits_of(api_url: str | None) -> ServerLimits:
    """Return what the server at this address allows."""
    return CLOUD if is_public(api_url) else OWN_SERVER


def _application(token: SecretStr, api_url: str | None, updates: _Updates, limiter: ChatLimiter) -> App:
    # Updates are taken one by one: no handler waits for anything, and this keeps their order.
    builder = (
        ApplicationBuilder()
        .token(token.get_secret_value())
        .job_queue(None)
        .connect_timeout(10)
        .read_timeout(60)
        .write_timeout(30)
        .media_write_timeout(300)
        .pool_timeout(30)
        # For each request httpcore looks through all connections.
        .connection_pool_size(8)
        .rate_limiter(limiter)
        .get_updates_request(updates)
    )
    methods, files = server_urls(api_url)
    return builder.base_url(methods).base_file_url(files).build()


async def _listen(
    application: App,
    updates: _Updates,
    adapter: TelegramAdapter,
    serving: AbstractAsyncContextManager[None],
    tasks: Tasks,
    stop: asyncio.Event,
    stop_within: float,
) -> None:
    """Take updates until `stop` is set. Raises what ends that for good."""
    updater = application.updater
    if updater is None:
        raise PlatformClosed("the application takes no updates")

    def troubled(error: TelegramError) -> None:
        if isinstance(error, Conflict):
            log.error("Another program takes the updates of this Telegram bot: stop one of the two")
        else:
            log.warning("Cannot fetch updates from Telegram: %s", type(error).__name__)

    async with AsyncExitStack() as ending:
        # In reverse: no more updates, those at hand become jobs, and the chats are told last.
        await ending.enter_async_context(serving)
        ending.push_async_callback(tasks.close, stop_within)
        ending.callback(adapter.flush)
        await application.start()
        ending.push_async_callback(application.stop)
        await updater.start_polling(allowed_updates=_UPDATES, bootstrap_retries=0, error_callback=troubled)
        updates.link.up = True
        ending.push_async_callback(updater.stop)
        await adapter.register_commands()
        ends = [asyncio.create_task(event.wait()) for event in (stop, updates.refused)]
        ending.callback(lambda: [end.cancel() for end in ends])
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
