"""Progress on one edited message, results in its place: the part of a chat's screen that all chats share.

An adapter fills in three verbs (`post`, `edit`, `delete`) and turns its library's errors into the signals below.
The rules kept here:

- Progress is expendable: one drawing at a time, none while a result goes out, dropped when the platform is busy.
- A result is insisted on, and takes the place of the progress message where there is one: an edit may be repeated
  after a connection broke in the middle of it (nobody knows whether it arrived), while a file sent a second time
  would arrive twice. So a file is always put into a message that stands already.
- The process may die at any point, and another one opens the screen again at the address that was announced last. So
  the message that a file goes into is announced first, and what arrived is announced before anything else is shown.
  What is left: a text that was posted as a new message just before a crash may come twice where the platform can't
  tell repeated messages (Telegram can't, Discord can), never a file.
"""

from __future__ import annotations

import abc
import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Generic, TypeVar

from bots.parts import MOST_PARTS, cut, split
from bots.persisted_refs import Address, write_ref
from core import metrics
from core.errors import PersonUnreachable, PlatformUnavailable, StoreUnavailable
from core.messages import Bot, File, IncomingMessage, Picture, Progress, Shown, Text
from core.texts import nearest, say

_log = logging.getLogger(__name__)

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
Where = TypeVar("Where", bound=Address)

# How long a drawing that is under way is waited for: cut off, it might land after the result, or stand there unknown.
_SETTLE = 5.0
# The platform may ask for patience; beyond this (seconds) the person counts as out of reach.
_LONGEST_PATIENCE = 600.0
# How often a message may vanish under a result before the chat counts as closed.
_LOST_MESSAGES = 3


class Busy(Exception):
    """The platform can't take this now: flood control, an outage, a broken connection. It may have arrived."""

    def __init__(self, retry_after: float | None = None) -> None:
        """`retry_after` in seconds, where the platform said so."""
        self.retry_after = retry_after
        super().__init__(retry_after)


class MessageLost(Exception):
    """The message that should be edited is not there any more."""


class FileRefused(Exception):
    """The platform does not take this file, because of its size."""


class MessageScreen(abc.ABC, Generic[Where]):
    """A `core.messages.Screen` made of messages, which are known by their ids; `Where` is the adapter's address.

    `at` is where it stands now: a fresh address, or one that an earlier process gave.
    """

    platform: str
    """The platform's name among the metrics."""

    def __init__(
        self,
        at: Where,
        *,
        pace: float,
        largest_file: int | None,
        text_limit: int,
        caption_limit: int,
        retry_waits: tuple[float, ...],
    ) -> None:
        """`retry_waits` are the seconds between the attempts to deliver a result; limits are in UTF-16 units."""
        self.pace = pace
        self.largest_file = largest_file
        self._text_limit = text_limit
        self._caption_limit = caption_limit
        self._retry_waits = retry_waits
        self._at = at
        self._arrived = at.delivered
        self._moved: Callable[[str], Awaitable[None]] | None = None
        self.kept = asyncio.Event()
        """Set once the core has written down what is shown here: the message that it answers is not needed again."""
        self._announced = at
        self._drawing: asyncio.Task[None] | None = None
        self._showing = asyncio.Lock()

    @abc.abstractmethod
    async def post(self, item: Text) -> int:
        """Send a text. Raises `Busy`, `MessageLost` (where the chat moved: once more) or `PersonUnreachable`."""

    @abc.abstractmethod
    async def edit(self, message: int, item: Shown) -> None:
        """Turn a message into `item`. Raises `Busy`, `MessageLost`, `FileRefused` or `PersonUnreachable`."""

    @abc.abstractmethod
    async def delete(self, message: int) -> None:
        """Take a message away. Raises like `edit`."""

    @property
    def address(self) -> str:
        """See `core.messages.Screen`."""
        return write_ref(self._at)

    def watch(self, moved: Callable[[str], Awaitable[None]]) -> None:
        """See `core.messages.Screen`."""
        self._moved = moved
        self._announced = self._at
        self.kept.set()

    def may_draw(self, *, first: bool) -> bool:
        """Whether the platform bears a drawing now; `first` means a new message."""
        del first
        return True

    def written(self, text: str) -> str:
        """Return plain text in the platform's markup."""
        return text

    def _written(self, text: str) -> str:
        """Return a text in markup, cut before that to what can be shown at all."""
        return self.written(cut(text, self._text_limit * MOST_PARTS))

    async def draw(self, progress: Progress) -> None:
        """See `core.messages.Screen`."""
        first = self._at.progress is None
        idle = self._drawing is None and not self._showing.locked()
        if not idle or self._at.progress_lost or not self.may_draw(first=first):
            self._count("dropped")
            return
        text = cut(self._written(progress.text), self._text_limit)
        drawing = self._drawing = asyncio.create_task(self._draw(Text(text, progress.buttons)))
        drawing.add_done_callback(self._drew)
        try:
            await asyncio.wait({drawing})
        except asyncio.CancelledError:
            # An edit may be lost. A new message must become known, or it would stand there for ever.
            if first:
                await asyncio.wait({drawing}, timeout=_SETTLE)
            else:
                drawing.cancel()
            raise
        if not drawing.cancelled():
            drawing.result()

    def _drew(self, drawing: asyncio.Task[None]) -> None:
        self._drawing = None
        if not drawing.cancelled() and (error := drawing.exception()) is not None:
            _log.debug("A drawing failed: %r", error)

    async def _draw(self, item: Text) -> None:
        try:
            if self._at.progress is None:
                posted = await self.post(item)
                self._at = replace(self._at, progress=posted)
            else:
                await self.edit(self._at.progress, item)
            self._count("sent")
        except Busy as busy:
            _log.debug("A drawing was dropped (retry after %s)", busy.retry_after)
            self._count("dropped")
        except MessageLost:
            # The person took the progress away: it does not come back.
            self._at = replace(self._at, progress=None, progress_lost=True)
        await self._announce()

    def _count(self, what: str) -> None:
        metrics.EDITS.labels(self.platform, what).inc()

    async def show(self, item: Shown) -> None:
        """See `core.messages.Screen`."""
        async with self._showing:
            await self._settle()
            arrived, self._arrived = self._arrived, ()
            self._at = replace(self._at, delivered=())
            for index, piece in enumerate(self._pieces(item)):
                mark = _mark(piece)
                if arrived[index : index + 1] != (mark,):
                    arrived = ()
                    await self._deliver(piece)
                self._at = replace(self._at, delivered=(*self._at.delivered, mark), progress_lost=False)
                await self._announce()

    async def _settle(self) -> None:
        """Wait for a drawing under way, not for long."""
        if (drawing := self._drawing) is not None:
            await asyncio.wait({drawing}, timeout=_SETTLE)
            drawing.cancel()
            await asyncio.wait({drawing})

    async def close(self) -> None:
        """See `core.messages.Screen`."""
        await self._settle()
        if self._at.progress is not None:
            try:
                await self.delete(self._at.progress)
            except (Busy, MessageLost, PersonUnreachable) as reason:
                _log.debug("A progress message stays: %r", reason)
            self._at = replace(self._at, progress=None)

    async def _announce(self) -> None:
        """Tell the watcher where the screen stands now. What can't be kept is told again with the next change."""
        now = self._at
        if self._moved is None or now == self._announced:
            return
        try:
            await self._moved(write_ref(now))
        except StoreUnavailable as error:
            _log.warning("Where a message stands could not be kept: %s", error)
        else:
            self._announced = now

    def _pieces(self, item: Shown) -> Iterator[Shown]:
        """Cut an item into messages that the platform takes; the buttons stay with the file, or come last."""
        match item:
            case Text():
                *before, last = split(self._written(item.text), self._text_limit)
                yield from map(Text, before)
                yield Text(last, item.buttons)
            case File():
                caption, *more = split(self._written(item.text), self._caption_limit, self._text_limit)
                yield replace(item, text=caption)
                yield from map(Text, more)
            case Picture():
                yield Picture(item.path, cut(item.alt, self._caption_limit))

    async def _deliver(self, item: Shown) -> None:
        try:
            await self._place(item)
        except FileRefused:
            _log.warning("The platform refused a file of %s bytes", getattr(item, "size", "?"))
            buttons = item.buttons if isinstance(item, File) else ()
            await self._place(Text(self.written(say(nearest(self._at.language), "platform.file_refused")), buttons))

    async def _place(self, item: Shown) -> None:
        """Put an item into the progress message, a text without one into a new message."""
        waiting = Text(self.written(say(nearest(self._at.language), "platform.sending_file")))
        for _ in range(_LOST_MESSAGES):
            try:
                if self._at.progress is None:
                    posted = await self._insist(self.post, item if isinstance(item, Text) else waiting)
                    if isinstance(item, Text):
                        return
                    self._at = replace(self._at, progress=posted)
                await self._announce()
                await self._insist(self._fill, item)
            except MessageLost:
                self._at = replace(self._at, progress=None)
            else:
                self._at = replace(self._at, progress=None)
                return
        raise PersonUnreachable("the messages disappear")

    async def _fill(self, item: Shown) -> None:
        if self._at.progress is not None:
            await self.edit(self._at.progress, item)

    async def _insist(self, action: Callable[[_Item], Awaitable[_Result]], item: _Item) -> _Result:
        for wait in (*self._retry_waits, None):
            try:
                return await action(item)
            except Busy as busy:
                patience = wait if busy.retry_after is None else busy.retry_after
                if wait is None or patience is None or patience > _LONGEST_PATIENCE:
                    raise PlatformUnavailable("the platform stays busy") from busy
                await asyncio.sleep(patience)
        raise AssertionError("unreachable")


def _mark(piece: Shown) -> str:
    """Return a mark of what a person reads of a piece; a file that is made once more may have other bytes."""
    match piece:
        case Text():
            read = piece.text
        case File():
            read = f"{piece.name}\n{piece.text}"
        case Picture():
            read = piece.alt
    return sha256(f"{type(piece).__name__}\n{read}".encode()).hexdigest()[:16]


async def converse(bot: Bot, said: IncomingMessage, screen: MessageScreen[Where]) -> None:
    """Hand one message to the core. Cancelled, it leaves the messages standing: the next process edits them."""
    try:
        await bot.handle(said, screen)
    except PersonUnreachable as gone:
        _log.info("A person of %s can't be reached: %s", said.person.platform, gone)
