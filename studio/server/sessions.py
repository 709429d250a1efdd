"""Sessions: who owns which project."""

from __future__ import annotations

import uuid

from studio.projects.model import Project
from studio.projects.store import Projects
from studio.server.answers import SessionNotFound
from studio.server.database import Database


class Sessions:
    """Makes sessions and finds them for their owners only."""

    def __init__(self, database: Database, projects: Projects) -> None:
        self._database = database
        self._projects = projects

    def create(self, person: str, language: str) -> Project:
        """Open an empty project."""
        session, task = uuid.uuid4().hex, uuid.uuid4().hex
        project = self._projects.create(session, task, language)
        self._database.execute(
            "insert into sessions (id, task, person, language) values (?, ?, ?, ?)", session, task, person, language
        )
        return project

    def check(self, person: str, session: str) -> str:
        """Return the session's id where it is this person's. Raises SessionNotFound, for another person's as well."""
        row = self._database.row("select id from sessions where id = ? and person = ?", session, person)
        if row is None:
            raise SessionNotFound
        return str(row[0])
