"""Which services are thought to be down: nothing is sent to them for a while, but for a try now and then."""

from __future__ import annotations

from core.store.keys import pause_key, try_key
from core.store.scripts import Scripts

PAUSE_MS = 300_000
"""How long a service counts as down after it last failed."""
TRY_EVERY_MS = 15_000


class Pauses:
    """One key for each service that is down, and one while somebody tries it."""

    def __init__(self, scripts: Scripts) -> None:
        """Keep them through `scripts`."""
        self._scripts = scripts

    async def paused(self, service: str) -> bool:
        """Return whether the service is thought to be down."""
        return bool(await self._scripts.lines(pause_key(service)))

    async def pause(self, service: str) -> None:
        """Note that the service is down."""
        await self._scripts.run("pause", (pause_key(service),), (PAUSE_MS,))

    async def go_on(self, service: str) -> None:
        """Note that the service answers."""
        await self._scripts.forget(pause_key(service))

    async def may_try(self, service: str) -> bool:
        """Return whether this one may try the service although it is down: one in a while may."""
        return (await self._scripts.run("try", (try_key(service),), (TRY_EVERY_MS,)))[0] == "try"
