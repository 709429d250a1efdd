"""A pool that runs each job in a process of its own, forked from a warm server, a few at a time.

The fork server imports the heavy packages once (`preload`), so that a job starts with them in memory and returns all
of its own memory when it ends. A job that raises, dies or is cancelled affects no other job.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import resource
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running
from typing import Protocol, TypeVar

_log = logging.getLogger(__name__)

MOST_WORKERS = 2
"""One job uses both cores of a small machine; more jobs at a time would only wait for each other."""

MEMORY = 6 * 2**30
"""Address space in bytes that one job may use; ten minutes of music stay well below it."""

SMALLEST_STEP = 0.01
"""The smallest progress of a job that is reported."""

Report = Callable[[str, float], None]
"""Called with the stage's name and the fraction of the whole job (0..1)."""

Answer_co = TypeVar("Answer_co", covariant=True)
Answer = TypeVar("Answer")


class PoolJob(Protocol[Answer_co]):
    """A picklable piece of work, such as a frozen dataclass with `__call__`."""

    def __call__(self, report: Report, /) -> Answer_co:
        """Do the work, reporting its progress."""
        ...


class JobFailed(Exception):
    """The job failed; the text is for operators."""


class JobCrashed(JobFailed):
    """The job's process died: it crashed or used more memory than it may."""


@dataclass(frozen=True, slots=True)
class _StageProgress:
    stage: str
    fraction: float


@dataclass(frozen=True, slots=True)
class _Done:
    answer: object


@dataclass(frozen=True, slots=True)
class _Raised:
    """`error` is the exception's name; its text may hold paths, so it is for the log only."""

    error: str
    trace: str


def worker_count(configured: int | None) -> int:
    """Return how many jobs run at a time: as configured, else one per core, two at most."""
    return configured or min(MOST_WORKERS, os.cpu_count() or 1)


_Message = _StageProgress | _Done | _Raised


class Pool:
    """Runs jobs. A worker's crash fails its own job only."""

    def __init__(
        self,
        workers: int,
        preload: Sequence[str] = (),
        memory: int = MEMORY,
        *,
        timed: Callable[[str, float], None] | None = None,
    ) -> None:
        """`preload` are modules that the fork server imports; `timed` is called with each stage and its seconds."""
        self._context = multiprocessing.get_context("forkserver")
        if preload:
            # All pools of the process share one fork server.
            self._context.set_forkserver_preload(list(preload))
        self._memory = memory
        self._free = asyncio.Semaphore(workers)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="pool")
        self._workers: set[_WorkerProcess] = set()
        self._timed = timed

    def warm_up(self) -> None:
        """Start the fork server if it does not run; it imports its modules in the background. Raises OSError."""
        ensure_running()

    async def run(self, job: PoolJob[Answer], report: Report) -> Answer:
        """Run a job in a process of its own and return its answer; `report` is called in this event loop.

        Raises JobFailed where the job raised, JobCrashed where its process died. Cancelling ends the process.
        """
        loop = asyncio.get_running_loop()
        stages = _Stopwatch(self._timed)

        def told(stage: str, fraction: float) -> None:
            stages.enter(stage)
            loop.call_soon_threadsafe(report, stage, fraction)

        async with self._free:
            worker = _WorkerProcess(self._context, job, self._memory)
            self._workers.add(worker)
            ended = loop.run_in_executor(self._threads, worker.run, told)
            try:
                last = await asyncio.shield(ended)
            finally:
                worker.kill()
                await asyncio.wait([ended])
                self._workers.discard(worker)
                stages.enter(None)
        if isinstance(last, _Raised):
            _log.error("Job failed\n%s", last.trace)
            raise JobFailed(last.error)
        if isinstance(last, str):
            raise JobCrashed(last)
        # The pipe carries what the job returned; pickling kept its type.
        return last.answer  # type: ignore[return-value]

    async def close(self) -> None:
        """Kill all jobs. Their work is lost; their callers know how to start again."""
        for worker in self._workers:
            worker.kill()
        await asyncio.to_thread(self._threads.shutdown)


class _Stopwatch:
    """Measures the stages of one job."""

    def __init__(self, timed: Callable[[str, float], None] | None) -> None:
        self._timed = timed
        self._stage: str | None = None
        self._since = 0.0

    def enter(self, stage: str | None) -> None:
        """Record that another stage begins, or with None that the job is over."""
        if stage == self._stage:
            return
        now = time.monotonic()
        if self._stage is not None and self._timed is not None:
            self._timed(self._stage, now - self._since)
        self._stage, self._since = stage, now


class _WorkerProcess:
    """One job's process. `run` blocks and belongs in a thread; `kill` may be called from any thread."""

    def __init__(self, context: ForkServerContext, job: PoolJob[object], memory: int) -> None:
        self._pipe, self._far_end = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(job, self._far_end, memory))
        self._lock = threading.Lock()
        self._dead = False

    def run(self, report: Report) -> _Done | _Raised | str:
        """Return the job's last message, or how its process died."""
        with self._pipe:
            with self._lock:
                if self._dead:
                    self._far_end.close()
                    return "ended before it began"
                self._process.start()
            self._far_end.close()
            last = self._listen(report)
        self._process.join()
        return last or f"the worker died: {_ending(self._process.exitcode)}"

    def kill(self) -> None:
        """End the process, if it has not ended."""
        with self._lock:
            self._dead = True
            if self._process.pid is not None:
                self._process.kill()

    def _listen(self, report: Report) -> _Done | _Raised | None:
        while True:
            try:
                message: _Message = self._pipe.recv()
            except (EOFError, ConnectionResetError):
                return None
            if not isinstance(message, _StageProgress):
                return message
            report(message.stage, message.fraction)


def _work(job: PoolJob[object], pipe: Connection[_Message, None], memory: int) -> None:
    """Do a job inside the worker."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the server receives them and ends its workers itself
    threading.Thread(target=_end_with_server, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    told: list[_StageProgress] = [_StageProgress("", -1.0)]

    def report(stage: str, fraction: float) -> None:
        # A job may report every frame; steps smaller than a hundredth are not visible.
        if stage != told[-1].stage or fraction - told[-1].fraction >= SMALLEST_STEP:
            told[-1] = _StageProgress(stage, fraction)
            pipe.send(told[-1])

    try:
        answer = job(report)
    except Exception as error:  # noqa: BLE001 - the one boundary of this process
        pipe.send(_Raised(type(error).__name__, traceback.format_exc()))
    else:
        pipe.send(_Done(answer))


def _end_with_server() -> None:
    """End this process when the server ends, so that it does not write beside the server's successor."""
    if server := multiprocessing.parent_process():
        server.join()
        os._exit(1)


def _ending(code: int | None) -> str:
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit status {code}"
