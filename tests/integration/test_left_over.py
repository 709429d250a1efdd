"""What is left of a conversation: files of jobs that ended, keys and how long they live, what a snapshot has."""

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

PLACE = Conversation.of(ME, HERE)
DAY = 24 * 3600
USED = {PLACE.key("session"), PLACE.key("presses")}
# For good: the version, the name of the secret key, what is known of a person, and the engine's own few keys, which
# hold nobody's words and whose entries go when they are done.
FOR_GOOD = {"mb:schema", "mb1:key", f"mb1:person:{{{PLACE.person}}}"}


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
    with tcp_valkey("--appendonly", "yes") as url, redis.Redis.from_url(url, decode_responses=True) as raw:
        async with open_store(url, Vault(SECRET)) as store:
            await store.journal.create(PLACE, "1", "attempt", "a wish", kind="music")
        raw.save()
        shutil.copy(Path(raw.config_get("dir")["dir"]) / "dump.rdb", tmp_path / "dump.rdb")
    with tcp_valkey("--appendonly", "no", data=tmp_path) as url, redis.Redis.from_url(url) as raw:
        raw.config_set("appendonly", "yes")
        wait_until(lambda: not raw.info("persistence")["aof_rewrite_in_progress"])
    with tcp_valkey("--appendonly", "yes", data=tmp_path) as url:
        async with open_store(url, Vault(SECRET)) as store:
            assert await store.journal.queue(PLACE) == ["1"]


async def test_after_a_conversation_every_key_has_its_lifetime_and_use_renews_it(
    at_studio: Talk, raw: redis.Redis
) -> None:
    def left() -> dict[str, int]:
        """Return the seconds that each key has left, -1 for good."""
        return {key: raw.ttl(key) for key in raw.scan_iter()}

    def of_the_engine() -> set[str]:
        return {key for key in left() if key.startswith("mb1:engine")}

    async def idle() -> bool:
        return not any(list(raw.scan_iter(f"mb1:engine:{held}:*")) for held in ("runs", "progress"))

    _, screen = await at_studio.say("calm piano 5s", Action.MUSIC)
    longer, calmer = screen.button("longer").id, screen.button("calmer").id
    await at_studio.say("", Action.STATUS)
    await at_studio.say("", press=longer)
    assert {key for key, seconds in left().items() if seconds == -1} - of_the_engine() == FOR_GOOD
    jobs = {key for key in left() if ":job:" in key}
    assert len(jobs) >= 4
    for key in jobs | USED:
        assert raw.ttl(key) > 89 * DAY, key
    # What is used lives on.
    for key in jobs | USED:
        raw.expire(key, DAY)
    await at_studio.say("", Action.STATUS)
    assert raw.ttl(PLACE.key("session")) > 89 * DAY
    await at_studio.say("", press=calmer)
    pressed = next(key for key in jobs if key.endswith(longer.split(":")[2]))
    for key in {pressed} | USED:
        assert raw.ttl(key) > 89 * DAY, key
    # What the engine holds while a wake-up is worked on is gone soon after. Its few keys for good name its workers and
    # tasks; what it delivered is gone from its stream.
    await until(idle)
    names = {"workers", "stream", *(f"task-workers:{task}" for task in ("look", "trace", "fail", "sleep"))}
    assert {key for key in of_the_engine() if left()[key] == -1} <= {f"mb1:engine:{name}" for name in names}
    assert raw.xlen("mb1:engine:stream") == 0
