"""What stands in a chat for one job: one message, posted silently, that shows progress and becomes the result.

Its state says what the person has got, and is the only place that does. It is kept before anything that must not
happen twice: an edit may be repeated after a crash, so a file is always put into a message that stands already. A text
that was posted as a new message just before a crash may come twice where the platform can't tell repeated messages by
their nonce.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeVar

from core import metrics
from core.cancellation import cancel_and_wait
from core.errors import (
    ChatMoved,
    DeliveryRefused,
    MessageGone,
    NotAllowed,
    PersonUnreachable,
    PlatformUnavailable,
    StoreUnavailable,
    TooLargeForChat,
)
from core.jobs.job import adapter
from core.messages import Film, Item, Note, Outcome, Progress, Text
from core.outbox import Outbox, Outboxes, Priority
from core.progress import LatestProgress, Still
from core.sender import Limits, OutgoingMessage
from core.text_parts import MOST_PARTS, cut, split
from core.texts import DEFAULT, say

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_FIRST_AFTER = 0.4
"""Seconds before the first progress is posted: an answer that comes sooner is one message, and rings by itself."""
_DRAW_WITHIN = 10.0
"""Seconds that drawing progress may take; a result would have to wait for it."""
_BACKOFF = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Seconds between attempts where the platform does not say how long to wait."""
_MOST_REFUSALS = 8
"""Refusals of one message with a way around each; more is a chat that takes nothing."""
_SUSPEND_WITHIN = 3.0
"""Seconds in which a process that ends says so in its chats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryState:
    """What the person has got of a job, and where it stands: everything that another process needs to go on."""

    #: Where the answer goes, in the adapter's own form; "" for a chat in which this process stands.
    address: str = ""
    #: The id of the job's message.
    message: int | None = None
    #: What stands there did not ring.
    silent: bool = False
    #: The person took the progress away: it does not come back.
    dismissed: bool = False
    #: The id of the last entry of the job's log that the person has got.
    seen: str = ""
    #: Marks of those parts of the next entry that have arrived.
    parts: tuple[str, ...] = ()
    #: Messages that were posted: the next one's nonce.
    posts: int = 0
    #: The end that was told where the worker told none.
    end_told: str = ""

    def to_json(self) -> str:
        """Return this as the journal keeps it; it may hold a secret of the platform and is never logged."""
        return adapter(DeliveryState).dump_json(self).decode()

    @staticmethod
    def from_json(text: str) -> DeliveryState:
        """Return what the journal kept. Raises pydantic's ValidationError."""
        return adapter(DeliveryState).validate_json(text)


Keep = Callable[[str], Awaitable[None]]
"""Keeps a state, as JSON, for others. Raises `StoreUnavailable`, and `FollowedElsewhere` where one has taken over."""

Prepare = Callable[[Film, Limits, "Delivery"], AbstractAsyncContextManager[OutgoingMessage]]
"""Brings a film to this machine, in a form that the chat takes, while the block runs. Raises `StoreUnavailable`."""


class Delivery:
    """What stands in a chat for one message of a person."""

    def __init__(self, outboxes: Outboxes, state: DeliveryState, nonce: str, prepare: Prepare) -> None:
        """`state` is a fresh one, or what an earlier process kept; `nonce` tells this answer from all others."""
        self._outboxes = outboxes
        self._sender = outboxes.sender
        self._nonce = nonce
        self._prepare = prepare
        #: How the state is kept; None: an answer that is given at once is not given by another process.
        self.keep: Keep | None = None
        #: The language of the sentences that only a chat needs.
        self.language = DEFAULT
        #: Set once an answer is ready to go out.
        self.answered = asyncio.Event()
        #: Only the person who asked may see what is shown here.
        self.private = False
        self._notes: list[str] = []
        self._kept = self.state = state
        self._notes_drawn: int | None = None
        limits = self.limits
        waits = limits.text is not None and not state.silent
        self._progress = LatestProgress(self._draw, limits.pace, first=_FIRST_AFTER if waits else 0.0)
        #: How the last film came out: it may turn out too large for this chat.
        self.outcome = Outcome.FULFILLED

    @property
    def _outbox(self) -> Outbox:
        return self._outboxes.of(self.state.address)

    @property
    def limits(self) -> Limits:
        """What the chat takes."""
        return self._sender.limits(self.state.address)

    def post(self, progress: Progress, still: Still | None = None) -> None:
        """Show how far the work is, as soon as the chat bears it. Returns at once."""
        self._progress.post(progress, still)

    async def show(self, item: Item, entry: str = "") -> None:
        """Bring an item to the person; `entry` is its id in the job's log.

        Returns once they have got a text or a film. A note returns at once, except in a terminal: what is not drawn
        before the result is a part of the result. Raises `PersonUnreachable`, `StoreUnavailable`, `FollowedElsewhere`.
        """
        if isinstance(item, Note):
            await self._note(item, entry)
        elif isinstance(item, Text):
            await self._progress.stop()
            private = item.private or self.private
            message = OutgoingMessage(text=item.text, buttons=item.buttons, links=item.links, private=private)
            await self._deliver(message, entry)
        else:
            await self._outbox.ready()
            async with self._prepare(item, self.limits, self) as message:
                await self._progress.stop()
                await self._deliver(message, entry)

    def recall(self, item: Item) -> None:
        """Take in an item that an earlier process has brought: a note is still a part of the message behind it."""
        if isinstance(item, Note):
            self._notes.append(item.text)
        else:
            self._notes.clear()

    async def told_end(self, status: str) -> None:
        """Note that the person knows of an end of which the worker said nothing."""
        self.state = replace(self.state, end_told=status)
        await self._keep_state()

    async def close(self) -> None:
        """End: of a progress message that nothing took the place of its notes are left, or nothing."""
        await self._progress.stop()
        if self._notes:
            await self._deliver(OutgoingMessage(private=self.private), self.state.seen)
        elif self.state.message is not None:
            await self._insist(self._withdraw)

    async def stop(self) -> None:
        """Draw nothing more."""
        await self._progress.stop()

    async def release(self) -> None:
        """Leave the message and its notes to another process, which shows the job now."""
        await self._progress.stop()
        self._notes.clear()
        self.state = replace(self.state, message=None)

    async def suspend(self) -> None:
        """Let no message claim that the work goes on, since this process ends. What can't be said now is left."""
        await self._progress.stop()
        if self.state.message is None or self.limits.text is None:
            return
        with suppress(TimeoutError, DeliveryRefused):
            async with asyncio.timeout(_SUSPEND_WITHIN):
                if self.keep is None:
                    # Nobody goes on with it.
                    await self._withdraw()
                    return
                view = self._whole(OutgoingMessage(text=say(self.language, "platform.suspended")))
                async with self._outbox.turn(Priority.TEXT, self.state.address):
                    await self._sender.edit(self.state.address, self.state.message, view)

    # Notes and progress: drawn when the chat bears it.

    async def _note(self, item: Note, entry: str) -> None:
        self._notes.append(item.text)
        progress = self._progress.newest or Progress("", None, "")
        if self.limits.text is None:
            # A terminal shows notes apart, one after the other.
            await self._draw(progress)
            self.state = replace(self.state, seen=entry or self.state.seen)
            await self._keep_state()
        else:
            self._progress.post(progress)
            self._progress.refresh()

    async def _draw(self, progress: Progress) -> None:
        if self.state.dismissed or (self.private and not self.limits.private):
            return
        message = OutgoingMessage(text=progress.text, progress=progress, buttons=progress.buttons)
        view = self._whole(message)
        notes = len(self._notes)
        priority = Priority.PROGRESS if notes == self._notes_drawn else Priority.TEXT
        async with self._outbox.turn(priority, self.state.address):
            # Cut off while it is posted, a message would stand there for ever, known to nobody.
            drawing = asyncio.ensure_future(self._put(view))
            try:
                async with asyncio.timeout(_DRAW_WITHIN):
                    await asyncio.shield(drawing)
                self._notes_drawn = notes
            except (asyncio.CancelledError, TimeoutError):
                if self.state.message is None:
                    await asyncio.wait({drawing}, timeout=_DRAW_WITHIN)
                await cancel_and_wait(drawing)
                raise

    async def _put(self, view: OutgoingMessage) -> None:
        """Draw a view of the work, once: progress is expendable."""
        drawn = "dropped"
        try:
            if self.state.message is None:
                await self._post(view, silent=True, reply=True)
            else:
                await self._sender.edit(self.state.address, self.state.message, view)
                self.state = replace(self.state, silent=True)
            drawn = "sent"
        except PlatformUnavailable as refused:
            if refused.retry_after is not None:
                await self._outbox.pause(refused.retry_after)
        except DeliveryRefused as refused:
            # The person took it away, or the chat takes none: the result finds its own way.
            log.debug("Progress is shown no more: %r", refused)
            self.state = replace(self.state, message=None, dismissed=True)
        finally:
            metrics.EDITS.labels(self._sender.platform, drawn).inc()
        if self.limits.text is not None:
            await self._keep_state()

    # Results: insisted on.

    async def _deliver(self, message: OutgoingMessage, entry: str) -> None:
        """Put a message into the job's one, in as many parts as the chat needs, and ring where that was silent."""
        self.answered.set()
        home = self.state.address
        detour = message.private and not self.limits.private
        parts = self._parts(message)
        for index, part in enumerate(parts):
            mark = sha256(f"{part.body}\n{len(part.files)}".encode()).hexdigest()[:16]
            if self.state.parts[index : index + 1] == (mark,):
                continue
            last = part is parts[-1]
            await self._place(part, reply=index == 0, last=last)
            if not last:
                self.state = replace(self.state, parts=(*self.state.parts[:index], mark))
                await self._keep_state()
        there, notice = self.state.address, self.state.posts
        rings = self.state.silent and self.limits.rings
        self.state = replace(
            self.state,
            address=home if detour else there,
            message=None,
            silent=False,
            dismissed=False,
            seen=entry or self.state.seen,
            parts=(),
            posts=notice + rings,
        )
        self._notes.clear()
        self._notes_drawn = None
        await self._keep_state()
        if rings:
            await self._ring(there, notice, ready=bool(message.files))

    async def _place(self, part: OutgoingMessage, *, reply: bool, last: bool) -> None:
        """Make a part stand in the chat, around every refusal that has a way around it."""
        for _ in range(_MOST_REFUSALS):
            try:
                return await self._insist(functools.partial(self._fill, part, reply=reply, last=last))
            except DeliveryRefused as refused:
                part = await self._insist(functools.partial(self._around, part, refused))
        raise PersonUnreachable("the chat refuses every way")

    async def _insist(self, call: Callable[[], Awaitable[_Result]]) -> _Result:
        """Make a call, again and again while the platform is unavailable, however long that lasts."""
        waits = itertools.chain(_BACKOFF, itertools.repeat(_BACKOFF[-1]))
        while True:
            try:
                return await call()
            except PlatformUnavailable as refused:
                usual = next(waits)
                wait = usual if refused.retry_after is None else refused.retry_after
                log.warning("Platform unavailable: %s is asked again in %.0f s", self._sender.platform, wait)
                await self._outbox.pause(wait)
                await self._outbox.ready()

    async def _fill(self, part: OutgoingMessage, *, reply: bool, last: bool) -> None:
        """Post a part, or put it into the message that stands; a file goes into one that stands in any case."""
        if part.private and not self.limits.private:
            await self._withdraw()
        if self.state.message is None:
            standing = OutgoingMessage(
                text=self._sender.markup(say(self.language, "platform.sending_file")), private=part.private
            )
            async with self._outbox.turn(Priority.RESULT, self.state.address):
                await self._post(standing if part.files else part, silent=bool(part.files) or not last, reply=reply)
            if not part.files:
                self.state = replace(self.state, message=None)
                return
            await self._keep_state()
        async with self._outbox.turn(Priority.RESULT, self.state.address):
            if self.state.message is not None:
                await self._sender.edit(self.state.address, self.state.message, part)
        self.state = replace(self.state, message=None)

    async def _withdraw(self) -> None:
        """Take the job's message away. Raises `PlatformUnavailable`."""
        message = self.state.message
        if message is None:
            return
        async with self._outbox.turn(Priority.TEXT, self.state.address):
            try:
                await self._sender.delete(self.state.address, message)
            except PlatformUnavailable:
                raise
            except DeliveryRefused as refused:
                log.debug("Cannot take a message away: %r", refused)
        self.state = replace(self.state, message=None)

    async def _around(self, part: OutgoingMessage, refused: DeliveryRefused) -> OutgoingMessage:
        """Return what to send after a refusal, and see to where. Raises `PersonUnreachable` where no way is left."""
        match refused:
            case MessageGone():
                self.state = replace(self.state, message=None)
                return part
            case TooLargeForChat() if part.files:
                return self._without_files(part, "platform.file_refused")
            case NotAllowed(files=True) if part.files:
                return self._without_files(part, "platform.no_files_here")
            case ChatMoved(address=address):
                pass
            case PersonUnreachable():
                raise refused
            case _:
                address = await self._sender.elsewhere(self.state.address, refused) or ""
        if address in ("", self.state.address):
            raise PersonUnreachable("no way to this person is left") from refused
        log.info("Delivered another way: %s", type(refused).__name__)
        if isinstance(refused, NotAllowed):
            # What stands there claims that the work goes on.
            with suppress(DeliveryRefused):
                await self._withdraw()
        self.state = replace(self.state, address=address, message=None)
        return part

    async def _ring(self, address: str, number: int, *, ready: bool) -> None:
        """Announce a result that took the place of progress, where it stands; rather not at all than twice."""
        text = say(self.language, "platform.ready" if ready else "platform.answered")
        notice = OutgoingMessage(text=self._sender.markup(text), notice=True)
        outbox = self._outboxes.of(address)
        while True:
            try:
                async with outbox.turn(Priority.TEXT, address):
                    nonce = f"{self._nonce}-{number}"
                    await self._sender.post(address, notice, nonce=nonce, silent=False, reply=True)
            except PlatformUnavailable as refused:
                if refused.retry_after is not None:
                    await outbox.pause(refused.retry_after)
                    continue
            except DeliveryRefused as refused:
                log.debug("Cannot announce a result: %r", refused)
            return

    async def _post(self, message: OutgoingMessage, *, silent: bool, reply: bool) -> None:
        nonce = f"{self._nonce}-{self.state.posts}"
        posted = await self._sender.post(self.state.address, message, nonce=nonce, silent=silent, reply=reply)
        self.state = replace(self.state, message=posted, posts=self.state.posts + 1, silent=silent)

    # What is written, and what is kept.

    def _parts(self, message: OutgoingMessage) -> list[OutgoingMessage]:
        """Cut a message into parts that the chat takes; buttons stay with the files, or come last."""
        limits = self.limits
        whole = self._whole(message)
        if limits.text is None:
            return [whole]
        texts = split(whole.text, (limits.caption if message.files else None) or limits.text, limits.text)
        files = [message.files[at : at + limits.files] for at in range(0, len(message.files), limits.files)] or [()]
        bare = replace(whole, text="", files=(), buttons=(), links=())
        parts = [replace(bare, text=texts[0], files=files[0])]
        parts += [replace(bare, text=text) for text in texts[1:]]
        parts += [replace(bare, files=more) for more in files[1:]]
        last = 0 if message.files else len(parts) - 1
        parts[last] = replace(parts[last], buttons=message.buttons, links=message.links)
        return parts

    def _whole(self, message: OutgoingMessage) -> OutgoingMessage:
        """Return a message with its notes, in the platform's markup; progress is cut to one message."""
        limits = self.limits
        message = replace(message, notes=tuple(self._notes))
        if limits.text is None:
            return message
        text = self._sender.markup(cut(message.body, limits.text * MOST_PARTS))
        return replace(message, notes=(), text=cut(text, limits.text) if message.progress else text)

    def _without_files(self, part: OutgoingMessage, key: str) -> OutgoingMessage:
        log.warning("Delivered a text in place of files: %s", key)
        sentence = self._sender.markup(say(self.language, key))
        return replace(part, files=(), text="\n".join(filter(None, (sentence, part.text))))

    async def _keep_state(self) -> None:
        """Keep the state where it changed; while the store is away it is kept with the next change."""
        if self.keep is None or self.state == self._kept:
            return
        try:
            await self.keep(self.state.to_json())
        except StoreUnavailable as error:
            log.warning("Cannot keep where a message stands: %s", error.detail)
        else:
            self._kept = self.state
