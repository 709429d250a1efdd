"""What a job shows, on Discord: the answer to an interaction, later an ordinary message of the channel."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import field, replace
from typing import TypedDict, TypeVar, cast

import aiohttp
import discord
from pydantic.dataclasses import dataclass

from bots.delivery import Busy, FileRefused, MessageLost, MessageScreen
from bots.parts import slices
from bots.persisted_refs import Address
from core.errors import PersonUnreachable
from core.messages import Button, File, Picture, Shown, Text

_log = logging.getLogger(__name__)

PLATFORM = "discord"

_Result = TypeVar("_Result")

# Discord's limits for a message and its parts (developer docs: message resource, components reference).
TEXT_LIMIT = 2000
ALT_LIMIT = 1024
LABEL_LIMIT = 80
# Edits are bucketed in fives per five seconds; two jobs may share a channel.
PACE = 2.5
# A whole request may have 25 MiB, also where boosts allow larger attachments; a little is kept for the form around it.
LARGEST_REQUEST = 25 * 1024 * 1024 - 64 * 1024
# Without boosts.
SMALLEST_LIMIT = 10 * 1024 * 1024
# JSON error codes.
_UNKNOWN_MESSAGE = 10008
_DEAD_TOKEN = {10015, 10062, 50027}
_TOO_LARGE = 40005
_ESCAPED_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Seconds. An interaction's token lives 15 minutes; from `move` on the channel itself is tried first."""

    move: float = 12 * 60
    retries: tuple[float, ...] = (1, 2, 5, 10, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How an interaction is answered: by its token, `born` in seconds since 1970.

    `promised` is the message of the first answer ("thinking…"), where that was one.
    """

    application: int
    token: str = field(repr=False)
    born: float
    promised: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordAddress(Address):
    """Where a screen stands on Discord.

    `root` is the id of what is answered, `posts` how many messages were posted to the channel for it: together they
    name the next one, so that Discord drops its repetition, another process's too. `largest_file` in bytes.
    """

    channel: int
    root: int
    posts: int = 0
    largest_file: int
    reply_to: int | None = None
    ephemeral: bool = False
    answers: Answers | None = None


class _Answering(TypedDict, total=False):
    reference: discord.MessageReference


class _NoWay(Exception):
    """This way to the person is closed: the token is dead, or the channel is not for this bot."""


@asynccontextmanager
async def _signals() -> AsyncIterator[None]:
    """Turn the library's errors into ours. A dropped connection comes as aiohttp's error, not as discord's."""
    try:
        yield
    except discord.RateLimited as error:
        raise Busy(error.retry_after) from error
    except discord.HTTPException as error:
        if error.code == _UNKNOWN_MESSAGE:
            raise MessageLost from error
        if error.status == 413 or error.code == _TOO_LARGE:
            raise FileRefused from error
        if error.status == 429 or error.status >= 500:
            raise Busy from error
        if error.status not in {401, 403, 404} and error.code not in _DEAD_TOKEN:
            _log.error("Discord refused a message: %s %s", error.status, error.code)
        raise _NoWay from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Busy from error


def buttons_view(buttons: tuple[Button, ...]) -> discord.ui.View | None:
    """Return the buttons, five in a row.

    A press comes back as an event with the button's id, after restarts too; nothing waits in memory for it,
    so the view is stopped, which keeps the library from storing it.
    """
    if not buttons:
        return None
    view = discord.ui.View(timeout=None)
    for button in buttons:
        style = discord.ButtonStyle.secondary
        view.add_item(discord.ui.Button(custom_id=button.id, label=button.label[:LABEL_LIMIT], style=style))
    view.stop()
    return view


def _content(item: Shown) -> tuple[str | None, list[discord.File], discord.ui.View | None]:
    match item:
        case Picture():
            return None, [discord.File(item.path, description=item.alt[:ALT_LIMIT])], None
        case File():
            return item.text or None, [discord.File(item.path, filename=item.name)], buttons_view(item.buttons)
        case _:
            return item.text, [], buttons_view(item.buttons)


def escaped(text: str) -> str:
    """Return plain text as Discord's Markdown."""
    # The library's patterns take ages over a long text made for that: ten seconds over "[a](" 2,500 times.
    return "".join(map(discord.utils.escape_markdown, slices(text, _ESCAPED_AT_ONCE)))


class DiscordScreen(MessageScreen[DiscordAddress]):
    """Shows through an interaction while its token lives, and through the channel after that or without one.

    An interaction's answers are messages of the bot, which it may go on editing as such where it is a member of the
    channel. Of what was posted just before a crash, only an interaction's later messages may come twice: Discord tells
    repeated messages of the channel, and the promised answer is an edit.
    """

    platform = PLATFORM

    def __init__(self, client: discord.Client, at: DiscordAddress, patience: RetryPolicy) -> None:
        """`client` is logged in; it needs no gateway."""
        super().__init__(
            at,
            pace=PACE,
            largest_file=min(at.largest_file, LARGEST_REQUEST),
            text_limit=TEXT_LIMIT,
            caption_limit=TEXT_LIMIT,
            retry_waits=patience.retries,
        )
        self._client = client
        self._channel = client.get_partial_messageable(at.channel)
        self._patience = patience

    def written(self, text: str) -> str:
        """Return plain text as Discord's Markdown."""
        return escaped(text)

    async def post(self, item: Text) -> int:
        """See `MessageScreen`."""
        return await self._first_way(lambda answers: self._follow_up(answers, item), lambda: self._send(item))

    async def edit(self, message: int, item: Shown) -> None:
        """See `MessageScreen`."""

        async def by_token(answers: Answers) -> None:
            text, files, view = _content(item)
            webhook = self._webhook(answers)
            await webhook.edit_message(_named(answers, message), content=text, attachments=files, view=view)

        async def by_channel() -> None:
            text, files, view = _content(item)
            await self._channel.get_partial_message(message).edit(content=text, attachments=files, view=view)

        await self._first_way(by_token, by_channel)

    async def delete(self, message: int) -> None:
        """See `MessageScreen`."""

        async def by_token(answers: Answers) -> None:
            await self._webhook(answers).delete_message(_named(answers, message))

        await self._first_way(by_token, lambda: self._channel.get_partial_message(message).delete())

    async def _follow_up(self, answers: Answers, item: Text) -> int:
        view = buttons_view(item.buttons) or discord.utils.MISSING
        webhook = self._webhook(answers)
        sent = await webhook.send(item.text, view=view, ephemeral=self._at.ephemeral, wait=True)
        return sent.id

    async def _send(self, item: Text) -> int:
        """Send to the channel; of two messages with the same nonce Discord drops the second and returns the first."""
        answering: _Answering = {}
        if self._at.reply_to is not None:
            answered = self._channel.get_partial_message(self._at.reply_to)
            answering["reference"] = answered.to_reference(fail_if_not_exists=False)
        view = buttons_view(item.buttons)
        sent = await self._channel.send(
            item.text,
            view=view or discord.utils.MISSING,
            allowed_mentions=discord.AllowedMentions.none(),
            nonce=f"{self._at.root}-{self._at.posts}",
            **answering,
        )
        if sent.content.strip() != item.text.strip():
            # Posted by a process that died before it could tell, perhaps as progress.
            await sent.edit(content=item.text, view=view)
        self._at = replace(self._at, posts=self._at.posts + 1, reply_to=None)
        return sent.id

    def _webhook(self, answers: Answers) -> discord.Webhook:
        """Return the way of an interaction's answers; it works in every process."""
        webhook = discord.Webhook.partial(answers.application, answers.token, client=self._client)
        webhook.type = discord.WebhookType.application
        return webhook

    async def _first_way(
        self, by_token: Callable[[Answers], Awaitable[_Result]], by_channel: Callable[[], Awaitable[_Result]]
    ) -> _Result:
        """Take the first way that is open: the young token, then the channel, then the old token.

        The old one is tried too, since the clock may be wrong.
        """
        ways: list[Callable[[], Awaitable[_Result]]] = [] if self._at.ephemeral else [by_channel]
        if (answers := self._at.answers) is not None:
            young = time.time() - answers.born < self._patience.move
            ways.insert(0 if young else len(ways), lambda: by_token(answers))
        for way in ways:
            try:
                async with _signals():
                    return await way()
            except _NoWay as closed:
                _log.info("A way to a chat is closed: %s", closed.__cause__)
        raise PersonUnreachable("neither the interaction nor the channel takes a message")


def _named(answers: Answers, message: int) -> int:
    """Return the name of a message to an interaction: its promised answer has one of its own."""
    return cast("int", "@original") if message == answers.promised else message
