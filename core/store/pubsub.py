"""Hints between processes that something is to be looked at. One may get lost: who waits also looks by the clock."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.store.keys import NEWS, STOPS

log = logging.getLogger(__name__)

_AGAIN_AFTER = 0.5


class PubSub:
    """Listens on one connection for all jobs of this process."""

    def __init__(self, blocking: Redis) -> None:
        """`blocking` may wait for ever for an answer."""
        self._redis = blocking
        self._listeners: dict[tuple[str, str], set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def of(self, job_id: str) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever this job has something new to show."""
        with self._listening(NEWS, job_id) as event:
            yield event

    @contextmanager
    def stop_of(self, job_id: str) -> Iterator[asyncio.Event]:
        """Give an event that is set when this job was cancelled; a false alarm is possible."""
        with self._listening(STOPS, job_id) as event:
            yield event

    @contextmanager
    def _listening(self, channel: str, job_id: str) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        listeners = self._listeners[channel, job_id]
        listeners.add(event)
        try:
            yield event
        finally:
            listeners.discard(event)
            if not listeners:
                self._listeners.pop((channel, job_id), None)

    async def listen(self) -> None:
        """Pass hints on until cancelled, through every outage, of which the log is told once."""
        missed = False
        while True:
            with suppress(RedisError, OSError):
                async with self._redis.pubsub() as subscribed:
                    await subscribed.subscribe(NEWS, STOPS)
                    async for message in subscribed.listen():
                        if message["type"] == "subscribe":
                            # What was missed while nobody listened is looked at now.
                            self._ring_all()
                            if missed:
                                log.info("Hints from Redis again")
                            missed = False
                        else:
                            for event in self._listeners.get((message["channel"], message["data"]), ()):
                                event.set()
            if not missed:
                log.warning("No hints from Redis: who waits looks by the clock")
            missed = True
            await asyncio.sleep(_AGAIN_AFTER)

    def _ring_all(self) -> None:
        for listeners in self._listeners.values():
            for event in listeners:
                event.set()
