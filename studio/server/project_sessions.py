"""Sessions: which person owns which project."""

from __future__ import annotations

import time
import uuid

from studio.projects.project import Project
from studio.projects.repository import Projects
from studio.server.database import Database
from studio.server.responses import SessionNotFound

_MINUTE = 60.0


class ProjectSessions:
    """Creates sessions and finds them, for their owners only."""

    def __init__(self, database: Database, projects: Projects) -> None:
        self._database = database
        self._projects = projects

    def create(self, person: str, language: str) -> Project:
        """Create a session with an empty project."""
        session, task = uuid.uuid4().hex, uuid.uuid4().hex
        project = self._projects.create(session, task, language)
        self._database.execute(
            "insert into sessions (id, task, person, language, used) values (?, ?, ?, ?, ?)",
            session,
            task,
            person,
            language,
            time.time(),
        )
        return project

    def check(self, person: str, session: str) -> str:
        """Return the session's id if it belongs to this person. Raises SessionNotFound, also for another person's."""
        row = self._database.row("select id from sessions where id = ? and person = ?", session, person)
        if row is None or not self._projects.exists(str(row[0])):
            raise SessionNotFound
        self.touch(str(row[0]))
        return str(row[0])

    def touch(self, session: str) -> None:
        """Record that a project is in use, to the minute."""
        now = time.time()
        self._database.execute("update sessions set used = ? where id = ? and used < ?", now, session, now - _MINUTE)

    def by_last_use(self) -> list[tuple[str, float]]:
        """Return all sessions with their last use (seconds since the epoch), least recently used first."""
        rows = self._database.rows("select id, used from sessions order by used")
        return [(str(session), float(str(used))) for session, used in rows]

    def forget(self, session: str) -> None:
        """Delete a session with its claims, runs and renders."""
        with self._database.changing():
            for table in ("claims", "runs", "renders"):
                self._database.execute(f"delete from {table} where session = ?", session)  # noqa: S608 - constants
            self._database.execute("delete from sessions where id = ?", session)
