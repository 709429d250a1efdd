"""Random choices that are the same on every platform and Python version.

Only `random.Random(str)` (seeded by SHA-512) and its `random()` are used, since both are guaranteed to be reproducible.
Each purpose has a stream of its own, so that leaving the drums out does not change the melody.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class SeededRandom:
    """One stream of random choices, seeded by the piece's seed and a purpose."""

    def __init__(self, seed: int, *purpose: str | int) -> None:
        self._random = Random("/".join(str(word) for word in (seed, *purpose)))

    def pick(self, options: Sequence[T]) -> T:
        """Return one of `options`."""
        return options[int(self._random.random() * len(options))]

    def chance(self, share: float) -> bool:
        """Return True in `share` of the cases."""
        return self._random.random() < share

    def spread(self, width: float) -> float:
        """Return a number within ±`width` with a triangular distribution around 0."""
        return (self._random.random() + self._random.random() - 1.0) * width

    def order(self, options: Sequence[T]) -> list[T]:
        """Return `options` in a random order."""
        rest = list(options)
        return [rest.pop(int(self._random.random() * len(rest))) for _ in range(len(rest))]
