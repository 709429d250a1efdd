"""Renders: a draft becomes an MP4 in a process of its own; in order in each session, idempotent by id, kept on disk."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from pydantic import JsonValue

from studio.agent.jobs import MakeFilm
from studio.model import Film
from studio.pool import JobFailed, Pool
from studio.projects.film import BadDraft, film_of
from studio.projects.store import Projects
from studio.projects.tags import tags_of
from studio.server.answers import Invalid, NotFound
from studio.server.database import Database
from studio.server.ledger import Ledger
from studio.server.runs import MOST_ATTEMPTS
from studio.settings import StudioSettings

_log = logging.getLogger(__name__)

MOST_FILMS = 3
"""Finished films that a session keeps."""

Key = tuple[str, str]
"""A person and the id that the person's client gave to the render."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a render is: `state` pending, processing, completed or failed; `progress` 0..1."""

    state: str
    progress: float
    error: str | None


class Renders:
    """Takes renders and makes them, a few at a time."""

    def __init__(
        self, settings: StudioSettings, database: Database, ledger: Ledger, projects: Projects, pool: Pool
    ) -> None:
        self._settings = settings
        self._database = database
        self._ledger = ledger
        self._projects = projects
        self._pool = pool
        self._progress: dict[Key, float] = {}
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._closing = False

    @property
    def busy(self) -> bool:
        """Whether a render is under way or waits."""
        return bool(self._tasks)

    def submit(self, person: str, session: str, render: str, draft: JsonValue) -> Status:
        """Take a render, or return where it is if it was taken before.

        Raises Invalid for a draft that can't be one, NoCredits where exports have a price.
        """
        key = (person, render)
        if self._find(key) is None:
            self._film(session, draft)
            with self._database.changing():
                self._ledger.hold(_hold(key), person, self._settings.prices.export)
                self._database.execute(
                    "insert into renders (person, id, session, draft, status) values (?, ?, ?, ?, 'pending')",
                    person,
                    render,
                    session,
                    json.dumps(draft),
                )
            self._start(key, session, draft)
        return self.status(person, render)

    def status(self, person: str, render: str) -> Status:
        """Return where a render is. Raises NotFound, for another person's as well."""
        found = self._find((person, render))
        if found is None:
            raise NotFound("There is no such render.")
        state, error = found
        return Status(state, 1.0 if state == "completed" else self._progress.get((person, render), 0.0), error)

    def film(self, person: str, render: str) -> Path:
        """Return a finished film. Raises NotFound."""
        row = self._database.row(
            "select session from renders where person = ? and id = ? and status = 'completed'", person, render
        )
        if row is None:
            raise NotFound("There is no such finished render.")
        return self._projects.film(str(row[0]), render)

    def finished(self, session: str) -> list[str]:
        """Return the ids of a session's finished renders, oldest first."""
        rows = self._database.rows(
            "select id from renders where session = ? and status = 'completed' order by number", session
        )
        return [str(row[0]) for row in rows]

    def resume(self) -> None:
        """Begin again what was unfinished when the studio stopped; what stopped it twice has failed."""
        for person, render, session, draft, attempts in self._database.rows(
            "select person, id, session, draft, attempts from renders"
            " where status in ('pending', 'processing') order by number"
        ):
            key = (str(person), str(render))
            if int(str(attempts)) < MOST_ATTEMPTS:
                self._start(key, str(session), json.loads(str(draft)))
            else:
                self._write(key, "failed", "interrupted twice")

    async def close(self) -> None:
        """Stop; unfinished renders stay written down."""
        self._closing = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _find(self, key: Key) -> tuple[str, str | None] | None:
        row = self._database.row("select status, error from renders where person = ? and id = ?", *key)
        return None if row is None else (str(row[0]), None if row[1] is None else str(row[1]))

    def _film(self, session: str, draft: JsonValue) -> Film:
        try:
            project = self._projects.load(session)
            return film_of(draft, project, self._projects, tags_of(project))
        except BadDraft as error:
            raise Invalid(str(error)) from None

    def _start(self, key: Key, session: str, draft: JsonValue) -> None:
        task = asyncio.create_task(self._go(key, session, draft), name=f"render {key[1]}")
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._ended(key, done))

    def _ended(self, key: Key, task: asyncio.Task[None]) -> None:
        del self._tasks[key]
        self._progress.pop(key, None)
        if not task.cancelled() and (error := task.exception()):
            _log.error("a render failed", exc_info=error)
            self._write(key, "failed", type(error).__name__)

    async def _go(self, key: Key, session: str, draft: JsonValue) -> None:
        async with self._turns.setdefault(session, asyncio.Lock()):
            self._database.execute(
                "update renders set status = 'processing', attempts = attempts + 1 where person = ? and id = ?", *key
            )
            if self._settings.quirks.slow_stage:
                await asyncio.sleep(self._settings.quirks.slow_stage)
            out = self._projects.film(session, key[1])
            partly = out.with_suffix(".part")
            job = MakeFilm(self._film(session, draft), partly, self._settings.cheap_render)
            try:
                await self._pool.run(job, lambda _, fraction: self._progress.__setitem__(key, fraction))
            except JobFailed as failure:
                partly.unlink(missing_ok=True)
                self._write(key, "failed", str(failure))
            else:
                partly.replace(out)
                self._write(key, "completed", None)
                self._forget_old(session)

    def _forget_old(self, session: str) -> None:
        """Delete a session's films but the newest."""
        rows = self._database.rows(
            "select person, id from renders where session = ? and status = 'completed' order by number desc", session
        )
        for person, render in rows[MOST_FILMS:]:
            self._projects.film(session, str(render)).unlink(missing_ok=True)
            self._database.execute("delete from renders where person = ? and id = ?", person, render)

    def _write(self, key: Key, status: str, error: str | None) -> None:
        with self._database.changing():
            if status == "completed":
                self._ledger.charge(_hold(key))
            else:
                self._ledger.release(_hold(key))
            self._database.execute(
                "update renders set status = ?, error = ? where person = ? and id = ?", status, error, *key
            )


def _hold(key: Key) -> str:
    return f"render {key[0]} {key[1]}"
