"""What is left on disk of jobs that ended, and of jobs that the store lost."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import redis

from core.commands import Action
from core.jobs.housekeeping import OLDEST, clear_out
from core.messages import Outcome
from tests.support.conversation import Open, Talk
from tests.support.endpoints import RUN
from tests.support.files import make
from tests.support.scripted_api import ScriptedApi, stream
from tests.support.waiting import until


async def test_a_job_that_is_taken_back_leaves_no_files(open_it: Open, tmp_path: Path) -> None:
    async def fetch(ref: str, to: Path) -> None:
        await asyncio.to_thread(to.write_bytes, b"the first half")
        halfway.set()
        await asyncio.Event().wait()

    halfway = asyncio.Event()
    async with open_it(fetch=fetch) as bot:
        talk = Talk(bot, tmp_path)
        given = asyncio.create_task(talk.say("", None, make(tmp_path / "a.png")))
        await asyncio.wait_for(halfway.wait(), 120)
        assert [path.name for path in (tmp_path / "work").glob("*/*")] == ["in-0"]
        await talk.say("", Action.CANCEL)
        assert (await given)[0] is Outcome.CANCELLED
    assert names(tmp_path / "work") == set()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_what_was_not_touched_for_a_day_is_removed(tmp_path: Path) -> None:
    long_ago = time.time() - OLDEST - 60
    for name in ("old", "grown", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "in-0").touch()
    for path in (tmp_path / "old" / "in-0", tmp_path / "old", tmp_path / "grown"):
        os.utime(path, (long_ago, long_ago))
    (tmp_path / "secret.key").touch()
    os.utime(tmp_path / "secret.key", (long_ago, long_ago))
    clearing = asyncio.create_task(clear_out(tmp_path))
    await until(lambda: not (tmp_path / "old").exists())
    clearing.cancel()
    assert names(tmp_path) == {"grown", "new", "secret.key"}


async def test_a_request_that_the_store_lost_is_told(
    api: ScriptedApi, open_it: Open, valkey_url: str, tmp_path: Path
) -> None:
    api.on("POST", RUN, stream(asyncio.Event()))
    async with open_it() as bot:
        job, screen = await Talk(bot, tmp_path).begin("lo-fi", until="sent")
        with redis.Redis.from_url(valkey_url) as client:
            client.flushall()
        async with asyncio.timeout(120):
            assert await job is Outcome.FAILED
    assert "I have lost this request" in screen.texts[-1]
