"""A worker that stops breathing between the intent of a paid step and the word that it is on disk."""

from __future__ import annotations

import asyncio

from core.messages import Chat, Person
from core.store import Conversation, Taken, Vault, open_store
from tests.support.one_message import SECRET
from tests.support.proxy import counting_proxy

PLACE = Conversation.of(Person("test", "7"), Chat("test", "42"))


async def test_who_lost_the_job_meanwhile_may_not_send(valkey_url: str) -> None:
    async with (
        counting_proxy(valkey_url) as proxy,
        open_store(valkey_url, Vault(SECRET)) as other,
        open_store(proxy.url.replace("http://", "redis://"), Vault(SECRET)) as store,
    ):
        await store.journal.create(PLACE, "1", "a", "request", kind="music")
        assert isinstance(await store.journal.take(PLACE, "first", 50), Taken)
        waiting = proxy.catch(rb"WAITAOF", freeze=True)
        begin = asyncio.create_task(store.journal.begin(PLACE, "1", 1, "send", "attempt"))
        await waiting.wait()
        async with asyncio.timeout(120):
            while not isinstance(await other.journal.take(PLACE, "second", 60_000), Taken):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        proxy.cut()
        assert await begin == ("fenced", "")
        assert await other.journal.begin(PLACE, "1", 2, "send", "another") == ("unknown", "")
