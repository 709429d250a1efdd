"""What a process left unfinished when it died: found by whatever is said next, and never a block for the line."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from core.jobs.line import Pulse

from core.app import open_bot
from core.flows.request import Request
from core.intent import Action
from core.nemo.model import Backend
from core.store import Created, Place, Store, Vault, open_store
from core.words import Command, Outcome
from tests.support.conversation import HERE, ME, QUICK, Talk, opened
from tests.support.one_message import LEASE, SECRET
from tests.support.proxy import CountingProxy, counting_proxy
from tests.support.screen import RecordingScreen
from tests.support.studio import running_studio

PLACE = Place.of(ME, HERE)
WISH = Request(action=Action.MUSIC, text="calm piano 5 seconds", language="en").to_json()


@pytest.fixture(scope="module")
def studio_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_studio(tmp_path_factory.mktemp("studio")) as url:
        yield url


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    async with open_store(valkey_url, Vault(SECRET)) as opened_store:
        yield opened_store


async def leave(store: Store, job_id: str, request: str = WISH) -> None:
    """Put a job in line whose worker is gone."""
    assert (await store.journal.create(PLACE, job_id, "a", request, press=None, alive_ms=1))[0] is Created.NEW
    await asyncio.sleep(0.005)


@pytest.mark.parametrize(("text", "command"), [("", Command.STATUS), ("", Command.HELP), ("hello!", None)])
async def test_whatever_is_said_next_finishes_what_was_left(
    valkey_url: str, studio_url: str, store: Store, tmp_path: Path, text: str, command: Command | None
) -> None:
    await leave(store, "left")
    async with opened(valkey_url, tmp_path / "work", studio_url) as bot:
        outcome, screen = await Talk(bot, tmp_path / "out").say(text, command)
    assert outcome is Outcome.FULFILLED
    assert "resumed" in screen.stages
    assert screen.files
    assert screen.texts[0] not in screen.file.text
    assert await store.journal.line(PLACE) == []


async def test_a_conversation_begins_with_what_a_killed_process_left(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    async with counting_proxy(studio_url) as proxy:
        await _killed_while_composing(valkey_url, proxy, tmp_path)
        async with opened(valkey_url, tmp_path / "work", proxy.url) as bot:
            # At once: the lease of the dead still lives.
            screen = RecordingScreen(tmp_path / "out")
            await bot.resume(ME, HERE, screen)
            assert screen.files
            again = RecordingScreen()
            await bot.resume(ME, HERE, again)
            assert again.drawn == again.shown == []
        assert proxy.count("POST /run_sse") == 1


async def _killed_while_composing(valkey_url: str, proxy: CountingProxy, tmp_path: Path) -> None:
    arguments = [valkey_url, proxy.url, str(tmp_path / "work"), "killed", "calm piano 5 seconds"]
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.one_message", *arguments, stdout=subprocess.PIPE
    )
    assert victim.stdout is not None
    while b"composing" not in (line := await asyncio.wait_for(victim.stdout.readline(), 30)):
        assert line, "it ended too early"
    victim.kill()
    await victim.communicate()


async def test_what_somebody_else_works_on_is_left_to_them(
    valkey_url: str, studio_url: str, store: Store, tmp_path: Path
) -> None:
    await leave(store, "theirs")
    claimed = await store.journal.claim(PLACE, "theirs", "they", int(LEASE * 1000))

    async def keep() -> None:
        while True:
            await store.journal.renew(PLACE, "theirs", claimed.epoch, int(LEASE * 1000))
            await asyncio.sleep(LEASE / 4)

    keeping = asyncio.create_task(keep())
    async with opened(valkey_url, tmp_path / "work", studio_url) as bot:
        _, screen = await Talk(bot, tmp_path).say("", Command.STATUS)
    keeping.cancel()
    assert "resumed" not in screen.stages
    assert await store.journal.line(PLACE) == ["theirs"]


async def test_a_line_full_of_what_was_left_makes_room(
    valkey_url: str, studio_url: str, store: Store, tmp_path: Path
) -> None:
    anew = Request(action=Action.NEW, text="", language="en").to_json()
    for number in range(10):
        await leave(store, str(number), anew)
    async with opened(valkey_url, tmp_path / "work", studio_url) as bot:
        outcome, screen = await Talk(bot, tmp_path).say("", Command.NEW)
    assert outcome is Outcome.FULFILLED
    assert [text[:13] for text in screen.texts] == ["A fresh start"] * 11


async def test_what_nobody_can_read_any_more_ends_and_the_line_moves_on(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    async with open_store(valkey_url, Vault(b"the secret that was lost")) as before:
        await leave(before, "unreadable")
    backend = Backend(api_url=studio_url, web_url=None, platform="test", deadlines=QUICK)
    pulse = Pulse(lease=LEASE, look=0.05)
    async with open_bot(valkey_url, backend, tmp_path / "work", secret_key=SECRET, pulse=pulse) as bot:
        outcome, _ = await asyncio.wait_for(Talk(bot, tmp_path).say("", Command.NEW), 20)
    assert outcome is Outcome.FULFILLED
    with redis.Redis.from_url(valkey_url, decode_responses=True) as raw:
        assert raw.hget(PLACE.job("unreadable"), "outcome") == "failed"


async def test_a_store_that_takes_nothing_keeps_the_job_for_what_is_said_next(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    """While the piece is made, Redis takes no more writes, as with a full disk; what is promised then is kept."""
    async with counting_proxy(studio_url) as proxy, opened(valkey_url, tmp_path / "work", proxy.url) as bot:
        talk = Talk(bot, tmp_path / "out")
        screen = RecordingScreen()
        job = asyncio.create_task(bot.handle(talk.said("calm piano 5 seconds", Command.MUSIC), screen))
        await screen.until(lambda seen: "sent" in seen.stages)
        with _no_writes(valkey_url):
            assert await job is Outcome.FAILED
            assert "say anything in a minute, and I go on" in screen.texts[-1]
            _, refused = await Talk(bot, tmp_path, replace(ME, id="8"), "s").say("", Command.NEW)
            assert "could not begin" in refused.texts[-1]
        _, screen = await talk.say("hello")
        assert screen.files
        assert proxy.count("POST /run_sse") == 1


@contextmanager
def _no_writes(url: str) -> Iterator[None]:
    with redis.Redis.from_url(url) as client:
        client.config_set("min-replicas-to-write", 1)
        try:
            yield
        finally:
            client.config_set("min-replicas-to-write", 0)
