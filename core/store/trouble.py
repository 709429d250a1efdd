"""What is wrong with Redis, by its own words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, InvalidResponse, RedisError, ResponseError

from core.errors import StoreTrouble, StoreUnavailable

_HTTP_WITHIN = 2.0

#: Redis's words for it, which stand first in an error, and before Redis 7 somewhere in that of a script.
_REFUSALS = {
    "OOM": StoreTrouble.FULL,
    "MISCONF": StoreTrouble.DISK,
    "READONLY": StoreTrouble.READ_ONLY,
    "NOAUTH": StoreTrouble.DENIED,
    "WRONGPASS": StoreTrouble.DENIED,
    "NOPERM": StoreTrouble.DENIED,
    "DB index is out of range": StoreTrouble.NO_DATABASE,
    "SELECT is not allowed in cluster mode": StoreTrouble.NO_DATABASE,
}


@contextmanager
def reaching() -> Iterator[None]:
    """Turn whatever the Redis client raises into `StoreUnavailable`."""
    try:
        yield
    except (RedisError, OSError) as error:
        # The text of such an error may hold the address with its password; the kind of error is enough.
        trouble = _trouble(error)
        raise StoreUnavailable(f"Redis: {trouble.value} ({type(error).__name__})", trouble=trouble) from None


async def greet(redis: Redis) -> dict[str, str]:
    """Return what Redis says of its memory, as far as it may be asked. Raises `StoreUnavailable` where none answers."""
    try:
        with reaching():
            async with redis.pipeline(transaction=False) as pipe:
                pipe.ping()
                pipe.info("memory")
                pong, memory = await pipe.execute(raise_on_error=False)
            if isinstance(pong, ResponseError):
                raise pong
            return {} if isinstance(memory, ResponseError) else memory
    except StoreUnavailable as error:
        if error.trouble is StoreTrouble.AWAY and await _speaks_http(redis):
            raise StoreUnavailable("Redis: foreign (HTTP)", trouble=StoreTrouble.FOREIGN) from None
        raise


def _trouble(error: RedisError | OSError) -> StoreTrouble:
    if not isinstance(error, ResponseError) and isinstance(error.__cause__, ResponseError):
        # What Redis says while a connection is made stands behind an error of the client.
        error = error.__cause__
    if isinstance(error, AuthenticationError):
        return StoreTrouble.DENIED
    if isinstance(error, InvalidResponse):
        return StoreTrouble.FOREIGN
    if not isinstance(error, ResponseError):
        return StoreTrouble.AWAY
    words = f"{getattr(error, 'status_code', '')} {error}"
    for word, trouble in _REFUSALS.items():
        if re.search(rf"\b{word}\b", words):
            return trouble
    return StoreTrouble.FOREIGN if "unknown command" in words.lower() else StoreTrouble.AWAY


async def _speaks_http(redis: Redis) -> bool:
    """Return whether what listens there answers HTTP: many a server waits for more where Redis is spoken."""
    where = redis.connection_pool.connection_kwargs
    try:
        async with asyncio.timeout(_HTTP_WITHIN):
            if "path" in where:
                reader, writer = await asyncio.open_unix_connection(where["path"])
            else:
                reader, writer = await asyncio.open_connection(where.get("host", "localhost"), where.get("port", 6379))
            try:
                writer.write(b"GET / HTTP/1.0\r\n\r\n")
                return (await reader.read(5)).startswith(b"HTTP")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
