"""The store as a whole: opening it, and what all programs on one Redis agree on."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from core.cancellation import cancel_and_wait
from core.errors import StoreTrouble, StoreUnavailable
from core.store.client import Client, open_client
from core.store.durations import Durations
from core.store.event_log import EventLog
from core.store.job_index import JobIndex
from core.store.journal import Journal
from core.store.keys import KEY, PROBE, SCHEMA, SCHEMA_VERSION
from core.store.people import People
from core.store.sessions import Sessions
from core.store.signals import Pauses, PubSub
from core.store.vault import Vault

log = logging.getLogger(__name__)

_KEEPS_ALL = "noeviction"
_PROBE_MS = 60_000
_KEY_ID = "id"


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that outlives a process."""

    people: People
    sessions: Sessions
    journal: Journal
    event_log: EventLog
    job_index: JobIndex
    durations: Durations
    pubsub: PubSub
    pauses: Pauses
    _client: Client
    _vault: Vault

    def at(self, backend: str) -> Store:
        """Return this store as another service's: people have tokens and sessions of their own there."""
        at = f":{backend}"
        return replace(self, people=People(self._client, self._vault, at), sessions=Sessions(self._client, at))

    async def agree_on_key(self, *, anew: bool) -> None:
        """Raise `StoreUnavailable` where another secret key seals what is kept there; not so if all begin `anew`.

        With two keys each would take the other's jobs, and could read none of them.
        """
        write = "HSET" if anew else "HSETNX"
        await self._client.send((write, KEY, _KEY_ID, self._vault.key_id))
        if not anew:
            await self.check_key()

    async def check_key(self) -> None:
        """Do as `agree_on_key`, but write nothing."""
        if (await self._client.read(KEY)).get(_KEY_ID, self._vault.key_id) != self._vault.key_id:
            raise StoreUnavailable("another secret key seals what is kept", trouble=StoreTrouble.OTHER_KEY)

    async def probe(self) -> None:
        """Write something that costs memory. Raises `StoreUnavailable` where that is refused."""
        await self._client.send(("HSET", PROBE, "written", 1), ("PEXPIRE", PROBE, _PROBE_MS))


@asynccontextmanager
async def open_store(url: str, vault: Vault) -> AsyncIterator[Store]:
    """Connect to Redis (`redis://`, `rediss://` or `unix://`).

    Raises `StoreUnavailable` where it does not answer, or where a newer version of this program keeps its data.
    """
    async with open_client(url) as (client, memory):
        # Half a job neither ends nor goes on.
        if (policy := memory.get("maxmemory_policy", _KEEPS_ALL)) != _KEEPS_ALL:
            log.warning("Redis may evict keys: set maxmemory-policy to noeviction, not %s", policy)
        # What all programs on one Redis agree on: the first of them writes it.
        _, version = await client.run("schema", (SCHEMA,), (SCHEMA_VERSION,))
        if version != str(SCHEMA_VERSION):
            raise StoreUnavailable(f"the schema is {version}, not {SCHEMA_VERSION}", trouble=StoreTrouble.NEWER)
        pubsub = PubSub(url)
        listening = asyncio.create_task(pubsub.listen(), name="hints from Redis")
        try:
            yield Store(
                People(client, vault),
                Sessions(client),
                Journal(client, vault),
                EventLog(client, vault),
                JobIndex(client),
                Durations(client),
                pubsub,
                Pauses(client),
                client,
                vault,
            )
        finally:
            await cancel_and_wait(listening)


async def check_store(url: str, secret: bytes | None = None) -> None:
    """Raise `StoreUnavailable` where the store does not answer or takes nothing in, or has another secret key.

    Touches nobody's data.
    """
    async with open_store(url, Vault(secret or secrets.token_bytes(32))) as store:
        await store.probe()
        if secret:
            await store.check_key()
