"""The connection to Redis, and the store that is opened on it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from core.errors import StoreUnavailable
from core.store.journal import Journal
from core.store.people import People
from core.store.runs import Runs
from core.store.scripts import Scripts
from core.store.sessions import Sessions
from core.store.vault import Vault

log = logging.getLogger(__name__)

_ANSWER_WITHIN = 5.0
_RETRIES = 6  # with the pauses between them about seven seconds: a restart of Redis is waited for
_CONNECTIONS = 50
_SYNCED_WITHIN_MS = 2000
"""Redis writes its file to disk every second."""


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that outlives a process."""

    people: People
    sessions: Sessions
    runs: Runs
    journal: Journal


@asynccontextmanager
async def open_store(url: str, vault: Vault) -> AsyncIterator[Store]:
    """Connect to Redis (`redis://`, `rediss://` or `unix://`). Raises `StoreUnavailable` where it does not answer.

    One client is enough here: it sends a command again after a lost reply (redis-py does so by default), so
    only what may be repeated goes through it: reads, writes of whole values, and scripts that know their attempt.
    Anything that must run once, or that blocks, needs a client of its own with `Retry(NoBackoff(), 0)`.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_CONNECTIONS,
        timeout=_ANSWER_WITHIN,
        socket_timeout=_ANSWER_WITHIN,
        socket_connect_timeout=_ANSWER_WITHIN,
        retry=Retry(ExponentialBackoff(cap=2, base=0.1), _RETRIES),
        decode_responses=True,
    )
    repeatable = Redis(connection_pool=pool)
    try:
        with reaching():
            # Whether it is there at all is told at once, without repetitions.
            async with Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=_ANSWER_WITHIN) as first:
                await first.ping()
        scripts = RedisScripts(repeatable)
        yield Store(People(scripts, vault), Sessions(scripts), Runs(scripts), Journal(scripts, vault))
    finally:
        await repeatable.aclose()
        await pool.aclose()


@contextmanager
def reaching() -> Iterator[None]:
    """Turn whatever the Redis client raises into `StoreUnavailable`."""
    try:
        yield
    except (RedisError, OSError) as error:
        # The text of such an error may hold the address with its password; the kind of error is enough.
        raise StoreUnavailable(f"Redis: {type(error).__name__}") from None


@cache
def _source(name: str) -> str:
    return files("core.store").joinpath("lua", f"{name}.lua").read_text("utf-8")


class RedisScripts(Scripts):
    """`Scripts` on redis-py."""

    def __init__(self, redis: Redis) -> None:
        """`redis` may repeat what it sends."""
        self._redis = redis
        self._hashes: dict[str, str] = {}
        self._can_sync = True

    async def run(self, name: str, keys: Sequence[str], arguments: Sequence[str | int]) -> list[str]:
        """Run one of the scripts in `lua/`."""
        with reaching():
            return await self._run(self._redis, name, keys, arguments)

    async def run_synced(self, name: str, keys: Sequence[str], arguments: Sequence[str | int]) -> list[str]:
        """Run a script and wait until its effect is on disk, where the server can say so within two seconds."""
        with reaching():
            if not self._can_sync:
                return await self._run(self._redis, name, keys, arguments)
            # WAITAOF waits for the writes of its own connection only.
            async with self._redis.client() as connection:
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

    async def read(self, key: str) -> dict[str, str]:
        """Return a hash, empty where there is none."""
        with reaching():
            return {str(name): str(value) for name, value in (await self._redis.hgetall(key)).items()}

    async def write(self, key: str, fields: dict[str, str], kept_ms: int | None) -> None:
        """Set fields of a hash and renew its lifetime (None: for good)."""
        with reaching():
            async with self._redis.pipeline(transaction=True) as pipe:
                for name, value in fields.items():
                    pipe.hset(key, name, value)
                if kept_ms is not None:
                    pipe.pexpire(key, kept_ms)
                await pipe.execute()

    async def write_first(self, key: str, field: str, value: str) -> str:
        """Set a field unless it has a value; return the value that it has then."""
        with reaching():
            await self._redis.hsetnx(key, field, value)
            return str(await self._redis.hget(key, field) or value)

    async def forget(self, key: str) -> None:
        """Delete a hash."""
        with reaching():
            await self._redis.delete(key)

    async def lines(self, key: str) -> list[str]:
        """Return a list, empty where there is none."""
        with reaching():
            return [str(line) for line in await self._redis.lrange(key, 0, -1)]

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
