"""Progress on one edited message, results in its place: the part of a chat's screen that all chats share.

An adapter fills in three verbs (`post`, `edit`, `delete`) and turns its library's errors into the signals below.
The rules kept here:

- Progress is expendable: one drawing at a time, none while a result goes out, dropped when the platform is busy.
- A result is insisted on, and takes the place of the progress message where there is one: an edit may be repeated
  after a connection broke in the middle of it (nobody knows whether it arrived), while a file sent a second time
  would arrive twice. So a file is always put into a message that stands already.
"""

from __future__ import annotations

import abc
import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Generic, TypeVar

from bots.parts import cut, split
from core.errors import ScreenGone
from core.texts import nearest, say
from core.words import Bot, File, Picture, Progress, Said, Shown, Text

_log = logging.getLogger(__name__)

Message = TypeVar("Message")
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# How long a result waits for a drawing that is under way: cut off, a drawing might land after the result.
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


class MessageScreen(abc.ABC, Generic[Message]):
    """A `core.words.Screen` made of messages; `Message` is the adapter's handle of one."""

    def __init__(
        self,
        *,
        pace: float,
        largest_file: int | None,
        text_limit: int,
        caption_limit: int,
        language: str | None,
        retry_waits: tuple[float, ...],
    ) -> None:
        """`retry_waits` are the seconds between the attempts to deliver a result; limits are in UTF-16 units."""
        self.pace = pace
        self.largest_file = largest_file
        self._text_limit = text_limit
        self._caption_limit = caption_limit
        self._language = language
        self._retry_waits = retry_waits
        self._progress: Message | None = None
        self._progress_lost = False
        self._drawing: asyncio.Task[None] | None = None
        self._showing = asyncio.Lock()

    @abc.abstractmethod
    async def post(self, item: Text) -> Message:
        """Send a text. Raises `Busy`, `MessageLost` (where the chat moved: once more) or `ScreenGone`."""

    @abc.abstractmethod
    async def edit(self, message: Message, item: Shown) -> None:
        """Turn a message into `item`. Raises `Busy`, `MessageLost`, `FileRefused` or `ScreenGone`."""

    @abc.abstractmethod
    async def delete(self, message: Message) -> None:
        """Take a message away. Raises like `edit`."""

    def may_draw(self, *, first: bool) -> bool:
        """Whether the platform bears a drawing now; `first` means a new message."""
        del first
        return True

    def written(self, text: str) -> str:
        """Return plain text in the platform's markup."""
        return text

    async def draw(self, progress: Progress) -> None:
        """See `core.words.Screen`."""
        first = self._progress is None
        idle = self._drawing is None and not self._showing.locked()
        if not idle or self._progress_lost or not self.may_draw(first=first):
            return
        text = cut(self.written(progress.text), self._text_limit)
        drawing = self._drawing = asyncio.create_task(self._draw(Text(text, progress.buttons)))
        drawing.add_done_callback(self._drew)
        try:
            await asyncio.wait({drawing})
        except asyncio.CancelledError:
            # An edit may be lost. A new message must become known, or it would stand there for ever.
            if not first:
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
            if self._progress is None:
                self._progress = await self.post(item)
            else:
                await self.edit(self._progress, item)
        except Busy as busy:
            _log.debug("A drawing was dropped (retry after %s)", busy.retry_after)
        except MessageLost:
            # The person took the progress away: it does not come back.
            self._progress = None
            self._progress_lost = True

    async def show(self, item: Shown) -> None:
        """See `core.words.Screen`."""
        async with self._showing:
            await self._settle()
            for piece in self._pieces(item):
                await self._deliver(piece)
            self._progress_lost = False

    async def _settle(self) -> None:
        """Wait for a drawing under way, not for long."""
        if (drawing := self._drawing) is not None:
            await asyncio.wait({drawing}, timeout=_SETTLE)
            drawing.cancel()
            await asyncio.wait({drawing})

    async def close(self) -> None:
        """Tidy up after the job's end: a progress message that nothing took the place of goes away."""
        await self._settle()
        if self._progress is not None:
            try:
                await self.delete(self._progress)
            except (Busy, MessageLost, ScreenGone) as reason:
                _log.debug("A progress message stays: %r", reason)
            self._progress = None

    def _pieces(self, item: Shown) -> Iterator[Shown]:
        """Cut an item into messages that the platform takes; the buttons stay with the file, or come last."""
        match item:
            case Text():
                *before, last = split(self.written(item.text), self._text_limit)
                yield from map(Text, before)
                yield Text(last, item.buttons)
            case File():
                caption, *more = split(self.written(item.text), self._caption_limit, self._text_limit)
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
            await self._place(Text(self.written(say(nearest(self._language), "platform.file_refused")), buttons))

    async def _place(self, item: Shown) -> None:
        """Put an item into the progress message, a text without one into a new message."""
        waiting = Text(self.written(say(nearest(self._language), "platform.sending_file")))
        for _ in range(_LOST_MESSAGES):
            try:
                if self._progress is None:
                    posted = await self._insist(self.post, item if isinstance(item, Text) else waiting)
                    if isinstance(item, Text):
                        return
                    self._progress = posted
                await self._insist(self._fill, item)
                self._progress = None
            except MessageLost:
                self._progress = None
            else:
                return
        raise ScreenGone("the messages disappear")

    async def _fill(self, item: Shown) -> None:
        if self._progress is not None:
            await self.edit(self._progress, item)

    async def _insist(self, action: Callable[[_Item], Awaitable[_Result]], item: _Item) -> _Result:
        for wait in (*self._retry_waits, None):
            try:
                return await action(item)
            except Busy as busy:
                patience = wait if busy.retry_after is None else busy.retry_after
                if wait is None or patience is None or patience > _LONGEST_PATIENCE:
                    raise ScreenGone("the platform stays busy") from busy
                await asyncio.sleep(patience)
        raise AssertionError("unreachable")


async def converse(bot: Bot, said: Said, screen: MessageScreen[Message]) -> None:
    """Hand one message to the core and tidy up behind it. A cancelled job leaves its messages for its next run."""
    try:
        await bot.handle(said, screen)
        await screen.close()
    except ScreenGone as gone:
        _log.info("A person of %s can't be reached: %s", said.person.platform, gone)
