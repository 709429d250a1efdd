"""What Redis's refusals mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import AuthenticationError, InvalidResponse, RedisError, ResponseError

from core.errors import StoreTrouble, StoreUnavailable


@contextmanager
def reaching() -> Iterator[None]:
    """Turn whatever the Redis client raises into `StoreUnavailable`."""
    try:
        yield
    except (RedisError, OSError) as error:
        # The text of such an error may hold the address with its password; the kind of error is enough.
        trouble = _trouble(error)
        raise StoreUnavailable(f"Redis: {trouble.value} ({type(error).__name__})", trouble=trouble) from None


_REFUSALS = {
    "OOM": StoreTrouble.FULL,
    "MISCONF": StoreTrouble.DISK,
    "READONLY": StoreTrouble.READ_ONLY,
    "NOAUTH": StoreTrouble.DENIED,
    "WRONGPASS": StoreTrouble.DENIED,
    "NOPERM": StoreTrouble.DENIED,
}
"""Redis's words for it, which stand first in an error, and before Redis 7 somewhere in that of a script."""


def _trouble(error: RedisError | OSError) -> StoreTrouble:
    if isinstance(error, AuthenticationError):
        return StoreTrouble.DENIED
    if isinstance(error, InvalidResponse):
        return StoreTrouble.FOREIGN
    if not isinstance(error, ResponseError):
        return StoreTrouble.AWAY
    words = f"{getattr(error, 'status_code', '')} {error}"
    if found := [trouble for word, trouble in _REFUSALS.items() if re.search(rf"\b{word}\b", words)]:
        return found[0]
    return StoreTrouble.FOREIGN if "unknown command" in words.lower() else StoreTrouble.AWAY
