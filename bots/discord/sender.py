"""Discord as the outbox sees it: the answer to an interaction, later an ordinary message of the channel."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import field
from functools import lru_cache
from typing import TypedDict, TypeVar, cast

import aiohttp
import discord
from pydantic.dataclasses import dataclass

from bots.persisted_refs import PersistedRef, read_ref, write_ref
from core.errors import MessageGone, NotAllowed, PersonUnreachable, PlatformUnavailable, TokenExpired, TooLargeForChat
from core.messages import Button, Link
from core.sender import Limits, OutgoingMessage
from core.text_parts import slices

log = logging.getLogger(__name__)

PLATFORM = "discord"

_Result = TypeVar("_Result")

# Discord's limits for a message and its parts (developer docs: message resource, components reference).
TEXT_LIMIT = 2000
ALT_LIMIT = 1024
LABEL_LIMIT = 80
MOST_FILES = 10
# Edits are bucketed in fives per five seconds; two jobs may share a channel.
PACE = 2.5
# A whole request may have 25 MiB, also where boosts allow larger attachments; a little is kept for the form around it.
LARGEST_REQUEST = 25 * 1024 * 1024 - 64 * 1024
# Seconds from which on the channel itself is tried first; an interaction's token lives 15 minutes.
MOVE_AFTER = 12 * 60.0
# Without boosts.
SMALLEST_LIMIT = 10 * 1024 * 1024
# JSON error codes.
_UNKNOWN_MESSAGE = 10008
_DEAD_TOKEN = {10015, 10062, 50027}
_TOO_LARGE = 40005
_MISSING_PERMISSIONS = 50013
_ESCAPED_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How an interaction is answered: by its token."""

    application: int
    token: str = field(repr=False)
    #: Seconds since 1970.
    born: float
    #: The message of the first answer ("thinking…"), where that was one.
    promised: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordAddress(PersistedRef):
    """Where a person is answered on Discord."""

    channel: int
    person: int
    #: Bytes that an attachment may have here.
    largest_file: int
    #: The message that is answered by a reply.
    reply_to: int | None = None
    #: Only the person sees the answers to the interaction.
    ephemeral: bool = False
    #: The channel is the person's direct messages.
    direct: bool = False
    answers: Answers | None = None


class _Answering(TypedDict, total=False):
    reference: discord.MessageReference


class _NoWay(Exception):
    """This way to the person is closed: the token is dead, or the channel is not for this bot."""


@asynccontextmanager
async def _refusals(*, files: bool) -> AsyncIterator[None]:
    """Turn the library's errors into refusals. A dropped connection comes as aiohttp's error, not as discord's."""
    try:
        yield
    except discord.RateLimited as error:
        raise PlatformUnavailable(retry_after=error.retry_after) from error
    except discord.HTTPException as error:
        if error.code == _UNKNOWN_MESSAGE:
            raise MessageGone from error
        if error.status == 413 or error.code == _TOO_LARGE:
            raise TooLargeForChat from error
        if error.status == 429 or error.status >= 500:
            raise PlatformUnavailable from error
        if error.code == _MISSING_PERMISSIONS and files:
            raise NotAllowed(files=True) from error
        if error.status not in {401, 403, 404} and error.code not in _DEAD_TOKEN:
            # Not `exception`: its text may quote what people wrote.
            log.error("Discord refused a message: %s %s", error.status, error.code)  # noqa: TRY400
        raise _NoWay from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise PlatformUnavailable from error


def buttons_view(buttons: tuple[Button, ...], links: tuple[Link, ...] = ()) -> discord.ui.View | None:
    """Return the buttons, five in a row.

    A press comes back as an event with the button's id, after restarts too; nothing waits in memory for it,
    so the view is stopped, which keeps the library from storing it.
    """
    if not (buttons or links):
        return None
    view = discord.ui.View(timeout=None)
    for button in buttons:
        style = discord.ButtonStyle.secondary
        view.add_item(discord.ui.Button(custom_id=button.id, label=button.label[:LABEL_LIMIT], style=style))
    for link in links:
        view.add_item(discord.ui.Button(url=link.url, label=link.label[:LABEL_LIMIT]))
    view.stop()
    return view


def escaped(text: str) -> str:
    """Return plain text as Discord's Markdown."""
    # The library's patterns take ages over a long text made for that: ten seconds over "[a](" 2,500 times.
    return "".join(map(discord.utils.escape_markdown, slices(text, _ESCAPED_AT_ONCE)))


class DiscordSender:
    """Answers through an interaction while its token lives, and through the channel after that or without one.

    An interaction's answers are messages of the bot, which it may go on editing as such where it is a member of the
    channel; those that only their person may see never go to the channel. Of what was posted just before a crash, only
    an interaction's later messages may come twice: Discord drops repeated messages of a channel by their nonce, and the
    promised answer is an edit.
    """

    platform = PLATFORM

    def __init__(self, client: discord.Client, move_after: float = MOVE_AFTER) -> None:
        """`client` is logged in; it needs no gateway."""
        self._client = client
        self._move_after = move_after

    def destination(self, address: str) -> str:
        """Return the channel, or the interaction: Discord counts the calls of each by themselves."""
        at = _at(address)
        return f"{at.channel}" if at.answers is None else f"{at.channel} {at.person} {at.answers.born}"

    def limits(self, address: str) -> Limits:
        at = _at(address)
        return Limits(
            pace=PACE,
            text=TEXT_LIMIT,
            caption=TEXT_LIMIT,
            largest_file=min(at.largest_file, LARGEST_REQUEST),
            files=MOST_FILES,
            private=at.ephemeral or at.direct,
            rings=at.direct,
        )

    def delay(self, address: str, *, urgent: bool) -> float:
        """Return 0: the library keeps Discord's own limits, and the pace of progress is below them."""
        return 0.0

    def markup(self, text: str) -> str:
        return escaped(text)

    async def post(self, address: str, item: OutgoingMessage, *, nonce: str, silent: bool, reply: bool) -> int:
        """Post a message, by the interaction where that is open; only it can show something private in a channel."""
        at = _at(address)
        view = buttons_view(item.buttons, item.links) or discord.utils.MISSING
        private = at.ephemeral or (item.private and not at.direct)

        async def follow_up(answers: Answers) -> int:
            sent = await self._webhook(answers).send(item.text, view=view, ephemeral=private, silent=silent, wait=True)
            return sent.id

        async def send() -> int:
            channel = self._channel(at)
            answering: _Answering = {}
            if reply and at.reply_to is not None:
                answered = channel.get_partial_message(at.reply_to)
                answering["reference"] = answered.to_reference(fail_if_not_exists=False)
            none = discord.AllowedMentions.none()
            # Of two messages with the same nonce Discord drops the second and returns the first.
            sent = await channel.send(
                item.text, view=view, allowed_mentions=none, nonce=nonce, silent=silent, **answering
            )
            if sent.content.strip() != item.text.strip():
                # Posted by a process that died before it could tell, perhaps as progress.
                await sent.edit(content=item.text, view=view or None)
            return sent.id

        return await self._first_way(at, follow_up, send, private=private)

    async def edit(self, address: str, message: int, item: OutgoingMessage) -> None:
        """Turn a message into `item`; its files take the place of those that it has."""
        at = _at(address)

        text, view = item.text or None, buttons_view(item.buttons, item.links)

        def files() -> list[discord.File]:
            return [discord.File(it.path, it.name, description=it.alt[:ALT_LIMIT] or None) for it in item.files]

        async def by_token(answers: Answers) -> None:
            webhook = self._webhook(answers)
            await webhook.edit_message(_named(answers, message), content=text, attachments=files(), view=view)

        async def by_channel() -> None:
            partial = self._channel(at).get_partial_message(message)
            await partial.edit(content=text, attachments=files(), view=view)

        await self._first_way(at, by_token, by_channel, private=at.ephemeral, files=bool(item.files))

    async def delete(self, address: str, message: int) -> None:
        at = _at(address)

        async def by_token(answers: Answers) -> None:
            await self._webhook(answers).delete_message(_named(answers, message))

        async def by_channel() -> None:
            await self._channel(at).get_partial_message(message).delete()

        await self._first_way(at, by_token, by_channel, private=at.ephemeral)

    async def elsewhere(self, address: str, refusal: Exception) -> str | None:
        at = _at(address)
        if at.direct or not isinstance(refusal, NotAllowed | TokenExpired):
            return None
        try:
            async with _refusals(files=False):
                channel = await self._client.create_dm(discord.Object(at.person))
        except _NoWay:
            return None
        return write_ref(DiscordAddress(channel=channel.id, person=at.person, largest_file=SMALLEST_LIMIT, direct=True))

    def _channel(self, at: DiscordAddress) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(at.channel)

    def _webhook(self, answers: Answers) -> discord.Webhook:
        """Return the way of an interaction's answers; it works in every process."""
        webhook = discord.Webhook.partial(answers.application, answers.token, client=self._client)
        webhook.type = discord.WebhookType.application
        return webhook

    async def _first_way(
        self,
        at: DiscordAddress,
        by_token: Callable[[Answers], Awaitable[_Result]],
        by_channel: Callable[[], Awaitable[_Result]],
        *,
        private: bool,
        files: bool = False,
    ) -> _Result:
        """Take the first way that is open: the young token, then the channel, then the old token.

        The old one is tried too, since the clock may be wrong. What is private goes by the token only.
        """
        ways: list[Callable[[], Awaitable[_Result]]] = [] if private else [by_channel]
        if (answers := at.answers) is not None:
            young = time.time() - answers.born < self._move_after
            ways.insert(0 if young else len(ways), lambda: by_token(answers))
        no_files: NotAllowed | None = None
        for way in ways:
            try:
                async with _refusals(files=files):
                    return await way()
            except NotAllowed as refused:
                no_files = refused
            except _NoWay as closed:
                log.info("A way to a chat is closed: %s", closed.__cause__)
        if no_files is not None:
            raise no_files
        if private:
            raise TokenExpired
        raise PersonUnreachable if at.direct else NotAllowed()


@lru_cache(1024)
def _at(address: str) -> DiscordAddress:
    return read_ref(DiscordAddress, address, PersonUnreachable("the address is not readable"))


def _named(answers: Answers, message: int) -> int:
    """Return the name of a message to an interaction: its promised answer has one of its own."""
    return cast("int", "@original") if message == answers.promised else message
