"""The housekeeper removes what exceeds the disk quota or the retention time, and logs what it removed and why.

It removes films first (they can be rendered again for free), then uploads, then whole projects, each least recently
used first. It spares whatever is in use: projects with a run, render or request in progress, films that are being
sent, and, for an hour after a project's last use, all of the project except its older films.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.projects.repository import Projects
from studio.server.database import Database
from studio.server.disk_quota import DiskQuota
from studio.server.project_sessions import ProjectSessions
from studio.server.responses import InsufficientStorage
from studio.server.studio_metrics import StudioMetrics

_log = logging.getLogger(__name__)

_FRESH = 3600.0
"""Seconds after its last use during which a project is spared."""

_DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class _StoredFilm:
    session: str
    person: str
    render: str
    path: Path
    used: float
    newest: bool
    """Whether it is the latest film of its project."""


@dataclass(frozen=True, slots=True)
class _IdleProject:
    id: str
    used: float


class Housekeeper:
    """Removes old and excess files. Each method runs without awaiting, so that no request interferes."""

    def __init__(
        self,
        database: Database,
        projects: Projects,
        sessions: ProjectSessions,
        disk: DiskQuota,
        metrics: StudioMetrics,
        *,
        retention_days: float,
        at_work: Callable[[], set[str]],
    ) -> None:
        """`at_work` returns the sessions that have a run or render in progress or waiting."""
        self._database = database
        self._projects = projects
        self._sessions = sessions
        self._disk = disk
        self._metrics = metrics
        self._retention = retention_days * _DAY
        self._at_work = at_work

    def open(self) -> None:
        """Clean up after a crash. Called before work is resumed, `tidy` afterwards."""
        if size := self._projects.remove_leftovers():
            self._log_removal("removed projects", "leftover", size)
        known = {session for session, _ in self._sessions.by_last_use()}
        for session in known:
            if self._projects.exists(session):
                self._sweep(session)
            else:
                self._sessions.forget(session)
                _log.warning("Project of session %s is no longer on disk: session forgotten", session)
        for name in set(self._projects.names()) - known:
            if not self._projects.remove_if_empty(name):
                _log.warning("Folder %s belongs to no session: kept, and counted against the quota", name)
        self._disk.measure_all()

    def tidy(self) -> None:
        """Remove what has not been used within the retention time, then what exceeds the quota."""
        before = time.time() - self._retention
        for film in self._films():
            if film.used < before:
                self._remove_film(film, "retention")
        for session in self._idle():
            if session.used < before:
                self._remove_project(session.id, "retention")
        if self._disk.excess:
            self._free(lambda: self._disk.excess == 0)

    def make_room(self, work: str, size: int) -> None:
        """Reserve `size` bytes in all for a piece of work, and remove as much as that takes.

        Raises InsufficientStorage, without removing anything, where removing would not suffice.
        """
        more = size - self._disk.reserved(work)
        if more > self._disk.free:
            if more > self._disk.free + self._removable():
                raise InsufficientStorage
            self._free(lambda: more <= self._disk.free)
        self._disk.reserve(work, size)

    def make_room_up_to(self, work: str, most: int) -> int:
        """Reserve up to `most` bytes for a piece of work and return how many. Raises InsufficientStorage if none."""
        self._free(lambda: most <= self._disk.free)
        size = min(most, self._disk.free)
        if size <= 0:
            raise InsufficientStorage
        self._disk.reserve(work, size)
        return size

    def _removable(self) -> int:
        """Return how many bytes could be removed."""
        idle = {session.id for session in self._idle()}
        films = (film.path for film in self._films() if film.session not in idle)
        return sum(map(self._disk.size, idle)) + sum(film.stat().st_size for film in films if film.exists())

    def _free(self, enough: Callable[[], bool]) -> None:
        for film in self._films():
            if enough():
                return
            self._remove_film(film, "quota")
        for session in self._idle():
            if not enough():
                self._remove_uploads(session.id, enough)
        for session in self._idle():
            if enough():
                return
            self._remove_project(session.id, "quota")

    def _films(self) -> list[_StoredFilm]:
        """Return the films that may be removed, least recently used first."""
        fresh = {session for session, used in self._sessions.by_last_use() if used > time.time() - _FRESH}
        rows = self._database.rows(
            "select session, person, id, used, number = max(number) over (partition by session)"
            " from renders where status = 'completed' order by used, number"
        )
        films = [
            _StoredFilm(
                str(session),
                str(person),
                str(render),
                self._projects.film(str(session), str(render)),
                float(str(used)),
                bool(newest),
            )
            for session, person, render, used, newest in rows
        ]
        return [
            film for film in films if not self._disk.in_use(film.path) and not (film.newest and film.session in fresh)
        ]

    def _idle(self) -> list[_IdleProject]:
        """Return the projects that may be removed, least recently used first."""
        busy, fresh = self._at_work(), time.time() - _FRESH
        return [
            _IdleProject(session, used)
            for session, used in self._sessions.by_last_use()
            if used <= fresh and session not in busy and not self._disk.in_use(session)
        ]

    def _remove_film(self, film: _StoredFilm, reason: str) -> None:
        size = film.path.stat().st_size if film.path.exists() else 0
        # The row goes first: a crash in between leaves a file without a row, which `open` sweeps away.
        self._database.execute("delete from renders where person = ? and id = ?", film.person, film.render)
        film.path.unlink(missing_ok=True)
        self._disk.measure(film.session)
        self._log_removal("film", reason, size, film.session)

    def _remove_uploads(self, session: str, enough: Callable[[], bool]) -> None:
        for file in self._projects.load(session).files:
            if enough():
                return
            self._projects.delete_file(self._projects.load(session), file)
            self._disk.measure(session)
            self._log_removal("upload", "quota", file.size, session)

    def _remove_project(self, session: str, reason: str) -> None:
        size = self._projects.size(session)
        self._projects.remove(session)
        self._sessions.forget(session)
        self._disk.measure(session)
        self._log_removal("project", reason, size, session)

    def _sweep(self, session: str) -> None:
        rows = self._database.rows("select id from renders where session = ? and status = 'completed'", session)
        if size := self._projects.sweep(self._projects.load(session), [str(row[0]) for row in rows]):
            self._log_removal("unfinished files", "leftover", size, session)

    def _log_removal(self, what: str, reason: str, size: int, session: str = "") -> None:
        self._metrics.removed(reason, size)
        _log.info(
            "Removed %s: %d bytes (%s)",
            what,
            size,
            reason,
            extra={"removed": what, "bytes": size, "reason": reason, "session": session},
        )
