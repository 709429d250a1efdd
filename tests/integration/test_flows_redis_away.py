"""Redis gone in the middle of a job, and back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from core.commands import Action
from core.jobs.worker import Timing
from core.messages import Outcome
from tests.support.conversation import BRIEF, ME, Talk, opened
from tests.support.endpoints import RUN
from tests.support.one_message import TIMING
from tests.support.proxy import counting_proxy
from tests.support.screen import RecordingScreen
from tests.support.scripted_api import ScriptedApi, calls, says, stream
from tests.support.waiting import PATIENCE

_GONE = 5.0
"""Seconds."""


class Redis:
    """A way to the store that can lead nowhere for a while."""

    def __init__(self, url: str, link: Path) -> None:
        self.real, self.link = url, link
        self.url = f"unix://{link}"
        self.come_back()

    def go(self) -> None:
        self.link.unlink()
        with redis.Redis.from_url(self.real) as client:
            client.client_kill_filter(_type="normal", skipme=True)

    def come_back(self) -> None:
        self.link.symlink_to(self.real.removeprefix("unix://"))


@pytest.fixture
def store(valkey_url: str, tmp_path: Path) -> Redis:
    return Redis(valkey_url, tmp_path / "s")


async def test_redis_gone_for_five_seconds_loses_nothing_and_pays_once(
    store: Redis, studio_url: str, tmp_path: Path
) -> None:
    """The store's address leads nowhere for a while: the client waits and the job goes on where it was."""
    timing, told = Timing(lease=20, look=0.05, sweep=0.5, pace=0.02), RecordingScreen()
    async with (
        counting_proxy(studio_url) as proxy,
        opened(store.url, tmp_path / "work", proxy.url, timing=timing) as bot,
    ):
        talk = Talk(bot, tmp_path / "out")
        job, screen = await talk.begin("calm piano 5 seconds")
        store.go()
        # Whatever the job needs of the store meanwhile, this message needs it now.
        asking = asyncio.create_task(bot.handle(talk.said("", Action.STATUS), told))
        await asyncio.sleep(_GONE)
        assert not told.shown
        store.come_back()
        assert await asking is await job is Outcome.FULFILLED
    assert len(screen.files) == 1
    assert proxy.count("POST /run_sse") == 1


async def test_whoever_waits_is_told_if_it_stays_away_and_gets_everything_with_the_next_word(
    store: Redis, studio_url: str, tmp_path: Path
) -> None:
    async with (
        counting_proxy(studio_url) as proxy,
        opened(store.url, tmp_path / "work", proxy.url, timing=replace(TIMING, lost=1)) as bot,
    ):
        talk = Talk(bot, tmp_path / "out")
        job, screen = await talk.begin("calm piano 5 seconds")
        store.go()
        assert await job is Outcome.FAILED
        assert "say anything in a minute" in screen.texts[-1]
        assert not screen.files
        store.come_back()
        await talk.say("hello")
    assert len(screen.files) == 1
    assert proxy.count("POST /run_sse") == 1


async def test_new_work_is_taken_while_old_work_goes_on(api: ScriptedApi, store: Redis, tmp_path: Path) -> None:
    """Redis was away for a moment while somebody's long stream was open: nobody else waits for the end of that."""
    go = asyncio.Event()
    api.on("POST", RUN, stream(calls("generate_music"), go, says("Here it is.")), stream(says("Hello you.")))
    async with opened(store.url, tmp_path / "work", api.url, BRIEF) as bot:
        long = asyncio.create_task(Talk(bot, tmp_path).say("calm piano", Action.MUSIC))
        await api.receive("POST", RUN)
        store.go()
        # Longer than a client repeats by itself, so that the engine hears of it.
        await asyncio.sleep(3)
        store.come_back()
        try:
            async with asyncio.timeout(PATIENCE):
                _, screen = await Talk(bot, tmp_path, replace(ME, id="8"), "n").say("calm piano", Action.MUSIC)
            assert not long.done()
        finally:
            go.set()
        assert (await long)[0] is Outcome.FULFILLED
    assert screen.texts == ["Hello you."]
    assert len(api.wishes) == 2
