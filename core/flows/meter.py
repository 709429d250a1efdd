"""Whether a balance is read for one message alone: only then does its difference tell what that message cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Reading:
    """A message between its two readings of the balance; `alone`: no other one used the same balance meanwhile."""

    alone: bool = True


class Meter:
    """The messages of this process that are under way, by whose balance they use."""

    def __init__(self) -> None:
        """Nothing is under way yet."""
        self._open: dict[str, set[Reading]] = defaultdict(set)

    @contextmanager
    def read(self, payer: str) -> Iterator[Reading]:
        """Note that a message uses the balance of `payer` while the context lasts."""
        mine, others = Reading(), self._open[payer]
        for other in others:
            other.alone = mine.alone = False
        others.add(mine)
        try:
            yield mine
        finally:
            others.discard(mine)
            if not others:
                self._open.pop(payer, None)
