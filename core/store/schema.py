"""Which version of the keys and which secret key are in use, and whether the store takes anything in."""

from __future__ import annotations

from core.errors import StoreTrouble, StoreUnavailable
from core.store.keys import KEY, PROBE, SCHEMA, SCHEMA_VERSION
from core.store.scripts import Scripts

_PROBE_MS = 60_000
_KEY_ID = "id"


class Schema:
    """What all programs on one Redis agree on: the first of them writes it."""

    def __init__(self, scripts: Scripts) -> None:
        """Look through `scripts`."""
        self._scripts = scripts

    async def agree(self) -> None:
        """Raise `StoreUnavailable` where a newer program keeps its data there, or where nothing may be written."""
        _, version = await self._scripts.run("schema", (SCHEMA,), (SCHEMA_VERSION,))
        if version != str(SCHEMA_VERSION):
            raise StoreUnavailable(f"the schema is {version}, not {SCHEMA_VERSION}", trouble=StoreTrouble.NEWER)

    async def agree_on_key(self, key_id: str, *, anew: bool) -> None:
        """Raise `StoreUnavailable` where another secret key seals what is kept there; not so if all begin `anew`.

        With two keys each would take the other's jobs, and could read none of them.
        """
        if anew:
            await self._scripts.write(KEY, {_KEY_ID: key_id}, None)
        else:
            _refuse_other(await self._scripts.write_first(KEY, _KEY_ID, key_id), key_id)

    async def check_key(self, key_id: str) -> None:
        """Do as `agree_on_key`, but write nothing."""
        _refuse_other((await self._scripts.read(KEY)).get(_KEY_ID, key_id), key_id)

    async def probe(self) -> None:
        """Write something that costs memory. Raises `StoreUnavailable` where that is refused."""
        await self._scripts.write(PROBE, {"written": "1"}, _PROBE_MS)


def _refuse_other(kept: str, key_id: str) -> None:
    if kept != key_id:
        raise StoreUnavailable("another secret key seals what is kept", trouble=StoreTrouble.OTHER_KEY)
