"""Connections to Redis, and what the store does over them: plain commands and the scripts of `scripts.lua`."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from core.errors import StoreTrouble, StoreUnavailable
from core.store.keys import KEPT_MS
from core.store.trouble import reaching

log = logging.getLogger(__name__)

#: Seconds in which Redis has to answer.
ANSWER_WITHIN = 5.0
#: With the pauses between them about seven seconds: a restart of Redis is waited for.
_RETRIES = 6
#: Whoever waits for a connection may be overtaken by those who come later, and gives up after `ANSWER_WITHIN`.
_CONNECTIONS = 200
#: Paid steps that may begin in a second, about.
_SYNCED_CONNECTIONS = 200
_FEW_CONNECTIONS = 5
#: Redis writes its file to disk every second.
_SYNCED_WITHIN_MS = 2000

#: With version 3 of the protocol a connection goes there and back twice before its first command.
PROTOCOL = 2

#: A script by its name, its keys and its arguments.
Call = tuple[str, Sequence[str], Sequence[str | int]]


_COMMON, *_SCRIPTS = re.split(
    r"^--- (\w+)\n", files("core.store").joinpath("scripts.lua").read_text("utf-8"), flags=re.MULTILINE
)
#: The names of all scripts, by the hashes under which Redis knows them.
SCRIPT_NAMES: dict[str, str] = {}
_BODIES: dict[str, str] = {}
_HASHES: dict[str, str] = {}
for _name, _body in zip(_SCRIPTS[::2], _SCRIPTS[1::2], strict=True):
    _BODIES[_name] = _COMMON + _body
    _HASHES[_name] = hashlib.sha1(_BODIES[_name].encode(), usedforsecurity=False).hexdigest()
    SCRIPT_NAMES[_HASHES[_name]] = _name


class Client:
    """What records and the journal need of Redis. Every method raises `core.errors.StoreUnavailable`.

    Three clients, since redis-py by default sends a command again after a lost reply. *Repeatable*: reads, writes of
    whole values, and scripts that know their attempt. *Synced*: those that wait for the disk, which takes up to a
    second, so that nothing else waits for their connections. *Once*: what a second time would double.
    """

    def __init__(self, url: str) -> None:
        """Connect to `url` with the first command."""
        patient = Retry(ExponentialBackoff(cap=2, base=0.1), _RETRIES)
        self._redis = _connect(url, _CONNECTIONS, patient)
        self._synced = _connect(url, _SYNCED_CONNECTIONS, patient)
        self.once = _connect(url, _FEW_CONNECTIONS, Retry(NoBackoff(), 0))
        self._can_sync = True
        self._refused: str | None = None

    async def close(self) -> None:
        """Close all connections."""
        for redis in (self._redis, self._synced, self.once):
            await redis.aclose()
            await redis.connection_pool.aclose()

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Do as `reaching` does, and tell the log once that Redis answers but refuses, and once that it does no more.

        `what` names the operation: the one that was refused first tells the end as well. Others may pass meanwhile,
        since a full Redis still reads.
        """
        try:
            with reaching():
                yield
        except StoreUnavailable as error:
            if error.trouble is not StoreTrouble.AWAY and self._refused is None:
                self._refused = what
                log.warning("%s: Redis refuses writes until that is mended", error.detail)
            raise
        if self._refused == what:
            self._refused = None
            log.info("Redis takes writes again")

    async def run(self, name: str, keys: Sequence[str], arguments: Sequence[str | int]) -> list[str]:
        """Run a script; its first answer is a word."""
        (answer,) = await self.run_all((name, keys, arguments))
        return answer

    async def run_all(self, *calls: Call, synced: bool = False) -> list[list[str]]:
        """Run scripts in this order, in one round trip.

        With `synced` that takes until their effect is on disk, where the server can say so within two seconds.
        """
        with self._told(calls[0][0]):
            try:
                return await self._run_all(calls, synced=synced and self._can_sync)
            except NoScriptError:
                # Redis was started since, and forgot all scripts.
                async with self._redis.pipeline(transaction=False) as pipe:
                    for body in _BODIES.values():
                        pipe.script_load(body)
                    await pipe.execute()
                return await self._run_all(calls, synced=synced and self._can_sync)

    async def _run_all(self, calls: Sequence[Call], *, synced: bool) -> list[list[str]]:
        # WAITAOF waits for the writes of its own connection only, up to a second: nothing else waits for these.
        async with (self._synced if synced else self._redis).pipeline(transaction=False) as pipe:
            for name, keys, arguments in calls:
                pipe.evalsha(_HASHES[name], len(keys), *keys, *map(str, arguments))
            if synced:
                pipe.waitaof(1, 0, _SYNCED_WITHIN_MS)
            answers = await pipe.execute(raise_on_error=not synced)
        if synced:
            *answers, on_disk = answers
            if isinstance(on_disk, ResponseError):
                # Redis before 7.2, or no append-only file: a power cut may cost the last second.
                self._can_sync = False
                log.info("Redis does not confirm writes to disk here")
            elif not on_disk[0]:
                log.warning("Cannot confirm a write to disk within 2 s: the disk of Redis is slow")
            for answer in answers:
                if isinstance(answer, Exception):
                    raise answer
        return answers

    async def read(self, key: str, kept_ms: int | None = None) -> dict[str, str]:
        """Return a hash, empty where there is none; with `kept_ms` that renews its lifetime."""
        with self._told("read"):
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hgetall(key)
                if kept_ms is not None:
                    pipe.pexpire(key, kept_ms)
                fields, *_ = await pipe.execute()
            return dict(fields)

    async def write(self, key: str, fields: dict[str, str], kept_ms: int | None) -> None:
        """Set fields of a hash and renew its lifetime (None: for good)."""
        with self._told("write"):
            async with self._redis.pipeline(transaction=True) as pipe:
                for name, value in fields.items():
                    pipe.hset(key, name, value)
                if kept_ms is not None:
                    pipe.pexpire(key, kept_ms)
                await pipe.execute()

    async def write_first(self, key: str, field: str, value: str) -> str:
        """Set a field unless it has a value; return the value that it has then."""
        with self._told("write_first"):
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hsetnx(key, field, value)
                pipe.hget(key, field)
                _, kept = await pipe.execute()
            return str(kept or value)

    async def command(self, *words: str | int) -> list[str]:
        """Do one command that may be repeated; what is no list is a list of one, and nothing an empty one."""
        with self._told(str(words[0])):
            answer: object = await self._redis.execute_command(*words)  # type: ignore[no-untyped-call]
        if answer is None or answer is False:
            return []
        return list(map(str, answer)) if isinstance(answer, list) else [str(answer)]

    async def push(self, key: str, values: Sequence[str], kept: int) -> None:
        """Put values before a list of the last `kept` ones, once."""
        with self._told("push"):
            async with self.once.pipeline(transaction=True) as pipe:
                pipe.lpush(key, *values)
                pipe.ltrim(key, 0, kept - 1)
                pipe.pexpire(key, KEPT_MS)
                await pipe.execute()

    async def keys(self, pattern: str) -> AsyncIterator[str]:
        """Yield the keys that match a pattern; this looks at every key there is."""
        with self._told("keys"):
            async for key in self._redis.scan_iter(match=pattern, count=1000):
                yield str(key)


def _connect(url: str, connections: int, retry: Retry) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=ANSWER_WITHIN,
        socket_timeout=ANSWER_WITHIN,
        socket_connect_timeout=ANSWER_WITHIN,
        retry=retry,
        decode_responses=True,
        protocol=PROTOCOL,
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
