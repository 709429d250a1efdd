"""What records and the journal need of Redis. Every call but `push` may be repeated after a lost reply."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol


class Scripts(Protocol):
    """Hashes, lists and the scripts in `lua/`; every method raises `core.errors.StoreUnavailable`."""

    async def run(self, name: str, keys: Sequence[str], arguments: Sequence[str | int]) -> list[str]:
        """Run a script; its first answer is a word."""
        ...

    async def run_synced(self, name: str, keys: Sequence[str], arguments: Sequence[str | int]) -> list[str]:
        """Run a script and wait until its effect is on disk, where the server can say so within two seconds."""
        ...

    async def read(self, key: str) -> dict[str, str]:
        """Return a hash, empty where there is none."""
        ...

    async def write(self, key: str, fields: dict[str, str], kept_ms: int | None) -> None:
        """Set fields of a hash and renew its lifetime (None: for good)."""
        ...

    async def write_first(self, key: str, field: str, value: str) -> str:
        """Set a field unless it has a value; return the value that it has then."""
        ...

    async def forget(self, key: str) -> None:
        """Delete a hash."""
        ...

    async def lines(self, key: str) -> list[str]:
        """Return a list, empty where there is none."""
        ...

    async def push(self, key: str, value: str, kept: int) -> None:
        """Put a value before a list of the last `kept` ones, once."""
        ...

    async def members(self, key: str, most: int | None = None) -> dict[str, float]:
        """Return a sorted set with its scores, the least first, or so many of it."""
        ...

    async def count(self, key: str) -> int:
        """Return how many members a sorted set has."""
        ...

    def keys(self, pattern: str) -> AsyncIterator[str]:
        """Yield the keys that match a pattern; this looks at every key there is."""
        ...

    async def take_out(self, key: str, member: str) -> None:
        """Take a member out of a sorted set."""
        ...
