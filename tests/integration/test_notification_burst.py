"""Many wake-ups at once: the engine takes all of them now, none after a lease."""

import asyncio

from core.jobs.engine import open_engine, taking_notifications
from core.store import Conversation

MANY = 250
"""More than the connections that a Redis client opens by default."""


async def test_a_burst_of_wake_ups_is_taken_at_once(valkey_url: str) -> None:
    seen: set[str] = set()
    all_seen = asyncio.Event()

    def see(place: Conversation) -> asyncio.Task[None]:
        return asyncio.create_task(work(place))

    async def work(place: Conversation) -> None:
        seen.add(place.name)
        if len(seen) == MANY:
            all_seen.set()
        await all_seen.wait()

    async with open_engine(valkey_url) as (docket, notify):
        places = [Conversation("test:1", f"test:{number}") for number in range(MANY)]
        await asyncio.gather(*(notify(place, "job", "epoch 0") for place in places))
        async with taking_notifications(docket, see, at_once=MANY, lease=600):
            try:
                async with asyncio.timeout(120):
                    await all_seen.wait()
            finally:
                all_seen.set()
    assert seen == {place.name for place in places}
