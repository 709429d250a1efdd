"""The connection to Redis, and the store that is opened on it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from core.cancellation import cancel_and_wait
from core.store.durations import Durations
from core.store.event_log import EventLog
from core.store.job_index import JobIndex
from core.store.journal import Journal
from core.store.keys import KEPT_MS
from core.store.pauses import Pauses
from core.store.people import People
from core.store.pubsub import PubSub
from core.store.runs import Runs
from core.store.schema import Schema
from core.store.scripts import Scripts
from core.store.sessions import Sessions
from core.store.trouble import Refusals, greet, reaching
from core.store.vault import Vault

log = logging.getLogger(__name__)

_ANSWER_WITHIN = 5.0
_RETRIES = 6  # with the pauses between them about seven seconds: a restart of Redis is waited for
_CONNECTIONS = 200
"""Whoever waits for one may be overtaken by those who come later, and gives up after `_ANSWER_WITHIN`."""
_SYNCED_CONNECTIONS = 200
"""Paid steps that may begin in a second, about."""
_KEEPS_ALL = "noeviction"
_FEW_CONNECTIONS = 5
_SYNCED_WITHIN_MS = 2000
"""Redis writes its file to disk every second."""


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that outlives a process."""

    people: People
    sessions: Sessions
    runs: Runs
    journal: Journal
    event_log: EventLog
    job_index: JobIndex
    durations: Durations
    pubsub: PubSub
    pauses: Pauses
    schema: Schema
    _scripts: Scripts
    _vault: Vault

    def at(self, backend: str) -> Store:
        """Return this store as another service's: people have tokens and sessions of their own there."""
        people = People(self._scripts, self._vault, backend)
        return replace(self, people=people, sessions=Sessions(self._scripts, backend))


@asynccontextmanager
async def open_store(url: str, vault: Vault) -> AsyncIterator[Store]:
    """Connect to Redis (`redis://`, `rediss://` or `unix://`).

    Raises `StoreUnavailable` where it does not answer, or where a newer version of this program keeps its data.

    Four clients, since redis-py by default sends a command again after a lost reply. *Repeatable*: reads, writes of
    whole values, and scripts that know their attempt. *Synced*: those that wait for the disk, which takes up to a
    second, so that nothing else waits for their connections. *Once*: what a second time would double. *Blocking*: the
    hints, for which it may wait for ever.
    """
    repeatable = _client(url, _CONNECTIONS, _patient())
    synced = _client(url, _SYNCED_CONNECTIONS, _patient())
    once = _client(url, _FEW_CONNECTIONS, Retry(NoBackoff(), 0))
    # A connection on which nothing is said for long is looked after by the system (keep-alive), not by a deadline.
    blocking = Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=None,
        socket_connect_timeout=_ANSWER_WITHIN,
        retry=Retry(NoBackoff(), 0),
    )
    listening: asyncio.Task[None] | None = None
    try:
        # Whether it is there at all is told at once, without repetitions.
        await greet(once)
        scripts = RedisScripts(repeatable, synced, once)
        await _warn_of_eviction(once)
        schema = Schema(scripts)
        await schema.agree()
        pubsub = PubSub(blocking)
        listening = asyncio.create_task(pubsub.listen(), name="hints from Redis")
        yield Store(
            People(scripts, vault),
            Sessions(scripts),
            Runs(scripts),
            Journal(scripts, vault),
            EventLog(scripts, vault),
            JobIndex(scripts),
            Durations(scripts),
            pubsub,
            Pauses(scripts),
            schema,
            scripts,
            vault,
        )
    finally:
        if listening:
            await cancel_and_wait(listening)
        for client in (repeatable, synced, once, blocking):
            await client.aclose()
            await client.connection_pool.aclose()


def _patient() -> Retry:
    return Retry(ExponentialBackoff(cap=2, base=0.1), _RETRIES)


async def _warn_of_eviction(redis: Redis) -> None:
    """Say where Redis may throw away what it holds: a job of which half is gone neither ends nor goes on."""
    # Whoever may not ask for it is not told.
    with reaching(), suppress(ResponseError):
        policy = (await redis.info("memory")).get("maxmemory_policy", _KEEPS_ALL)
        if policy != _KEEPS_ALL:
            log.warning("Redis may throw away what it holds: set maxmemory-policy to noeviction, not %s", policy)


def _client(url: str, connections: int, retry: Retry) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=_ANSWER_WITHIN,
        socket_timeout=_ANSWER_WITHIN,
        socket_connect_timeout=_ANSWER_WITHIN,
        retry=retry,
        decode_responses=True,
        # Else each connection reads the metadata of its package from disk (5 ms of the loop) to introduce itself.
        driver_info=None,
    )
    pool.connection_class = _prompt(pool.connection_class)
    return Redis(connection_pool=pool)


def _prompt(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    """Return a kind of connection in which a cancellation always arrives.

    With a `socket_timeout` redis-py sends under `asyncio.wait_for`, which before Python 3.12 swallows a cancellation
    that comes just when the sending is done: a task that nobody can stop.
    """

    class Prompt(kind):  # type: ignore[valid-type, misc]
        socket_timeout: float | None

        async def send_packed_command(self, command: bytes, check_health: bool = True) -> None:  # noqa: FBT001, FBT002
            within, self.socket_timeout = self.socket_timeout, None
            try:
                async with asyncio.timeout(within):
                    await super().send_packed_command(command, check_health)
            except TimeoutError:
                raise RedisTimeoutError("writing took too long") from None
            finally:
                self.socket_timeout = within

    return Prompt


@cache
def _source(name: str) -> str:
    return files("core.store").joinpath("lua", f"{name}.lua").read_text("utf-8")


class RedisScripts(Scripts):
    """`Scripts` on redis-py."""

    def __init__(self, repeatable: Redis, synced: Redis, once: Redis) -> None:
        """`repeatable` and `synced` may send again what got no reply, `once` never does."""
        self._redis = repeatable
        self._synced = synced
        self._once = once
        self._hashes: dict[str, str] = {}
        self._can_sync = True
        self._refusals = Refusals()

    async def run(self, name: str, keys: Sequence[str], arguments: Sequence[str | int]) -> list[str]:
        """Run one of the scripts in `lua/`."""
        with self._refusals.told(name):
            return await self._run(self._redis, name, keys, arguments)

    async def run_synced(self, name: str, keys: Sequence[str], arguments: Sequence[str | int]) -> list[str]:
        """Run a script and wait until its effect is on disk, where the server can say so within two seconds."""
        with self._refusals.told(name):
            if not self._can_sync:
                return await self._run(self._redis, name, keys, arguments)
            # WAITAOF waits for the writes of its own connection only.
            async with self._synced.client() as connection:
                answer = await self._run(connection, name, keys, arguments)
                try:
                    synced, _ = await connection.waitaof(1, 0, _SYNCED_WITHIN_MS)
                    if not synced:
                        log.warning("The disk of Redis is slow: a write is not confirmed yet")
                except ResponseError:
                    # Redis before 7.2, or no append-only file: a power cut may cost the last second.
                    self._can_sync = False
                    log.info("Redis can't confirm writes to disk here")
                return answer

    async def read(self, key: str, kept_ms: int | None = None) -> dict[str, str]:
        """Return a hash, empty where there is none; with `kept_ms` that renews its lifetime."""
        with self._refusals.told("read"):
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hgetall(key)
                if kept_ms is not None:
                    pipe.pexpire(key, kept_ms)
                fields, *_ = await pipe.execute()
            return {str(name): str(value) for name, value in fields.items()}

    async def write(self, key: str, fields: dict[str, str], kept_ms: int | None) -> None:
        """Set fields of a hash and renew its lifetime (None: for good)."""
        with self._refusals.told("write"):
            async with self._redis.pipeline(transaction=True) as pipe:
                for name, value in fields.items():
                    pipe.hset(key, name, value)
                if kept_ms is not None:
                    pipe.pexpire(key, kept_ms)
                await pipe.execute()

    async def write_first(self, key: str, field: str, value: str) -> str:
        """Set a field unless it has a value; return the value that it has then."""
        with self._refusals.told("write_first"):
            await self._redis.hsetnx(key, field, value)
            return str(await self._redis.hget(key, field) or value)

    async def forget(self, key: str) -> None:
        """Delete a hash."""
        with self._refusals.told("forget"):
            await self._redis.delete(key)

    async def lines(self, key: str) -> list[str]:
        """Return a list, empty where there is none."""
        with self._refusals.told("lines"):
            return [str(line) for line in await self._redis.lrange(key, 0, -1)]

    async def push(self, key: str, value: str, kept: int) -> None:
        """Put a value before a list of the last `kept` ones, once."""
        with self._refusals.told("push"):
            async with self._once.pipeline(transaction=True) as pipe:
                pipe.lpush(key, value)
                pipe.ltrim(key, 0, kept - 1)
                pipe.pexpire(key, KEPT_MS)
                await pipe.execute()

    async def members(self, key: str, most: int | None = None) -> dict[str, float]:
        """Return a sorted set with its scores, the least first, or so many of it."""
        last = -1 if most is None else most - 1
        with self._refusals.told("members"):
            pairs: list[tuple[str, float]] = await self._redis.zrange(key, 0, last, withscores=True)  # type: ignore[assignment]
            return dict(pairs)

    async def count(self, key: str) -> int:
        """Return how many members a sorted set has."""
        with self._refusals.told("count"):
            return int(await self._redis.zcard(key))

    async def keys(self, pattern: str) -> AsyncIterator[str]:
        """Yield the keys that match a pattern; this looks at every key there is."""
        with self._refusals.told("keys"):
            async for key in self._redis.scan_iter(match=pattern, count=1000):
                yield str(key)

    async def take_out(self, key: str, member: str) -> None:
        """Take a member out of a sorted set."""
        with self._refusals.told("take_out"):
            await self._redis.zrem(key, member)

    async def _run(
        self, connection: Redis, name: str, keys: Sequence[str], arguments: Sequence[str | int]
    ) -> list[str]:
        values = [str(value) for value in (*keys, *arguments)]
        try:
            if name not in self._hashes:
                self._hashes[name] = await connection.script_load(_source(name))
            return list(await connection.evalsha(self._hashes[name], len(keys), *values))
        except NoScriptError:
            # Redis was restarted: it forgets scripts.
            return list(await connection.eval(_source(name), len(keys), *values))
