"""How long things took lately: the ground of all estimates."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict

from core.store.keys import took_key
from core.store.scripts import Scripts

_KEPT = 200
"""Durations of each kind of job, of all its stages."""
_LAST = 30
"""Durations of one stage that count."""
_LEAST = 3
"""Fewer tell nothing."""
_FRESH = 30.0
"""Seconds for which medians are not read again."""


class Durations:
    """Rolling medians, in seconds, by the kind of a job and its stage; stage "" is the whole job."""

    def __init__(self, scripts: Scripts) -> None:
        """Keep them through `scripts`."""
        self._scripts = scripts
        self._read: dict[str, tuple[float, dict[str, float]]] = {}

    async def add(self, kind: str, stage: str, seconds: float) -> None:
        """Note how long it took this time."""
        await self._scripts.push(took_key(kind), f"{stage}:{round(seconds * 1000)}", _KEPT)

    async def stages(self, kind: str) -> dict[str, float]:
        """Return how long each stage usually takes, as far as that is known."""
        at, medians = self._read.get(kind, (-_FRESH, {}))
        if time.monotonic() - at >= _FRESH:
            lasts: dict[str, list[float]] = defaultdict(list)
            for line in await self._scripts.lines(took_key(kind)):
                stage, _, ms = line.rpartition(":")
                lasts[stage].append(int(ms) / 1000)
            medians = {stage: statistics.median(last[:_LAST]) for stage, last in lasts.items() if len(last) >= _LEAST}
            self._read[kind] = (time.monotonic(), medians)
        return medians

    async def usually(self, kind: str) -> float | None:
        """Return how long a whole job usually takes, None where that is not known yet."""
        return (await self.stages(kind)).get("")
