"""The studio's rooms, wired once for the process."""

from __future__ import annotations

import fcntl
import logging
import time
from pathlib import Path
from typing import IO

from studio.pool import Pool, workers_for
from studio.projects.store import Projects
from studio.server.accounts import Accounts
from studio.server.database import Database
from studio.server.ledger import Ledger
from studio.server.renders import Renders
from studio.server.runs import Runs
from studio.server.sessions import Sessions
from studio.settings import StudioSettings

PRELOADED = ("studio.compose", "studio.track", "studio.picture", "studio.agent.jobs", "studio.agent.reading")
"""The rooms whose loading takes long; the fork server loads them once."""

_log = logging.getLogger(__name__)


class AlreadyServing(RuntimeError):
    """Another studio serves this data directory."""


class House:
    """Everything that endpoints need. `address` is the base URL of the API, `web` that of pages for people."""

    def __init__(self, settings: StudioSettings, address: str) -> None:
        """Open the data directory. Raises AlreadyServing, OSError or sqlite3.Error."""
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _lock(settings.data_dir / "studio.lock")
        self.settings = settings
        self.address = address
        self.web = settings.web_url or address
        self.database = Database(settings.data_dir / "studio.sqlite3")
        self.projects = Projects(settings.data_dir / "projects")
        self.pool = Pool(workers_for(settings.workers), PRELOADED)
        self.accounts = Accounts(self.database, settings.prices, settings.quirks)
        self.ledger = Ledger(self.database, settings.prices.grant)
        self.sessions = Sessions(self.database, self.projects)
        self.runs = Runs(settings, self.database, self.accounts, self.ledger, self.projects, self.pool)
        self.renders = Renders(settings, self.database, self.ledger, self.projects, self.pool)
        self.requests = 0
        self.last_request = time.monotonic()

    def open(self) -> None:
        """Load the heavy rooms and go on with what was unfinished."""
        self.pool.warm_up()
        self.ledger.release_lost()
        self.runs.resume()
        self.renders.resume()

    @property
    def idle_since(self) -> float | None:
        """Since when (monotonic seconds) nobody has asked for anything and no work is under way; None: busy."""
        return None if self.requests or self.runs.busy or self.renders.busy else self.last_request

    async def close(self) -> None:
        """Stop all work where it is; what is unfinished goes on at the next start."""
        await self.runs.close()
        await self.renders.close()
        await self.pool.close()
        self.database.close()
        self._lock.close()


def _lock(path: Path) -> IO[bytes]:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyServing(f"another studio serves {path.parent}") from None
    return file
