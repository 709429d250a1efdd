"""The disk quota: bytes in use, bytes allowed, and bytes reserved for work that has not written them yet."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.projects.repository import Projects


class DiskQuota:
    """Tracks the size of every project's folder; used only in the event loop's thread."""

    def __init__(self, projects: Projects, quota: int) -> None:
        """`quota` is the number of bytes that all projects together may take."""
        self._projects = projects
        self._quota = quota
        self._sizes: dict[str, int] = {}
        self._reserved: dict[str, int] = {}
        self._uses: Counter[str] = Counter()

    def measure_all(self) -> None:
        """Measure every folder."""
        self._sizes = {name: self._projects.size(name) for name in self._projects.names()}

    def measure(self, session: str) -> None:
        """Measure one project's folder again."""
        self._sizes[session] = self._projects.size(session)
        if not self._sizes[session]:
            del self._sizes[session]

    def size(self, session: str) -> int:
        """Return the size of a project's folder in bytes."""
        return self._sizes.get(session, 0)

    @property
    def used(self) -> int:
        """The size of all folders in bytes."""
        return sum(self._sizes.values())

    @property
    def excess(self) -> int:
        """The number of bytes beyond the quota."""
        return max(0, self.used - self._quota)

    @property
    def free(self) -> int:
        """Bytes that new work may still take within the quota and the disk itself; negative beyond them."""
        return min(self._quota - self.used, shutil.disk_usage(self._projects.folder).free) - sum(
            self._reserved.values()
        )

    def reserve(self, work: str, size: int) -> None:
        """Reserve `size` bytes for a piece of work, in place of its former reservation."""
        self._reserved[work] = size

    def release(self, work: str) -> None:
        """Release the reservation of a piece of work that has finished writing."""
        self._reserved.pop(work, None)

    def reserved(self, work: str) -> int:
        """Return the bytes reserved for a piece of work."""
        return self._reserved.get(work, 0)

    @contextmanager
    def using(self, *things: str | Path) -> Iterator[None]:
        """Mark projects (by session) and files as in use while the block runs, so that they are not removed."""
        names = [str(thing) for thing in things]
        self._uses.update(names)
        try:
            yield
        finally:
            self._uses.subtract(names)
            self._uses += Counter()

    def in_use(self, thing: str | Path) -> bool:
        """Return whether a project or file is in use."""
        return self._uses[str(thing)] > 0
