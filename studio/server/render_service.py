"""Renders: a draft becomes an MP4 in a worker process, in order within each session, idempotent by id."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from weakref import WeakValueDictionary

from pydantic import JsonValue

from studio.agent.render_jobs import MakeFilm
from studio.domain import FilmSpec
from studio.pool import JobFailed, Pool
from studio.projects.film_spec import BadDraft, film_of
from studio.projects.repository import Projects
from studio.projects.tags import tags_of
from studio.server.database import Database
from studio.server.disk_quota import DiskQuota
from studio.server.housekeeper import Housekeeper
from studio.server.ledger import Ledger
from studio.server.responses import InvalidRequest, NotFound
from studio.server.run_service import MOST_ATTEMPTS
from studio.server.settlement import SettlementQueue
from studio.server.studio_metrics import StudioMetrics
from studio.settings import StudioSettings

_log = logging.getLogger(__name__)

BYTES_A_SECOND = 500_000
"""Bytes of disk reserved per second of film: drawn pictures take a third of it, a person's video rarely more."""

RenderKey = tuple[str, str]
"""A person, and the id that the person's client gave to the render."""


@dataclass(frozen=True, slots=True)
class RenderReport:
    """`state` is pending, processing, completed or failed; `progress` is 0..1."""

    state: str
    progress: float
    error: str | None


class RenderService:
    """Accepts renders and runs them, a few at a time."""

    def __init__(
        self,
        settings: StudioSettings,
        database: Database,
        ledger: Ledger,
        projects: Projects,
        pool: Pool,
        disk: DiskQuota,
        housekeeper: Housekeeper,
        metrics: StudioMetrics,
    ) -> None:
        self._settings = settings
        self._database = database
        self._ledger = ledger
        self._projects = projects
        self._pool = pool
        self._progress: dict[RenderKey, float] = {}
        self._disk = disk
        self._housekeeper = housekeeper
        self._metrics = metrics
        self._settlements = SettlementQueue()
        self._ends: dict[RenderKey, tuple[str, str | None]] = {}
        """The outcomes of renders that are not settled yet."""
        self._tasks: dict[RenderKey, asyncio.Task[None]] = {}
        self._sessions: dict[RenderKey, str] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._closing = False

    @property
    def busy(self) -> bool:
        """Whether a render is in progress, waiting or unsettled."""
        return bool(self._tasks) or self._settlements.pending

    @property
    def sessions(self) -> set[str]:
        """The sessions that have a render in progress or waiting."""
        return set(self._sessions.values())

    def knows(self, person: str, render: str) -> bool:
        """Return whether this render was submitted before."""
        return self._find((person, render)) is not None

    def submit(self, person: str, session: str, render: str, draft: JsonValue) -> RenderReport:
        """Accept a render, or return its state if it was submitted before.

        Raises InvalidRequest for a draft that describes no film, InsufficientStorage, and OutOfCredits where exports
        have a price.
        """
        key = (person, render)
        if self._find(key) is None:
            self._housekeeper.make_room(_hold(key), round(self._film(session, draft).seconds * BYTES_A_SECOND))
            try:
                self._take(key, session, draft)
            except BaseException:
                self._disk.release(_hold(key))
                raise
            self._start(key, session, draft)
        return self.status(person, render)

    def status(self, person: str, render: str) -> RenderReport:
        """Return the state of a render. Raises NotFound, also for another person's."""
        found = self._find((person, render))
        if found is None:
            raise NotFound("There is no such render.")
        state, error = found
        return RenderReport(state, 1.0 if state == "completed" else self._progress.get((person, render), 0.0), error)

    def cancel(self, person: str, render: str) -> RenderReport:
        """Stop a render that is not over. Raises NotFound."""
        key = (person, render)
        if self.status(person, render).state in ("pending", "processing"):
            self._settle(key, "failed", "cancelled")
            self._tasks[key].cancel()
        return self.status(person, render)

    def film(self, person: str, render: str) -> Path:
        """Return the path of a finished film and record its use. Raises NotFound."""
        found = self._find((person, render))
        if found is None or found[0] != "completed":
            raise NotFound("There is no such finished render.")
        path = self._projects.film(self.session(person, render), render)
        self._database.execute("update renders set used = ? where person = ? and id = ?", time.time(), person, render)
        return path

    def session(self, person: str, render: str) -> str:
        """Return the session of a render. Raises NotFound, also for another person's."""
        row = self._database.row("select session from renders where person = ? and id = ?", person, render)
        if row is None:
            raise NotFound("There is no such render.")
        return str(row[0])

    def finished(self, session: str) -> list[str]:
        """Return the ids of a session's finished renders, oldest first."""
        rows = self._database.rows(
            "select id from renders where session = ? and status = 'completed' order by number", session
        )
        return [str(row[0]) for row in rows]

    def resume(self) -> None:
        """Restart the renders that were unfinished when the studio stopped; fail those that used up their attempts."""
        for person, render, session, draft, attempts in self._database.rows(
            "select person, id, session, draft, attempts from renders"
            " where status in ('pending', 'processing') order by number"
        ):
            key = (str(person), str(render))
            if int(str(attempts)) < MOST_ATTEMPTS:
                self._start(key, str(session), json.loads(str(draft)))
            else:
                self._settle(key, "failed", "interrupted again and again")

    async def close(self) -> None:
        """Stop. Unfinished renders stay in the database and are retried without counting an attempt."""
        self._closing = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._settlements.close()
        with suppress(sqlite3.DatabaseError):
            self._database.execute("update renders set attempts = 0 where status in ('pending', 'processing')")

    def _take(self, key: RenderKey, session: str, draft: JsonValue) -> None:
        with self._database.changing():
            self._ledger.hold(_hold(key), key[0], self._settings.prices.export)
            self._database.execute(
                "insert into renders (person, id, session, draft, status, used) values (?, ?, ?, ?, 'pending', ?)",
                *key,
                session,
                json.dumps(draft),
                time.time(),
            )

    def _find(self, key: RenderKey) -> tuple[str, str | None] | None:
        if key in self._ends:
            return self._ends[key]
        row = self._database.row("select status, error from renders where person = ? and id = ?", *key)
        return None if row is None else (str(row[0]), None if row[1] is None else str(row[1]))

    def _film(self, session: str, draft: JsonValue) -> FilmSpec:
        try:
            project = self._projects.load(session)
            return film_of(draft, project, self._projects, tags_of(project))
        except BadDraft as error:
            raise InvalidRequest(str(error)) from None

    def _start(self, key: RenderKey, session: str, draft: JsonValue) -> None:
        task = asyncio.create_task(self._go(key, session, draft), name=f"render {key[1]}")
        self._tasks[key] = task
        self._sessions[key] = session
        task.add_done_callback(lambda done: self._ended(key, done))

    def _ended(self, key: RenderKey, task: asyncio.Task[None]) -> None:
        del self._tasks[key]
        self._disk.release(_hold(key))
        self._disk.measure(self._sessions.pop(key))
        self._progress.pop(key, None)
        if not task.cancelled() and (error := task.exception()):
            _log.error("Render failed", exc_info=error)
            self._settle(key, "failed", type(error).__name__)

    async def _go(self, key: RenderKey, session: str, draft: JsonValue) -> None:
        async with self._turns.setdefault(session, asyncio.Lock()):
            self._database.execute(
                "update renders set status = 'processing', attempts = attempts + 1 where person = ? and id = ?", *key
            )
            if self._settings.quirks.slow_stage:
                await asyncio.sleep(self._settings.quirks.slow_stage)
            out = self._projects.film(session, key[1])
            # Each attempt writes a file of its own, never into what an earlier one left.
            partial_file = out.with_suffix(f".{uuid.uuid4().hex}.part")
            job = MakeFilm(self._film(session, draft), partial_file, self._settings.cheap_render)
            try:
                await self._pool.run(job, lambda _, fraction: self._progress.__setitem__(key, fraction))
                partial_file.replace(out)
            except JobFailed as failure:
                self._settle(key, "failed", str(failure))
            else:
                self._settle(key, "completed", None)
            finally:
                partial_file.unlink(missing_ok=True)

    def _settle(self, key: RenderKey, status: str, error: str | None) -> None:
        """Report how a render ended from now on, and write the outcome as soon as possible."""
        self._ends[key] = (status, error)
        self._settlements.settle(f"render {key[1]}", partial(self._write, key, status, error))
        self._metrics.ended("export", succeeded=status == "completed")

    def _write(self, key: RenderKey, status: str, error: str | None) -> None:
        with self._database.changing():
            if status == "completed":
                self._ledger.charge(_hold(key))
            else:
                self._ledger.release(_hold(key))
            self._database.execute(
                "update renders set status = ?, error = ?, used = ? where person = ? and id = ?",
                status,
                error,
                time.time(),
                *key,
            )
        self._ends.pop(key, None)


def _hold(key: RenderKey) -> str:
    return f"render {key[0]} {key[1]}"
