"""Handling what is said at the terminal: one message, lines from a pipe, and the ways to stop."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import TextIO

from bots.console.screen import ConsoleScreen
from bots.console.speaker import Speaker, Unheard, UnknownCommand, unused_files
from bots.signals import on_signals
from core.errors import PersonUnreachable
from core.messages import Bot, Outcome, Text
from core.texts import say

_log = logging.getLogger(__name__)


class Talk:
    """The messages of one person that are being handled, and how to stop them."""

    def __init__(
        self,
        bot: Bot,
        speaker: Speaker,
        make_screen: Callable[[], ConsoleScreen],
        on_idle: Callable[[], None],
        language: str,
    ) -> None:
        """`make_screen` gives each message a screen of its own; `on_idle` is called when nothing runs any more."""
        self._language = language
        self._on_idle = on_idle
        self._bot = bot
        self._speaker = speaker
        self._make_screen = make_screen
        self._jobs: set[asyncio.Task[Outcome]] = set()
        self._stopping: asyncio.Task[Outcome] | None = None
        self.interrupted = False

    @property
    def busy(self) -> bool:
        """Whether anything runs."""
        return bool(self._jobs)

    def start(self, line: str, files: Sequence[Path] = ()) -> asyncio.Task[Outcome]:
        """Begin to handle a typed line."""
        self.interrupted = False
        screen = self._make_screen()
        job = asyncio.create_task(self._guarded(self._hear(line, files, screen), screen))
        self._jobs.add(job)
        job.add_done_callback(self._ended)
        return job

    def resume(self) -> None:
        """Begin to finish what an earlier process left unfinished in this chat; says nothing where that is nothing."""
        screen = self._make_screen()
        job = asyncio.create_task(self._guarded(self._resume(screen), screen))
        self._jobs.add(job)
        job.add_done_callback(self._ended)

    async def finish(self, line: str, files: Sequence[Path] = ()) -> Outcome:
        """Handle a typed line to its end; stopped for good, it counts as cancelled."""
        job = self.start(line, files)
        try:
            await asyncio.wait({job})
            await self._settled()
        except asyncio.CancelledError:
            # Before the house closes: what still runs then would find its ways cut, and tell that as a fault.
            await self.close()
            raise
        return Outcome.CANCELLED if job.cancelled() else job.result()

    def interrupt(self) -> bool:
        """Stop what runs, gently at first. Returns False where there is nothing left to do but leave."""
        if self.interrupted or not self._jobs:
            for job in self._jobs:
                job.cancel()
            return False
        self.interrupted = True
        screen = self._make_screen()
        cancelling = self._bot.handle(self._speaker.cancels(), screen)
        self._stopping = asyncio.create_task(self._guarded(cancelling, screen))
        return True

    async def close(self) -> None:
        """Stop everything at once; the journal keeps what is paid for."""
        for job in self._jobs:
            job.cancel()
        if self._jobs:
            await asyncio.wait(self._jobs)
        await self._settled()

    async def _hear(self, line: str, files: Sequence[Path], screen: ConsoleScreen) -> Outcome:
        try:
            said = self._speaker.says(line, files)
        except Unheard as unheard:
            await screen.show(Text(say(self._language, unheard.key, **unheard.values)))
            if isinstance(unheard, UnknownCommand):
                await self._bot.handle(self._speaker.asks_for_help(), screen)
            return Outcome.REFUSED
        if unused := unused_files(said):
            names = ", ".join(unused)
            await screen.show(Text(say(self._language, "console.file_unused", names=names, command=f"/{said.command}")))
        return await self._bot.handle(said, screen)

    async def _resume(self, screen: ConsoleScreen) -> Outcome:
        await self._bot.resume(self._speaker.person, self._speaker.chat, screen)
        return Outcome.FULFILLED

    async def _guarded(self, handling: Awaitable[Outcome], screen: ConsoleScreen) -> Outcome:
        """Turn what nobody foresaw into a sentence: one message may fail, the conversation goes on."""
        try:
            return await handling
        except PersonUnreachable:
            return Outcome.FAILED
        except Exception:  # noqa: BLE001 - the one net of the terminal, under each message
            reference = secrets.token_hex(2)
            _log.error("unexpected, reference %s", reference, exc_info=True)
            await screen.show(Text(say(self._language, "console.unexpected", reference=reference)))
            return Outcome.FAILED

    def _ended(self, job: asyncio.Task[Outcome]) -> None:
        self._jobs.discard(job)
        if not self._jobs:
            self._on_idle()

    async def _settled(self) -> None:
        if self._stopping:
            await asyncio.wait({self._stopping})
            self._stopping = None


async def say_once(talk: Talk, message: str, files: Sequence[Path]) -> Outcome:
    """Say one thing and wait for its end."""
    with on_signals([signal.SIGINT], talk.interrupt):
        return await talk.finish(message, files)


async def say_lines(talk: Talk, lines: TextIO, files: Sequence[Path]) -> None:
    """Say each line, one after the other; the files go with the first one."""
    left = asyncio.Event()

    def interrupt() -> None:
        if not talk.interrupt():
            left.set()

    with on_signals([signal.SIGINT], interrupt):
        async for line in _until(left, lines):
            await talk.finish(line, files)
            files = ()


async def _until(left: asyncio.Event, lines: TextIO) -> AsyncIterator[str]:
    """Yield the lines that hold anything, until their end or until `left` is set."""
    loop = asyncio.get_running_loop()
    incoming: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        # A thread of its own: a pipe can't be polled where it is a file, and a blocked read can't be stopped.
        try:
            for line in lines:
                loop.call_soon_threadsafe(incoming.put_nowait, line)
            loop.call_soon_threadsafe(incoming.put_nowait, "")
        except RuntimeError:  # the loop is closed: nobody listens any more
            return

    threading.Thread(target=read, name="stdin", daemon=True).start()
    leaving = asyncio.create_task(left.wait())
    try:
        while not left.is_set():
            reading = asyncio.create_task(incoming.get())
            await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                reading.cancel()
                return
            line = reading.result()
            if not line:
                return
            if line.strip():
                yield line.strip()
    finally:
        leaving.cancel()
