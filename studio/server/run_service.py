"""Runs: each takes one message of a person and carries out what the agent plans for it, in order within a session.

A run is recorded before it starts and continues without its client. After a restart, unfinished runs start again with
the same seed, and their credits stay held meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import sqlite3
import uuid
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from weakref import WeakValueDictionary

from language import Encoder, language_of
from studio.agent.plan_execution import RunContext, execute_plan
from studio.agent.planner import Plan, music_seconds
from studio.agent.planner_pool import PlannerPool
from studio.assets import soundfont
from studio.compose.scenes import nearest_style
from studio.mix.wav import BYTES_A_SECOND
from studio.pool import JobFailed, Pool
from studio.projects.repository import Projects
from studio.server.accounts import Accounts
from studio.server.adk_events import AdkEvents, crash
from studio.server.agent_output import StreamedOutput
from studio.server.database import Database
from studio.server.disk_quota import DiskQuota
from studio.server.housekeeper import Housekeeper
from studio.server.ledger import Ledger
from studio.server.responses import OutOfCredits
from studio.server.settlement import SettlementQueue
from studio.server.studio_metrics import StudioMetrics
from studio.settings import StudioSettings

_log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
"""How often a run or render is started if the studio dies in the middle of it."""


@dataclass(eq=False)
class AgentRun:
    """One message in progress."""

    id: str
    session: str
    person: str
    message: str
    seed: int
    events: AdkEvents = field(default_factory=AdkEvents)
    frames: list[str] = field(default_factory=list)
    """The events so far, each as the JSON of a `data:` line."""
    finished: bool = False
    edits: bool = False
    """Whether it is charged as an edit."""
    kind: str = "talk"
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, frame: str) -> None:
        """Add an event."""
        self.frames.append(frame)
        self._notify()

    def finish(self) -> None:
        """Mark the run as finished: no event follows."""
        self.finished = True
        self._notify()

    async def wait(self, seen: int, seconds: float) -> bool:
        """Wait until there are more than `seen` events or the run has ended; False after `seconds` of silence."""
        if len(self.frames) > seen or self.finished:
            return True
        changed = self._changed
        try:
            await asyncio.wait_for(changed.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class RunService:
    """Starts runs and settles them when they end."""

    def __init__(
        self,
        settings: StudioSettings,
        database: Database,
        accounts: Accounts,
        ledger: Ledger,
        projects: Projects,
        pool: Pool,
        disk: DiskQuota,
        housekeeper: Housekeeper,
        metrics: StudioMetrics,
    ) -> None:
        self._settings = settings
        self._database = database
        self._accounts = accounts
        self._ledger = ledger
        self._projects = projects
        self._pool = pool
        self._planner = PlannerPool()
        self._encoder = Encoder()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tasks: dict[AgentRun, asyncio.Task[None]] = {}
        self._soundfont = soundfont(settings.soundfont)
        self._disk = disk
        self._housekeeper = housekeeper
        self._metrics = metrics
        self._settlements = SettlementQueue()
        self._closing = False

    @property
    def busy(self) -> bool:
        """Whether a run is in progress, waiting or unsettled."""
        return bool(self._tasks) or self._settlements.pending

    @property
    def sessions(self) -> set[str]:
        """The sessions that have a run in progress or waiting."""
        return {run.session for run in self._tasks}

    async def start(self, person: str, session: str, message: str) -> AgentRun:
        """Reserve disk space, hold the credits and start a run. Raises OutOfCredits, InsufficientStorage."""
        run = AgentRun(uuid.uuid4().hex, session, person, message, secrets.randbelow(2**31))
        project = self._projects.load(session)
        plan = await self._planner.plan(message, project)
        if seconds := music_seconds(plan, project):
            self._housekeeper.make_room(run.id, round(seconds * BYTES_A_SECOND))
        try:
            with self._database.changing():
                self._ledger.hold(run.id, person, self._price(session, plan))
                self._database.execute(
                    "insert into runs (id, session, message, seed) values (?, ?, ?, ?)",
                    run.id,
                    session,
                    message,
                    run.seed,
                )
        except BaseException:
            self._disk.release(run.id)
            raise
        self._start(run)
        return run

    def resume(self) -> None:
        """Restart the runs that were unfinished when the studio stopped; give up those that used up their attempts."""
        for run_id, session, message, seed, attempts, person in self._database.rows(
            "select runs.id, session, message, seed, attempts, person"
            " from runs join sessions on sessions.id = session order by number"
        ):
            run = AgentRun(str(run_id), str(session), str(person), str(message), int(str(seed)))
            if int(str(attempts)) < MOST_ATTEMPTS:
                self._start(run)
            else:
                self._settlements.settle(f"run {run.id}", partial(self._settle, run, succeeded=False))

    def cancel(self, run: AgentRun) -> None:
        """Cancel a run, as the cloud does when its client disconnects."""
        if task := self._tasks.get(run):
            task.cancel()

    async def close(self) -> None:
        """Stop. Unfinished runs stay in the journal and are retried without counting an attempt."""
        self._closing = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._planner.close()
        await self._encoder.end()
        await self._settlements.close()
        with suppress(sqlite3.DatabaseError):
            self._database.execute("update runs set attempts = 0")

    def _start(self, run: AgentRun) -> None:
        task = asyncio.create_task(self._go(run), name=f"run {run.id}")
        self._tasks[run] = task
        task.add_done_callback(lambda done: self._ended(run, done))

    def _ended(self, run: AgentRun, task: asyncio.Task[None]) -> None:
        del self._tasks[run]
        if not task.cancelled() and (error := task.exception()):
            _log.error("Run %s failed", run.id, exc_info=error)
            run.tell(crash(type(error).__name__, f"run {run.id} failed"))
        run.finish()

    async def _go(self, run: AgentRun) -> None:
        succeeded = False
        try:
            async with self._turn(run.session):
                self._database.execute("update runs set attempts = attempts + 1 where id = ?", run.id)
                await self._work(run)
            succeeded = True
        except JobFailed as failure:
            run.tell(crash(type(failure).__name__, str(failure)))
        except OutOfCredits as refusal:
            run.tell(run.events.fault(str(refusal.code), refusal.message))
        finally:
            if not self._closing:
                # The result exists and was announced, so a settlement that has to wait does not fail the run.
                self._settlements.settle(f"run {run.id}", partial(self._settle, run, succeeded=succeeded))
                self._metrics.ended(run.kind, succeeded=succeeded)
                self._disk.release(run.id)
                self._clean_up(run.session)

    def _clean_up(self, session: str) -> None:
        """Delete music that undo can no longer reach, except what waiting renders need."""
        try:
            self._delete_unreachable(session)
        except (OSError, sqlite3.Error):
            _log.exception("Cannot delete old music of session %s: the next run tries again", session)
        self._disk.measure(session)

    def _delete_unreachable(self, session: str) -> None:
        drafts = self._database.rows(
            "select draft from renders where session = ? and status in ('pending', 'processing')", session
        )
        project = self._projects.load(session)
        kept = frozenset(piece.id for piece in project.pieces if any(piece.id in str(row[0]) for row in drafts))
        self._projects.delete_unreachable(project, kept)

    async def _work(self, run: AgentRun) -> None:
        project = self._projects.load(run.session)
        if project.last_run == run.id:
            return  # it was saved just before the studio stopped
        plan = await self._planner.plan(run.message, project)
        if plan.scene and (vector := await self._encoder.encode(plan.scene)) is not None:
            plan = replace(plan, style=nearest_style(vector))
        run.edits = plan.is_edit
        run.kind = "track" if plan.is_new else "edit" if plan.is_edit else "talk"
        self._ledger.hold(run.id, run.person, self._price(run.session, plan))
        language = language_of(run.message, project.language)
        output = StreamedOutput(run.tell, run.events, self._settings.quirks, language=language, edits=plan.is_edit)
        context = RunContext(
            run=run.id,
            seed=run.seed,
            language=language,
            project=project,
            projects=self._projects,
            pool=self._pool,
            soundfont=self._soundfont,
            output=output,
            tell_soundfont_once=lambda: self._accounts.tell_soundfont_once(run.person),
            two_stages=self._settings.quirks.two_stages,
        )
        await execute_plan(plan, context)
        output.end()

    def _settle(self, run: AgentRun, *, succeeded: bool) -> None:
        with self._database.changing():
            if succeeded:
                self._ledger.charge(run.id)
                if run.edits:
                    self._database.execute("update sessions set edit_paid = 1 where id = ?", run.session)
            else:
                self._ledger.release(run.id)
            self._database.execute("delete from runs where id = ?", run.id)

    def _price(self, session: str, plan: Plan) -> int:
        """Return what a plan costs; edits are charged once a session (API: "editing about 50 a session")."""
        if plan.is_new:
            return self._settings.prices.track
        return self._settings.prices.edit if plan.is_edit and not self._edit_paid(session) else 0

    def _edit_paid(self, session: str) -> bool:
        return self._database.row("select 1 from sessions where id = ? and edit_paid = 1", session) is not None

    def _turn(self, session: str) -> asyncio.Lock:
        return self._turns.setdefault(session, asyncio.Lock())
