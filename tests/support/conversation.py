"""A person who talks to the bot, and the bot that is opened for them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from core.app import CoreConfig, Work, open_core
from core.commands import Action
from core.gateway import Gateway
from core.jobs.worker import Timing
from core.messages import Attachment, Chat, Fetch, IncomingMessage, Outcome, Person, sanitize
from core.nemo.model import Backend, Deadlines, Durations
from core.store import Conversation, job_id_of
from tests.support.one_message import HERE, ME, SECRET, TIMING
from tests.support.screen import RecordingScreen, RecordingSender

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


Open = Callable[..., AbstractAsyncContextManager["TestBot"]]
"""Opens a bot on a service that is known: `open_it(deadlines=…, token=…)`."""


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
    timing: Timing = TIMING,
    fallback: Backend | None = None,
) -> AsyncIterator[TestBot]:
    """Open a bot on a service; `sleep` is how it waits between looks, `fetch` how it gets people's files."""
    secret = SecretStr(token) if token else None
    backend = Backend(
        api_url=api_url, web_url=web_url, platform="test", token=secret, deadlines=deadlines, durations=durations
    )
    config = CoreConfig(
        redis_url=redis_url,
        backend=backend,
        fallback=fallback,
        work_dir=work_dir,
        secret_key=SECRET,
        timing=timing,
        sleep=sleep,
    )
    async with open_bot(config, Work(fetches={ME.platform: fetch})) as bot:
        yield bot


@asynccontextmanager
async def open_bot(
    config: CoreConfig, work: Work | None, sender: RecordingSender | None = None
) -> AsyncIterator[TestBot]:
    """Open the core for people of the tests' platform, and for those who stand in `HERE`."""
    async with open_core(config, work) as app:
        bot = TestBot(app.gateway, sender)
        here = Conversation.of(ME, HERE).chat
        async with app.gateway.serving(bot.sender), app.gateway.serving(bot.sender, here):
            yield bot


class TestBot:
    """A gateway that speaks through screens of the tests' own."""

    __test__ = False

    def __init__(self, gateway: Gateway, sender: RecordingSender | None = None) -> None:
        self.gateway = gateway
        self.sender = sender or RecordingSender(ME.platform)

    async def handle(self, message: IncomingMessage, screen: RecordingScreen) -> Outcome:
        """Let a message be answered on a screen, and what was left before it, to the end."""
        outcome = await (await self.accept(message, screen))
        if screen.address is None:
            await self.gateway.catch_up(message.person, message.chat)
        return outcome

    async def accept(self, message: IncomingMessage, screen: RecordingScreen) -> asyncio.Task[Outcome]:
        """Hand a message over; its answer comes on a screen."""
        if screen.address is None:
            self.sender.current = self.sender.jobs[job_id_of(sanitize(message))] = screen
        else:
            self.sender.screens[screen.address] = screen
        return await self.gateway.accept(replace(message, address=screen.address))

    async def resume(self, person: Person, chat: Chat, screen: RecordingScreen) -> None:
        """Show on a screen what an earlier process left unfinished."""
        self.sender.current = screen
        await self.gateway.catch_up(person, chat)


class Talk:
    """A person in a chat: each `say` is a message of its own on a screen of its own."""

    def __init__(self, bot: TestBot, keep: Path, person: Person = ME, prefix: str = "m") -> None:
        self.bot, self.keep, self.person, self.prefix = bot, keep, person, prefix
        self.count = 0

    def said(
        self, text: str = "", command: Action | None = None, *files: Path, press: str | None = None
    ) -> IncomingMessage:
        self.count += 1
        attachments = tuple(Attachment(path.name, str(path), path.stat().st_size) for path in files)
        return IncomingMessage(self.person, HERE, f"{self.prefix}{self.count}", text, command, attachments, press)

    async def say(
        self, text: str = "", command: Action | None = None, *files: Path, press: str | None = None
    ) -> tuple[Outcome, RecordingScreen]:
        screen = RecordingScreen(self.keep / f"{self.prefix}{self.count}")
        return await self.bot.handle(self.said(text, command, *files, press=press), screen), screen

    async def begin(
        self,
        text: str,
        command: Action = Action.MUSIC,
        *,
        screen: RecordingScreen | None = None,
        until: str = "composing",
    ) -> tuple[asyncio.Task[Outcome], RecordingScreen]:
        """Ask for something on a screen; return its task once the work has come to a stage."""
        screen = screen or RecordingScreen(self.keep / f"{self.prefix}{self.count}")
        job = asyncio.create_task(self.bot.handle(self.said(text, command), screen))
        await screen.until(lambda seen: until in seen.stages)
        return job, screen


class Asking:
    """Somebody who says each thing to a bot that is opened for it, with options of its own."""

    def __init__(self, open_it: Open, keep: Path) -> None:
        self.open_it, self.keep, self.count = open_it, keep, 0

    async def say(
        self, text: str = "", command: Action | None = None, *files: Path, person: Person = ME, **options: object
    ) -> tuple[Outcome, RecordingScreen]:
        self.count += 1
        async with self.open_it(**options) as bot:
            return await Talk(bot, self.keep, person, f"{self.count}-").say(text, command, *files)
