"""Redis gone in the middle of a job, and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import redis

from core.app import CoreConfig, Work
from core.commands import Action
from core.jobs.worker import Timing
from core.messages import IncomingMessage, Outcome
from core.nemo.model import Backend
from tests.support.conversation import HERE, ME, QUICK, TestBot, open_bot
from tests.support.one_message import TIMING
from tests.support.proxy import counting_proxy
from tests.support.screen import RecordingScreen

_GONE = 5.0
"""Seconds."""
WISH = IncomingMessage(ME, HERE, "1", "calm piano 5 seconds", Action.MUSIC)


class Redis:
    """A way to the store that can lead nowhere for a while."""

    def __init__(self, url: str, link: Path) -> None:
        self.url, self.link = url, link
        self.socket = Path(url.removeprefix("unix://"))
        link.symlink_to(self.socket)

    def go(self) -> None:
        self.link.unlink()
        with redis.Redis.from_url(self.url) as client:
            client.client_kill_filter(_type="normal", skipme=True)

    def come_back(self) -> None:
        self.link.symlink_to(self.socket)


@asynccontextmanager
async def asked(
    valkey_url: str, studio_url: str, tmp_path: Path, timing: Timing
) -> AsyncIterator[tuple[TestBot, Redis, asyncio.Task[Outcome], RecordingScreen]]:
    """Let somebody ask for a piece; it is being composed. It is sent once, whatever happens."""
    store = Redis(valkey_url, tmp_path / "s")
    async with counting_proxy(studio_url) as proxy:
        config = CoreConfig(
            redis_url=f"unix://{store.link}",
            backend=Backend(api_url=proxy.url, web_url=None, platform="test", deadlines=QUICK),
            work_dir=tmp_path / "work",
            timing=timing,
        )
        async with open_bot(config, Work(fetches={})) as bot:
            screen = RecordingScreen(tmp_path / "out")
            job = asyncio.create_task(bot.handle(WISH, screen))
            await screen.until(lambda seen: "composing" in seen.stages)
            yield bot, store, job, screen
        assert len(screen.files) == 1
        assert proxy.count("POST /run_sse") == 1


async def test_redis_gone_for_five_seconds_loses_nothing_and_pays_once(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    """The store's address leads nowhere for a while: the client waits and the job goes on where it was."""
    timing = Timing(lease=20, look=0.05, sweep=0.5, pace=0.02)
    async with asked(valkey_url, studio_url, tmp_path, timing) as (bot, store, job, _):
        store.go()
        # Whatever the job needs of the store meanwhile, this message needs it now.
        told = RecordingScreen()
        asking = asyncio.create_task(bot.handle(replace(WISH, message_id="2", text="", command=Action.STATUS), told))
        await asyncio.sleep(_GONE)
        assert not told.shown
        store.come_back()
        assert await asking is await job is Outcome.FULFILLED


async def test_whoever_waits_is_told_if_it_stays_away_and_gets_everything_with_the_next_word(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    async with asked(valkey_url, studio_url, tmp_path, replace(TIMING, lost=1)) as (bot, store, job, screen):
        store.go()
        assert await job is Outcome.FAILED
        assert "say anything in a minute" in screen.texts[-1]
        assert not screen.files
        store.come_back()
        await bot.handle(replace(WISH, message_id="2", text="hello", command=None), RecordingScreen())
