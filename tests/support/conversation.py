"""A person who talks to the bot, and the bot that is opened for them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from core.app import open_bot
from core.jobs.line import Pulse
from core.nemo.model import Backend, Deadlines, Durations
from core.words import Attachment, Bot, Chat, Command, Outcome, Person, Said
from tests.support.one_message import LEASE, SECRET
from tests.support.screen import RecordingScreen

ME = Person("test", "7", "en")
HERE = Chat("test", "42")
QUICK = Deadlines(
    recover_first=0.2,
    recover_next=0.2,
    recover_reads=50,
    render_first=0.05,
    render_every=0.1,
    render_polls=300,
    rate_limit_wait=0.1,
)
BRIEF = replace(QUICK, recover_first=0.01, recover_next=0.01, recover_reads=5, render_every=0.02, render_polls=10)
"""For services that are scripted and answer at once."""


@asynccontextmanager
async def opened(
    redis_url: str,
    work_dir: Path,
    api_url: str,
    deadlines: Deadlines = QUICK,
    *,
    web_url: str | None = None,
    token: str | None = None,
    durations: Durations | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[Bot]:
    """Open a bot on a service; `sleep` is how it waits between looks."""
    backend = Backend(
        api_url=api_url,
        web_url=web_url,
        platform="test",
        token=SecretStr(token) if token else None,
        deadlines=deadlines,
        durations=durations,
    )
    pulse = Pulse(lease=LEASE, look=0.05)
    async with open_bot(redis_url, backend, work_dir, secret_key=SECRET, pulse=pulse, sleep=sleep) as bot:
        yield bot


class Talk:
    """A person in a chat: each `say` is a message of its own on a screen of its own."""

    def __init__(self, bot: Bot, keep: Path, person: Person = ME, prefix: str = "m") -> None:
        self.bot, self.keep, self.person, self.prefix = bot, keep, person, prefix
        self.count = 0

    def said(self, text: str = "", command: Command | None = None, *files: Path, press: str | None = None) -> Said:
        self.count += 1
        attachments = tuple(_attached(path) for path in files)
        return Said(self.person, HERE, f"{self.prefix}{self.count}", text, command, attachments, press)

    async def say(
        self, text: str = "", command: Command | None = None, *files: Path, press: str | None = None
    ) -> tuple[Outcome, RecordingScreen]:
        screen = RecordingScreen(self.keep / f"{self.prefix}{self.count}")
        return await self.bot.handle(self.said(text, command, *files, press=press), screen), screen


def _attached(path: Path) -> Attachment:
    async def save(to: Path) -> None:
        await asyncio.to_thread(shutil.copy, path, to)

    return Attachment(path.name, save, path.stat().st_size, None)
