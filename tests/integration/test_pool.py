"""Jobs in real processes: answers, progress, failures, crashes, memory, cancelling."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from studio.pool import JobCrashed, JobFailed, Pool, Report


@dataclass(frozen=True)
class Square:
    number: int

    def __call__(self, report: Report, /) -> int:
        for step in range(1001):
            report("squaring", step / 1000)
        return self.number**2


@dataclass(frozen=True)
class Fail:
    def __call__(self, report: Report, /) -> int:
        raise ValueError("/secret/path")


@dataclass(frozen=True)
class Die:
    def __call__(self, report: Report, /) -> int:
        os.kill(os.getpid(), signal.SIGSEGV)
        return 0


@dataclass(frozen=True)
class Hoard:
    def __call__(self, report: Report, /) -> int:
        return len(bytearray(2**30))


@dataclass(frozen=True)
class Stay:
    note: Path

    def __call__(self, report: Report, /) -> int:
        self.note.write_text(str(os.getpid()))
        report("staying", 0.0)
        time.sleep(60)
        return 0


@dataclass(frozen=True)
class Unpicklable:
    def __call__(self, report: Report, /) -> object:
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
    assert await pool.run(Square(12), lambda stage, fraction: told.append((stage, fraction))) == 144
    assert told[0] == ("squaring", 0.0)
    assert [fraction for _, fraction in told] == sorted(fraction for _, fraction in told)
    assert 90 < len(told) <= 102, "steps smaller than a hundredth are not told"
    assert await asyncio.gather(*(pool.run(Square(n), _quiet) for n in range(5))) == [0, 1, 4, 9, 16]


async def test_a_failure_names_the_error_and_not_its_text(pool: Pool) -> None:
    with pytest.raises(JobFailed) as caught:
        await pool.run(Fail(), _quiet)
    assert str(caught.value) == "ValueError"


@pytest.mark.parametrize(("job", "message"), [(Die(), "SIGSEGV"), (Unpicklable(), "exit status 1")])
async def test_a_crash_fails_one_job_and_the_pool_goes_on(pool: Pool, job: Die, message: str) -> None:
    crash, answer = await asyncio.gather(pool.run(job, _quiet), pool.run(Square(3), _quiet), return_exceptions=True)
    assert isinstance(crash, JobCrashed)
    assert message in str(crash)
    assert answer == 9
    assert await pool.run(Square(4), _quiet) == 16


async def test_too_much_memory_fails_one_job(pool: Pool) -> None:
    with pytest.raises(JobFailed, match="MemoryError"):
        await pool.run(Hoard(), _quiet)
    assert await pool.run(Square(4), _quiet) == 16


async def test_a_cancelled_job_ends_its_process(pool: Pool, tmp_path: Path) -> None:
    started = asyncio.Event()
    note = tmp_path / "pid"
    task = asyncio.create_task(pool.run(Stay(note), lambda stage, fraction: started.set()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
    assert await pool.run(Square(4), _quiet) == 16


async def test_closing_ends_all_jobs(tmp_path: Path) -> None:
    pool = Pool(1)
    started = asyncio.Event()
    running = asyncio.create_task(pool.run(Stay(tmp_path / "a"), lambda stage, fraction: started.set()))
    waiting = asyncio.create_task(pool.run(Stay(tmp_path / "b"), _quiet))
    await started.wait()
    waiting.cancel()
    await pool.close()
    with pytest.raises(JobCrashed):
        await running
    assert not (tmp_path / "b").exists()
