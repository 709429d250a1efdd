"""How long the stages of jobs took lately: the ground of all estimates."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence

from core.store.client import Client
from core.store.keys import key

#: Durations of each kind of job, of all its stages.
_KEPT = 200
#: Durations of one stage that count, and how many it takes to tell something.
_LAST, _LEAST = 30, 3
#: Seconds for which medians are not read again.
_FRESH = 30.0


class Durations:
    """Rolling medians, in seconds, by the kind of a job and its stage; stage "" is the whole job."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._medians: dict[str, tuple[float, dict[str, float]]] = {}

    async def add(self, kind: str, measured: Sequence[tuple[str, float]]) -> None:
        """Note how many seconds each of these stages took this time."""
        lines = []
        for stage, seconds in measured:
            lines.append(f"{stage}:{round(seconds * 1000)}")
        if lines:
            await self._client.push(key("durations", kind), lines, _KEPT)

    async def stages(self, kind: str) -> dict[str, float]:
        """Return how long each stage usually takes, as far as that is known."""
        at, medians = self._medians.get(kind, (-_FRESH, {}))
        if time.monotonic() - at >= _FRESH:
            lasts: dict[str, list[float]] = defaultdict(list)
            for line in await self._client.command("LRANGE", key("durations", kind), 0, -1):
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
