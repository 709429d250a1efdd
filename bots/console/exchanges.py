"""Handling what is said at the terminal: one message, lines from a pipe, and the ways to stop."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import threading
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO, TypeVar

from bots.console.speaker import Speaker
from bots.console.surface import Surface
from bots.errors import Explained
from bots.lifecycle import on_signals
from core.commands import COMMANDS, Action, read_typed
from core.gateway import Gateway
from core.messages import IncomingMessage, Outcome
from core.texts import say

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Exchanges:
    """The messages of one person that are being handled, and how to stop them."""

    def __init__(self, gateway: Gateway, speaker: Speaker, surface: Surface, language: str) -> None:
        """`language` is that of the terminal's own sentences."""
        self._gateway = gateway
        self._speaker = speaker
        self._surface = surface
        self._language = language
        self._jobs: set[asyncio.Task[object]] = set()
        self._stopping: asyncio.Task[Outcome] | None = None
        self._interrupted = False

    @property
    def busy(self) -> bool:
        """Whether anything runs."""
        return bool(self._jobs)

    def start(self, line: str, files: Sequence[Path] = ()) -> asyncio.Task[Outcome]:
        """Begin to handle a typed line."""
        self._interrupted = False
        return self._begin(self._hear(line, files))

    def resume(self) -> asyncio.Task[Outcome | None]:
        """Begin to finish what an earlier process left unfinished in this chat; says nothing where there is nothing."""
        return self._begin(self._gateway.catch_up(self._speaker.person, self._speaker.chat))

    async def finish(self, line: str, files: Sequence[Path] = ()) -> Outcome:
        """Handle a typed line to its end, and what was left before it; stopped for good, it counts as cancelled."""
        job = self.start(line, files)
        left = self.resume()
        try:
            await asyncio.wait({job, left})
            if self._stopping:
                await asyncio.wait({self._stopping})
        except asyncio.CancelledError:
            # Before the core closes: what still runs then would find its ways cut, and tell that as a fault.
            await self.close()
            raise
        return Outcome.CANCELLED if job.cancelled() else job.result()

    def interrupt(self) -> bool:
        """Stop what runs, gently at first. Returns False where there is nothing left to do but leave."""
        if self._interrupted or not self._jobs:
            for job in self._jobs:
                job.cancel()
            return False
        self._interrupted = True
        stop = self._speaker.message(command=Action.CANCEL)
        self._stopping = asyncio.create_task(self._guarded(self._answered(stop)))
        return True

    async def close(self) -> None:
        """Stop everything at once; the journal keeps what is paid for."""
        for job in self._jobs:
            job.cancel()
        if self._jobs:
            await asyncio.wait(self._jobs)
        if self._stopping:
            await asyncio.wait({self._stopping})

    async def _hear(self, line: str, files: Sequence[Path]) -> Outcome:
        try:
            message = self._speaker.says(line, files)
        except Explained as unheard:
            self._surface.text(say(self._language, unheard.key, **unheard.values))
            if read_typed(line).unknown:
                await self._answered(self._speaker.message(command=Action.HELP))
            return Outcome.REFUSED
        if message.attachments and message.command and not COMMANDS[message.command].takes_files:
            names, command = ", ".join(file.name for file in message.attachments), f"/{message.command}"
            self._surface.text(say(self._language, "console.file_unused", names=names, command=command))
        return await self._answered(message)

    async def _answered(self, message: IncomingMessage) -> Outcome:
        """Hand a message over and wait for its end. Cancelled, the job goes on without this terminal."""
        task = await self._gateway.accept(message)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise

    def _begin(self, handling: Awaitable[Result]) -> asyncio.Task[Result | Outcome]:
        job = asyncio.create_task(self._guarded(handling))
        self._jobs.add(job)
        job.add_done_callback(self._ended)
        return job

    async def _guarded(self, handling: Awaitable[Result]) -> Result | Outcome:
        """Turn what nobody foresaw into a sentence: one message may fail, the conversation goes on."""
        try:
            return await handling
        except Exception:
            reference = secrets.token_hex(2)
            log.exception("Message failed, reference %s", reference)
            self._surface.text(say(self._language, "console.unexpected", reference=reference))
            return Outcome.FAILED

    def _ended(self, job: asyncio.Task[object]) -> None:
        self._jobs.discard(job)
        if not self._jobs:
            self._surface.idle()


async def say_lines(talk: Exchanges, lines: TextIO, files: Sequence[Path]) -> None:
    """Say each line that holds anything, one after the other; the files go with the first one."""
    loop = asyncio.get_running_loop()
    incoming: asyncio.Queue[str | None] = asyncio.Queue()
    left = False

    def read() -> None:
        # A thread of its own: a pipe can't be polled where it is a file, and a blocked read can't be stopped.
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            for line in lines:
                loop.call_soon_threadsafe(incoming.put_nowait, line.strip())
            loop.call_soon_threadsafe(incoming.put_nowait, None)

    def interrupt() -> None:
        nonlocal left
        if not talk.interrupt():
            left = True
            incoming.put_nowait(None)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    with on_signals([signal.SIGINT], interrupt):
        while (line := await incoming.get()) is not None and not left:
            if line:
                await talk.finish(line, files)
                files = ()
