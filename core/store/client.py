"""Connections to Redis, and what the store does over them: plain commands and the scripts of `scripts.lua`."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from core.errors import StoreTrouble, StoreUnavailable
from core.store.trouble import greet, reaching

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
_BODIES: dict[str, str] = {}
_HASHES: dict[str, str] = {}
for _name, _body in zip(_SCRIPTS[::2], _SCRIPTS[1::2], strict=True):
    _BODIES[_name] = _COMMON + _body
    _HASHES[_name] = hashlib.sha1(_BODIES[_name].encode(), usedforsecurity=False).hexdigest()
#: The names of all scripts, by the hashes under which Redis knows them.
SCRIPT_NAMES = dict(zip(_HASHES.values(), _HASHES, strict=True))


@dataclass(slots=True)
class Client:
    """What records and the journal need of Redis. Every method raises `core.errors.StoreUnavailable`.

    It has three pools of connections, since redis-py by default sends a command again after a lost reply. *Usual*:
    reads, writes of whole values, and scripts that know their attempt. *Synced*: those that wait for the disk, which
    takes up to a second, so that nothing else waits for their connections. *Once*: what a second time would double.
    """

    _redis: Redis
    _synced: Redis
    _once: Redis
    _can_sync: bool = field(default=True, init=False)
    #: The operation that Redis refused first, while it refuses.
    _refused: str | None = field(default=None, init=False)

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
        synced = synced and self._can_sync
        # WAITAOF waits for the writes of its own connection only, up to a second: nothing else waits for these.
        pipe = (self._synced if synced else self._redis).pipeline(transaction=False)
        with self._told(calls[0][0]):
            async with pipe:
                while True:
                    for name, keys, arguments in calls:
                        pipe.evalsha(_HASHES[name], len(keys), *keys, *map(str, arguments))
                    if synced:
                        pipe.waitaof(1, 0, _SYNCED_WITHIN_MS)
                    answers = await pipe.execute(raise_on_error=False)
                    if NoScriptError not in map(type, answers):
                        break
                    # Redis was started since, and forgot all scripts.
                    for body in _BODIES.values():
                        pipe.script_load(body)
                    await pipe.execute()
            on_disk = answers.pop() if synced else None
            if isinstance(on_disk, ResponseError):
                # Redis before 7.2, or no append-only file: a power cut may cost the last second.
                self._can_sync = False
                log.info("Redis does not confirm writes to disk here")
            elif on_disk and not on_disk[0]:
                log.warning("Cannot confirm a write to disk within 2 s: the disk of Redis is slow")
            for answer in answers:
                if isinstance(answer, Exception):
                    raise answer
        return answers

    async def send(self, *commands: Sequence[str | int], once: bool = False) -> list[list[str]]:
        """Do commands in one round trip, all or none; `once`: not again where the reply got lost.

        An answer that is no list comes as a list of one, and nothing as an empty one.
        """
        with self._told(str(commands[0][0])):
            async with (self._once if once else self._redis).pipeline(transaction=len(commands) > 1) as pipe:
                for words in commands:
                    pipe.execute_command(*words)
                answers = await pipe.execute()
        told = []
        for answer in answers:
            # Not `in`: 0 is an answer.
            nothing = answer is None or answer is False
            words = answer if isinstance(answer, list) else [] if nothing else [answer]
            told.append(list(map(str, words)))
        return told

    async def read(self, key: str, kept_ms: int | None = None) -> dict[str, str]:
        """Return a hash, empty where there is none; with `kept_ms` that renews its lifetime."""
        with self._told("read"):
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hgetall(key)
                if kept_ms is not None:
                    pipe.pexpire(key, kept_ms)
                fields, *_ = await pipe.execute()
            return dict(fields)

    async def keys(self, pattern: str) -> AsyncIterator[str]:
        """Yield the keys that match a pattern; this looks at every key there is."""
        with self._told("keys"):
            async for key in self._redis.scan_iter(match=pattern, count=1000):
                yield str(key)


@asynccontextmanager
async def open_client(url: str) -> AsyncIterator[tuple[Client, dict[str, str]]]:
    """Open a client; with it comes what Redis says of its memory. Raises `StoreUnavailable` where none answers."""
    patient, at_once = Retry(ExponentialBackoff(cap=2, base=0.1), _RETRIES), Retry(NoBackoff(), 0)
    opened = []
    async with AsyncExitStack() as stack:
        for connections, retry in (
            (_CONNECTIONS, patient),
            (_SYNCED_CONNECTIONS, patient),
            (_FEW_CONNECTIONS, at_once),
        ):
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=connections,
                timeout=ANSWER_WITHIN,
                socket_timeout=ANSWER_WITHIN,
                socket_connect_timeout=ANSWER_WITHIN,
                retry=retry,
                decode_responses=True,
                protocol=PROTOCOL,
                # Else each connection reads its package's metadata from disk (5 ms of the loop) to introduce itself.
                driver_info=None,
            )
            pool.connection_class = type("Prompt", (_Prompt, pool.connection_class), {})
            opened.append(await stack.enter_async_context(Redis.from_pool(pool)))
        # Whether it is there at all is told at once, without repetitions.
        memory = await greet(opened[-1])
        yield Client(*opened), memory


class _Prompt(AbstractConnection):
    """A connection in which a cancellation always arrives.

    With a `socket_timeout` redis-py sends under `asyncio.wait_for`, which before Python 3.12 swallows a cancellation
    that comes just when the sending is done: a task that nobody can stop.
    """

    async def send_packed_command(
        self,
        command: bytes | str | Iterable[bytes],
        check_health: bool = True,  # noqa: FBT001, FBT002
    ) -> None:
        within, self.socket_timeout = self.socket_timeout, None
        try:
            async with asyncio.timeout(within):
                await super().send_packed_command(command, check_health)
        except TimeoutError:
            raise RedisTimeoutError("writing took too long") from None
        finally:
            self.socket_timeout = within
