"""How long the stages of jobs took lately: the ground of all estimates."""

from __future__ import annotations

import logging
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.errors import StoreUnavailable
from core.store.client import Client
from core.store.keys import KEPT_MS, key

log = logging.getLogger(__name__)

#: Durations of each kind of job, of all its stages.
_KEPT = 200
#: Durations of one stage that count, and how many it takes to tell something.
_LAST, _LEAST = 30, 3
#: Seconds for which medians are not read again.
_FRESH = 30.0


@dataclass(frozen=True, slots=True)
class Durations:
    """Rolling medians, in seconds, by the kind of a job and its stage; stage "" is the whole job."""

    _client: Client
    #: When the medians of a kind were read, and what they were.
    _medians: dict[str, tuple[float, dict[str, float]]] = field(default_factory=dict, init=False)

    async def add(self, kind: str, measured: Sequence[tuple[str, float]]) -> None:
        """Note how many seconds each of these stages took this time, where Redis takes that."""
        lines = []
        for stage, seconds in measured:
            lines.append(f"{stage}:{round(seconds * 1000)}")
        if not lines:
            return
        name = key("durations", kind)
        try:
            await self._client.send(
                ("LPUSH", name, *lines), ("LTRIM", name, 0, _KEPT - 1), ("PEXPIRE", name, KEPT_MS), once=True
            )
        except StoreUnavailable as error:
            log.info("Cannot keep durations: %s", error.detail)

    async def stages(self, kind: str) -> dict[str, float]:
        """Return how long each stage usually takes, as far as that is known."""
        at, medians = self._medians.get(kind, (-_FRESH, {}))
        if time.monotonic() - at >= _FRESH:
            lasts: dict[str, list[float]] = defaultdict(list)
            (kept,) = await self._client.send(("LRANGE", key("durations", kind), 0, -1))
            for line in kept:
                stage, _, ms = line.rpartition(":")
                lasts[stage].append(int(ms) / 1000)
            medians = {}
            for stage, last in lasts.items():
                if len(last) >= _LEAST:
                    medians[stage] = statistics.median(last[:_LAST])
            self._medians[kind] = (time.monotonic(), medians)
        return medians

    async def usually(self, kind: str) -> float | None:
        """Return how long a whole job usually takes, None where that is not known yet."""
        return (await self.stages(kind)).get("")
