"""Which version of the keys is in use, and whether the store takes anything in."""

from __future__ import annotations

from core.errors import StoreTrouble, StoreUnavailable
from core.store.keys import PROBE, SCHEMA, SCHEMA_VERSION
from core.store.scripts import Scripts

_PROBE_MS = 60_000


class Schema:
    """The version that all programs on one Redis agree on: the first of them writes it."""

    def __init__(self, scripts: Scripts) -> None:
        """Look through `scripts`."""
        self._scripts = scripts

    async def agree(self) -> None:
        """Raise `StoreUnavailable` where a newer program keeps its data there, or where nothing may be written."""
        _, version = await self._scripts.run("schema", (SCHEMA,), (SCHEMA_VERSION,))
        if version != str(SCHEMA_VERSION):
            raise StoreUnavailable(f"the schema is {version}, not {SCHEMA_VERSION}", trouble=StoreTrouble.NEWER)

    async def probe(self) -> None:
        """Write something that costs memory. Raises `StoreUnavailable` where that is refused."""
        await self._scripts.write(PROBE, {"written": "1"}, _PROBE_MS)
