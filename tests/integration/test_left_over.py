"""What is left on disk of jobs that ended, and of jobs that the store lost or a snapshot has."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path

import redis

from core.commands import Action
from core.jobs.housekeeping import OLDEST, clear_out
from core.messages import Outcome
from core.store import Conversation, Vault, open_store
from tests.support.conversation import HERE, ME, Open, Talk
from tests.support.endpoints import RUN
from tests.support.files import make
from tests.support.one_message import SECRET
from tests.support.scripted_api import ScriptedApi, stream
from tests.support.valkey import tcp_valkey
from tests.support.waiting import until, wait_until


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
    assert not list((tmp_path / "work").glob("*"))


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
    assert all((tmp_path / name).exists() for name in ("grown", "new", "secret.key"))


async def test_a_request_that_the_store_lost_is_told(api: ScriptedApi, talk: Talk, raw: redis.Redis) -> None:
    api.on("POST", RUN, stream(asyncio.Event()))
    job, screen = await talk.begin("lo-fi", until="sent")
    raw.flushall()
    async with asyncio.timeout(120):
        assert await job is Outcome.FAILED
    assert "I have lost this request" in screen.texts[-1]


async def test_a_snapshot_is_restored_in_the_three_steps_of_the_operations_page(tmp_path: Path) -> None:
    """The way back from a snapshot of Redis."""
    place = Conversation.of(ME, HERE)
    with tcp_valkey("--appendonly", "yes") as url, redis.Redis.from_url(url, decode_responses=True) as raw:
        async with open_store(url, Vault(SECRET)) as store:
            await store.journal.create(place, "1", "attempt", "a wish", kind="music")
        raw.save()
        shutil.copy(Path(raw.config_get("dir")["dir"]) / "dump.rdb", tmp_path / "dump.rdb")
    with tcp_valkey("--appendonly", "no", data=tmp_path) as url, redis.Redis.from_url(url) as raw:
        raw.config_set("appendonly", "yes")
        wait_until(lambda: not raw.info("persistence")["aof_rewrite_in_progress"])
    with tcp_valkey("--appendonly", "yes", data=tmp_path) as url:
        async with open_store(url, Vault(SECRET)) as store:
            assert await store.journal.queue(place) == ["1"]
