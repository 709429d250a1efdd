"""Jobs in real processes: answers, progress, failures, crashes, memory, cancelling."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from studio.pool import JobCrashed, JobFailed, Pool, PoolJob, Report


def square(number: int, report: Report) -> int:
    for step in range(1001):
        report("squaring", step / 1000)
    return number**2


def fail(_: Report) -> None:
    raise ValueError("/secret/path")


def die(_: Report) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def hoard(_: Report) -> int:
    return len(bytearray(2**30))


def stay(note: Path, report: Report) -> None:
    note.write_text(str(os.getpid()))
    report("staying", 0.0)
    time.sleep(60)


def unpicklable(_: Report) -> object:
    return lambda: None


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2, memory=512 * 2**20)
    yield pool
    await pool.close()


def _quiet(stage: str, fraction: float) -> None:
    """Hear nothing."""


async def test_jobs_answer_and_tell_how_far_they_are(pool: Pool) -> None:
    told: list[tuple[str, float]] = []
    assert await pool.run(partial(square, 12), lambda stage, fraction: told.append((stage, fraction))) == 144
    assert told[0] == ("squaring", 0.0)
    assert [fraction for _, fraction in told] == sorted(fraction for _, fraction in told)
    assert 90 < len(told) <= 102, "steps smaller than a hundredth are not told"
    assert await asyncio.gather(*(pool.run(partial(square, n), _quiet) for n in range(5))) == [0, 1, 4, 9, 16]


@pytest.mark.parametrize(
    ("job", "error", "message"),
    [
        (fail, JobFailed, "ValueError"),  # and not its text, which may hold a path
        (hoard, JobFailed, "MemoryError"),
        (die, JobCrashed, "the worker died: SIGSEGV"),
        (unpicklable, JobCrashed, "the worker died: exit status 1"),
    ],
)
async def test_a_failure_or_crash_is_told_of_one_job_and_the_pool_goes_on(
    pool: Pool, job: PoolJob[object], error: type[JobFailed], message: str
) -> None:
    failure, answer = await asyncio.gather(
        pool.run(job, _quiet), pool.run(partial(square, 3), _quiet), return_exceptions=True
    )
    assert (type(failure), str(failure), answer) == (error, message, 9)
    assert await pool.run(partial(square, 4), _quiet) == 16


async def test_a_cancelled_job_ends_its_process(pool: Pool, tmp_path: Path) -> None:
    started = asyncio.Event()
    note = tmp_path / "pid"
    task = asyncio.create_task(pool.run(partial(stay, note), lambda stage, fraction: started.set()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
    assert await pool.run(partial(square, 4), _quiet) == 16


async def test_closing_ends_all_jobs(tmp_path: Path) -> None:
    pool = Pool(1)
    started = asyncio.Event()
    running = asyncio.create_task(pool.run(partial(stay, tmp_path / "a"), lambda stage, fraction: started.set()))
    waiting = asyncio.create_task(pool.run(partial(stay, tmp_path / "b"), _quiet))
    await started.wait()
    waiting.cancel()
    await pool.close()
    with pytest.raises(JobCrashed):
        await running
    assert not (tmp_path / "b").exists()
