"""What a job shows, on Discord: the answer to an interaction, later an ordinary message of the channel."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
import discord

from bots.delivery import Busy, FileRefused, MessageLost, MessageScreen
from core.errors import ScreenGone
from core.words import Button, File, Picture, Shown, Text

_log = logging.getLogger(__name__)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds. An interaction's token lives `token` (15 minutes); from `move` on the channel itself is tried first."""

    move: float = 12 * 60
    token: float = 15 * 60 - 10
    retries: tuple[float, ...] = (1, 2, 5, 10, 30)


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


def _new_nonce() -> str:
    return uuid.uuid4().hex[:25]


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


class DiscordScreen(MessageScreen[int]):
    """Shows through an interaction while its token lives, and through the channel after that or without one.

    Messages are known by their ids: an interaction's answers are messages of the bot, which it may go on editing
    as such where it is a member of the channel.
    """

    def __init__(
        self,
        channel: discord.PartialMessageable,
        *,
        largest_file: int,
        language: str | None,
        patience: Patience,
        interaction: discord.Interaction | None = None,
        owes_answer: bool = False,
        ephemeral: bool = False,
        reply_to: int | None = None,
    ) -> None:
        """`owes_answer`: the first answer was a promise ("thinking…") that the first message has to keep."""
        super().__init__(
            pace=PACE,
            largest_file=min(largest_file, LARGEST_REQUEST),
            text_limit=TEXT_LIMIT,
            caption_limit=TEXT_LIMIT,
            language=language,
            retry_waits=patience.retries,
        )
        self._channel = channel
        self._interaction = interaction
        self._owes_answer = owes_answer
        self._ephemeral = ephemeral
        self._reply_to = reply_to
        self._patience = patience
        self._nonce = _new_nonce()
        self._born = asyncio.get_running_loop().time()

    def written(self, text: str) -> str:
        """Return plain text as Discord's Markdown."""
        return discord.utils.escape_markdown(text)

    async def post(self, item: Text) -> int:
        """See `MessageScreen`."""
        return await self._first_way(lambda interaction: self._answer(interaction, item), lambda: self._send(item))

    async def edit(self, message: int, item: Shown) -> None:
        """See `MessageScreen`."""

        async def by_token(interaction: discord.Interaction) -> None:
            text, files, view = _content(item)
            await interaction.followup.edit_message(message, content=text, attachments=files, view=view)

        async def by_channel() -> None:
            text, files, view = _content(item)
            await self._channel.get_partial_message(message).edit(content=text, attachments=files, view=view)

        await self._first_way(by_token, by_channel)

    async def delete(self, message: int) -> None:
        """See `MessageScreen`."""

        async def by_token(interaction: discord.Interaction) -> None:
            await interaction.followup.delete_message(message)

        await self._first_way(by_token, lambda: self._channel.get_partial_message(message).delete())

    async def close(self) -> None:
        """See `MessageScreen`; a promised answer that never came is taken back."""
        await super().close()
        if self._owes_answer and self._interaction is not None:
            self._owes_answer = False
            try:
                async with _signals():
                    await self._interaction.delete_original_response()
            except (Busy, MessageLost, FileRefused, _NoWay) as reason:
                _log.debug("An empty answer stays: %r", reason)

    async def _answer(self, interaction: discord.Interaction, item: Text) -> int:
        view = buttons_view(item.buttons)
        if self._owes_answer:
            answer = await interaction.edit_original_response(content=item.text, view=view)
            self._owes_answer = False
            return answer.id
        sent = await interaction.followup.send(
            item.text, view=view or discord.utils.MISSING, ephemeral=self._ephemeral, wait=True
        )
        return sent.id

    async def _send(self, item: Text) -> int:
        """Send to the channel; Discord drops the second of two messages with the same nonce."""
        allowed = discord.AllowedMentions.none()
        view = buttons_view(item.buttons) or discord.utils.MISSING
        if self._reply_to is None:
            sent = await self._channel.send(item.text, view=view, allowed_mentions=allowed, nonce=self._nonce)
        else:
            answered = discord.MessageReference(
                message_id=self._reply_to, channel_id=self._channel.id, fail_if_not_exists=False
            )
            sent = await self._channel.send(
                item.text, view=view, allowed_mentions=allowed, nonce=self._nonce, reference=answered
            )
        self._nonce = _new_nonce()
        self._reply_to = None
        return sent.id

    async def _first_way(
        self,
        by_token: Callable[[discord.Interaction], Awaitable[_Result]],
        by_channel: Callable[[], Awaitable[_Result]],
    ) -> _Result:
        """Take the first way that is open: the young token, then the channel, then the old token."""
        age = asyncio.get_running_loop().time() - self._born
        ways: list[Callable[[], Awaitable[_Result]]] = []
        if (interaction := self._interaction) is not None and age < self._patience.token:
            ways.append(lambda: by_token(interaction))
        if not self._ephemeral:
            ways.insert(0 if age >= self._patience.move else len(ways), by_channel)
        for way in ways:
            try:
                async with _signals():
                    return await way()
            except _NoWay as closed:
                _log.info("A way to a chat is closed: %s", closed.__cause__)
        raise ScreenGone("neither the interaction nor the channel takes a message")
