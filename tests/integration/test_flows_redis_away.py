"""Redis gone in the middle of a job, and back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import redis

from core.app import CoreConfig, Work
from core.commands import Action
from core.jobs.worker import Timing
from core.messages import IncomingMessage, Outcome
from core.nemo.model import Backend, Deadlines
from tests.support.conversation import HERE, ME, open_bot
from tests.support.one_message import TIMING
from tests.support.proxy import counting_proxy
from tests.support.screen import RecordingScreen

_GONE = 5.0
"""Seconds."""


QUICK = Deadlines(recover_first=0.2, recover_next=0.2, render_first=0.05, render_every=0.1, render_polls=300)
WISH = IncomingMessage(ME, HERE, "1", "calm piano 5 seconds", Action.MUSIC)


async def test_redis_gone_for_five_seconds_loses_nothing_and_pays_once(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    """The store's address leads nowhere for a while: the client waits and the job goes on where it was."""
    link = tmp_path / "s"
    socket = Path(valkey_url.removeprefix("unix://"))
    link.symlink_to(socket)
    async with counting_proxy(studio_url) as proxy:
        backend = Backend(api_url=proxy.url, web_url=None, platform="test", deadlines=QUICK)
        config = CoreConfig(
            redis_url=f"unix://{link}",
            backend=backend,
            work_dir=tmp_path / "work",
            timing=Timing(lease=20, look=0.05, sweep=0.5, pace=0.02),
        )
        async with open_bot(config, Work(fetches={})) as bot:
            screen = RecordingScreen(tmp_path / "out")
            job = asyncio.create_task(bot.handle(WISH, screen))
            await screen.until(lambda seen: "composing" in seen.stages)
            link.unlink()
            _drop_clients(valkey_url)
            # Whatever the job needs of the store meanwhile, this message needs it now.
            told = RecordingScreen()
            asked = replace(WISH, message_id="2", text="", command=Action.STATUS)
            asking = asyncio.create_task(bot.handle(asked, told))
            await asyncio.sleep(_GONE)
            assert not told.shown
            link.symlink_to(socket)
            assert await asking is Outcome.FULFILLED
            assert await job is Outcome.FULFILLED
        assert screen.files
        assert proxy.count("POST /run_sse") == 1


async def test_whoever_waits_is_told_if_it_stays_away_and_gets_everything_with_the_next_word(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    link = tmp_path / "s"
    socket = Path(valkey_url.removeprefix("unix://"))
    link.symlink_to(socket)
    async with counting_proxy(studio_url) as proxy:
        config = CoreConfig(
            redis_url=f"unix://{link}",
            backend=Backend(api_url=proxy.url, web_url=None, platform="test", deadlines=QUICK),
            work_dir=tmp_path / "work",
            timing=replace(TIMING, lost=1),
        )
        async with open_bot(config, Work(fetches={})) as bot:
            screen = RecordingScreen(tmp_path / "out")
            job = asyncio.create_task(bot.handle(WISH, screen))
            await screen.until(lambda seen: "composing" in seen.stages)
            link.unlink()
            _drop_clients(valkey_url)
            assert await job is Outcome.FAILED
            assert "say anything in a minute" in screen.texts[-1]
            assert not screen.files
            link.symlink_to(socket)
            await bot.handle(replace(WISH, message_id="2", text="hello", command=None), RecordingScreen())
        assert len(screen.files) == 1
        assert proxy.count("POST /run_sse") == 1


def _drop_clients(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.client_kill_filter(_type="normal", skipme=True)
