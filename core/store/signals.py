"""What processes signal to each other: hints that a job has something new, and pauses of whatever is down."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.store.client import ANSWER_WITHIN, PROTOCOL, Client
from core.store.keys import CANCELLATIONS, EVENTS, key

log = logging.getLogger(__name__)

_AGAIN_AFTER = 0.5
_TRY_EVERY_MS = 15_000


@dataclass
class Pauses:
    """What is not to be asked for a while: a service that is down, a destination in a flood wait. By names."""

    _client: Client

    async def pause(self, name: str, seconds: float) -> None:
        """Let all processes ask nothing of this one for so long from now."""
        await self._client.send(("SET", key("pause", name), 1, "PX", max(1, round(seconds * 1000))))

    async def remaining(self, name: str) -> float:
        """Return for how many seconds more it is paused, 0 where it is not."""
        ((ms,),) = await self._client.send(("PTTL", key("pause", name)))
        return max(0, int(ms)) / 1000

    async def resume(self, name: str) -> None:
        """End a pause."""
        await self._client.send(("DEL", key("pause", name)))

    async def may_try(self, name: str) -> bool:
        """Return whether this process may ask all the same: one in 15 s may."""
        (done,) = await self._client.send(("SET", key("pause", name, "try"), 1, "PX", _TRY_EVERY_MS, "NX"))
        return bool(done)


class Hint(asyncio.Event):
    """Set when a job has something new."""

    #: Progress that came with hints: ids of entries and their sealed events, which need not be read.
    progress: tuple[tuple[str, str], ...] = ()
    #: There is something that has to be read.
    rang = False


@dataclass(slots=True)
class PubSub:
    """Hints that something is to be looked at, for all jobs of this process on one connection to `url`.

    A hint may get lost: whoever waits for one also looks by the clock.
    """

    url: str
    _listeners: dict[tuple[str, str], set[Hint]] = field(default_factory=partial(defaultdict, set), init=False)
    #: Hints arrive: who waits for one needs to look by the clock seldom only.
    listening: bool = field(default=False, init=False)

    @contextmanager
    def of(self, job_id: str, channel: str = EVENTS) -> Iterator[Hint]:
        """Give a hint that is set whenever this job has something new to show, or on `CANCELLATIONS` was cancelled.

        A false alarm is possible.
        """
        hint = Hint()
        listeners = self._listeners[channel, job_id]
        listeners.add(hint)
        try:
            yield hint
        finally:
            listeners.discard(hint)
            if not listeners:
                self._listeners.pop((channel, job_id), None)

    async def listen(self) -> None:
        """Pass hints on until cancelled, through every outage, of which the log is told once."""
        missed = False
        async with Redis.from_url(
            self.url,
            decode_responses=True,
            protocol=PROTOCOL,
            driver_info=None,
            # It may wait for ever: a connection that is half dead is found by the system's keep-alive.
            socket_timeout=None,
            socket_connect_timeout=ANSWER_WITHIN,
            retry=Retry(NoBackoff(), 0),
        ) as redis:
            while True:
                with suppress(RedisError, OSError):
                    async with redis.pubsub() as subscribed:
                        await subscribed.subscribe(EVENTS, CANCELLATIONS)
                        async for message in subscribed.listen():
                            self._pass_on(message)
                            if missed and self.listening:
                                log.info("Hints from Redis arrive again")
                                missed = False
                self.listening = False
                if not missed:
                    log.warning("Cannot listen to hints: Redis unavailable, polling instead")
                missed = True
                await asyncio.sleep(_AGAIN_AFTER)

    def _pass_on(self, message: dict[str, str]) -> None:
        if message["type"] == "subscribe":
            # What was missed while nobody listened is looked at now.
            self.listening = True
            for listeners in self._listeners.values():
                for hint in listeners:
                    hint.rang = True
                    hint.set()
            return
        job_id, *progress = message["data"].split(" ")
        for hint in self._listeners.get((message["channel"], job_id), ()):
            if progress:
                entry, sealed = progress
                hint.progress += ((entry, sealed),)
            else:
                hint.rang = True
            hint.set()
