"""The way back from a snapshot of Redis, as the operations page describes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import redis

from core.store import Conversation, Vault, open_store
from tests.support.one_message import HERE, ME, SECRET
from tests.support.valkey import tcp_valkey
from tests.support.waiting import wait_until

PLACE = Conversation.of(ME, HERE)


async def test_a_snapshot_is_restored_in_the_three_steps_of_the_operations_page(tmp_path: Path) -> None:
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
