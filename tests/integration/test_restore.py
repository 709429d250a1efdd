"""The way back from a snapshot of Redis, as the operations page describes it."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import redis

from core.messages import Chat, Person
from core.store import Conversation, Vault, open_store
from tests.support.one_message import SECRET
from tests.support.valkey import tcp_valkey

JOB = "0123456789abcdef"
PLACE = Conversation.of(Person("test", "7"), Chat("test", "42"))
USUAL = ("--appendonly", "yes")


async def put_in_line(url: str) -> None:
    async with open_store(url, Vault(SECRET)) as store:
        await store.journal.create(PLACE, JOB, "attempt", "a wish", kind="music")


async def line(url: str) -> list[str]:
    async with open_store(url, Vault(SECRET)) as store:
        return list(await store.journal.queue(PLACE))


def snapshot(url: str, to: Path) -> None:
    """Copy a snapshot of a Redis from the side into an empty directory."""
    with redis.Redis.from_url(url, decode_responses=True) as raw:
        raw.save()
        shutil.copy(Path(raw.config_get("dir")["dir"]) / "dump.rdb", to / "dump.rdb")


async def append_again(url: str) -> None:
    with redis.Redis.from_url(url, decode_responses=True) as raw:
        raw.config_set("appendonly", "yes")
        async with asyncio.timeout(120):
            while raw.info("persistence")["aof_rewrite_in_progress"]:  # noqa: ASYNC110 no event tells
                await asyncio.sleep(0.01)


async def test_a_snapshot_is_restored_in_the_three_steps_of_the_operations_page(tmp_path: Path) -> None:
    with tcp_valkey(*USUAL) as url:
        await put_in_line(url)
        snapshot(url, tmp_path)
    with tcp_valkey("--appendonly", "no", data=tmp_path) as url:
        await append_again(url)
    with tcp_valkey(*USUAL, data=tmp_path) as url:
        assert await line(url) == [JOB]


async def test_started_as_usual_it_would_begin_empty(tmp_path: Path) -> None:
    """Why the steps are needed."""
    with tcp_valkey(*USUAL) as url:
        await put_in_line(url)
        snapshot(url, tmp_path)
    with tcp_valkey(*USUAL, data=tmp_path) as url:
        assert await line(url) == []
