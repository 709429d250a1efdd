"""The studio's disk: how much lies there, how much may, and what is promised to work that has not written it yet."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.projects.store import Projects


class DiskQuota:
    """Bytes in the projects' folders, measured after every change of one; the event loop's thread only."""

    def __init__(self, projects: Projects, quota: int) -> None:
        """`quota`: bytes that all projects together may take."""
        self._projects = projects
        self._quota = quota
        self._sizes: dict[str, int] = {}
        self._promised: dict[str, int] = {}
        self._uses: Counter[str] = Counter()

    def measure_all(self) -> None:
        """Look at every folder."""
        self._sizes = {name: self._projects.size(name) for name in self._projects.names()}

    def measure(self, session: str) -> None:
        """Look at one project's folder again."""
        self._sizes[session] = self._projects.size(session)
        if not self._sizes[session]:
            del self._sizes[session]

    def size(self, session: str) -> int:
        """Return the bytes in a project's folder."""
        return self._sizes.get(session, 0)

    @property
    def used(self) -> int:
        """Bytes in all folders."""
        return sum(self._sizes.values())

    @property
    def excess(self) -> int:
        """Bytes beyond the quota."""
        return max(0, self.used - self._quota)

    @property
    def left(self) -> int:
        """Bytes that new work may still take, of the quota and of the disk itself; negative where too much is there."""
        return min(self._quota - self.used, shutil.disk_usage(self._projects.folder).free) - sum(
            self._promised.values()
        )

    def promise(self, work: str, size: int) -> None:
        """Keep this much for a piece of work in place of what was kept for it before."""
        self._promised[work] = size

    def release(self, work: str) -> None:
        """Say that a piece of work writes no more."""
        self._promised.pop(work, None)

    def promised(self, work: str) -> int:
        """Return what is kept for a piece of work."""
        return self._promised.get(work, 0)

    @contextmanager
    def using(self, *things: str | Path) -> Iterator[None]:
        """Keep projects (by session) and files in use, so that nobody removes them."""
        names = [str(thing) for thing in things]
        self._uses.update(names)
        try:
            yield
        finally:
            self._uses.subtract(names)
            self._uses += Counter()

    def in_use(self, thing: str | Path) -> bool:
        """Whether somebody uses this project or file now."""
        return self._uses[str(thing)] > 0
