"""Whether what the bot stands on is there: for those who look before it is opened."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

from core.store import Vault, key_from_file, open_store

_KEY_BYTES = 32


async def check_store(redis_url: str, secret: bytes | None = None) -> None:
    """Raise `StoreUnavailable` where the store does not answer or takes nothing in, or has another secret key.

    Touches nobody's data.
    """
    vault = Vault(secret or secrets.token_bytes(_KEY_BYTES))
    async with open_store(redis_url, vault) as store:
        await store.schema.probe()
        if secret:
            await store.schema.check_key(vault.key_id)


async def check_key(key_file: Path) -> None:
    """Raise `KeyUnusable` where the file holds no key, OSError where it can't be read. A missing one stays missing."""
    if await asyncio.to_thread(key_file.exists):
        await asyncio.to_thread(key_from_file, key_file)
