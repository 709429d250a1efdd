"""A person who talks to the bot, and the bot that is opened for them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from core.app import CoreConfig, Work, open_bot
from core.messages import Attachment, Bot, Chat, Command, Fetch, IncomingMessage, Outcome, Person
from core.nemo.model import Backend, Deadlines, Durations
from tests.support.one_message import PULSE, SECRET
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


async def copied(ref: str, to: Path) -> None:
    """Fetch a file of the test's platform: the ref is its path."""
    await asyncio.to_thread(shutil.copy, ref, to)


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
    fetch: Fetch = copied,
) -> AsyncIterator[Bot]:
    """Open a bot on a service; `sleep` is how it waits between looks, `fetch` how it gets people's files."""
    backend = Backend(
        api_url=api_url,
        web_url=web_url,
        platform="test",
        token=SecretStr(token) if token else None,
        deadlines=deadlines,
        durations=durations,
    )
    ground = CoreConfig(
        redis_url=redis_url, backend=backend, work_dir=work_dir, secret_key=SECRET, pulse=PULSE, sleep=sleep
    )
    async with open_bot(ground, Work(fetches={ME.platform: fetch})) as bot:
        yield bot


class Talk:
    """A person in a chat: each `say` is a message of its own on a screen of its own."""

    def __init__(self, bot: Bot, keep: Path, person: Person = ME, prefix: str = "m") -> None:
        self.bot, self.keep, self.person, self.prefix = bot, keep, person, prefix
        self.count = 0

    def said(
        self, text: str = "", command: Command | None = None, *files: Path, press: str | None = None
    ) -> IncomingMessage:
        self.count += 1
        attachments = tuple(Attachment(path.name, str(path), path.stat().st_size) for path in files)
        return IncomingMessage(self.person, HERE, f"{self.prefix}{self.count}", text, command, attachments, press)

    async def say(
        self, text: str = "", command: Command | None = None, *files: Path, press: str | None = None
    ) -> tuple[Outcome, RecordingScreen]:
        screen = RecordingScreen(self.keep / f"{self.prefix}{self.count}")
        return await self.bot.handle(self.said(text, command, *files, press=press), screen), screen
