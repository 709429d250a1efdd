"""The services of the studio, wired once per process."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import sqlite3
import time
from pathlib import Path
from typing import IO

import media
from studio.pool import Pool, worker_count
from studio.projects.repository import Projects
from studio.server.accounts import Accounts
from studio.server.database import Database
from studio.server.disk_quota import DiskQuota
from studio.server.housekeeper import Housekeeper
from studio.server.ledger import Ledger
from studio.server.project_sessions import ProjectSessions
from studio.server.render_service import RenderService
from studio.server.responses import HttpRefusal, Stopping
from studio.server.run_service import RunService
from studio.server.studio_metrics import StudioMetrics
from studio.settings import StudioSettings

PRELOADED = (
    "studio.compose",
    "studio.piece",
    "studio.picture",
    "studio.agent.render_jobs",
    "studio.agent.planner_pool",
)
"""Packages that load slowly; the fork server imports them once."""

_log = logging.getLogger(__name__)


class AlreadyServing(RuntimeError):
    """Another studio already serves this data directory."""


class StudioServices:
    """Everything that the endpoints need. `address` is the base URL of the API and its pages."""

    def __init__(self, settings: StudioSettings, address: str) -> None:
        """Open the data directory. Raises AlreadyServing, OSError or sqlite3.Error."""
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _lock(settings.data_dir / "studio.lock")
        self.settings = settings
        self.address = address
        self.database = Database(settings.data_dir / "studio.sqlite3")
        self.projects = Projects(settings.data_dir / "projects")
        self.metrics = StudioMetrics()
        self.pool = Pool(worker_count(settings.workers), PRELOADED, timed=self.metrics.stage)
        self.accounts = Accounts(
            self.database, grant=settings.grant, tokens_per_address=settings.quirks.tokens_per_address
        )
        self.ledger = Ledger(self.database, settings.grant)
        self.sessions = ProjectSessions(self.database, self.projects)
        self.disk = DiskQuota(self.projects, settings.disk_quota)
        self.metrics.watch_disk(lambda: self.disk.used)
        self.housekeeper = Housekeeper(
            self.database,
            self.projects,
            self.sessions,
            self.disk,
            self.metrics,
            retention_days=settings.retention_days,
            at_work=lambda: self.runs.sessions | self.renders.sessions,
        )
        shared = (self.disk, self.housekeeper, self.metrics)
        self.runs = RunService(settings, self.database, self.accounts, self.ledger, self.projects, self.pool, *shared)
        self.renders = RenderService(settings, self.database, self.ledger, self.projects, self.pool, *shared)
        self.stopping = False
        """Whether the studio was asked to stop: work in progress continues, new work is refused."""
        self._housekeeping: asyncio.Task[None] | None = None
        self.requests = 0
        self.last_request = time.monotonic()

    def open(self) -> None:
        """Start the fork server, clean up and resume unfinished work."""
        self.pool.warm_up()
        media.warm_up()
        self.ledger.release_lost()
        self.housekeeper.open()
        self.runs.resume()
        self.renders.resume()
        self.housekeeper.tidy()
        self._housekeeping = asyncio.create_task(self._run_housekeeping(), name="housekeeping")

    def refuse_while_stopping(self, refusal: type[HttpRefusal] = Stopping) -> None:
        """Raise the refusal if the studio was asked to stop."""
        if self.stopping:
            raise refusal

    @property
    def idle_since(self) -> float | None:
        """Since when (monotonic seconds) there has been neither request nor work; None while there is."""
        return None if self.requests or self.busy else self.last_request

    @property
    def busy(self) -> bool:
        """Whether work is in progress, waiting or unsettled."""
        return self.runs.busy or self.renders.busy

    async def close(self) -> None:
        """Stop all work; unfinished work is resumed at the next start."""
        if self._housekeeping is not None:
            self._housekeeping.cancel()
            await asyncio.gather(self._housekeeping, return_exceptions=True)
        await self.runs.close()
        await self.renders.close()
        await self.pool.close()
        self.database.close()
        self._lock.close()

    async def _run_housekeeping(self) -> None:
        while True:
            await asyncio.sleep(self.settings.housekeeping)
            try:
                self.housekeeper.tidy()
            except (OSError, sqlite3.Error):
                _log.exception("Housekeeping failed: it is tried again later")


def _lock(path: Path) -> IO[bytes]:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyServing(f"another studio serves {path.parent}") from None
    return file
