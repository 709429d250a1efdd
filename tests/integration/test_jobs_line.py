"""Waiting in line, working under a lease, taking back: two processes' lines on one real Valkey."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import redis
from core.jobs.line import Line, Pulse, Story

from core.jobs.job import Fenced, Job
from core.store import Begin, Created, Place, Store, TakenBack, Vault, open_store
from core.words import Chat, Outcome, Person

PLACE = Place.of(Person("test", "7"), Chat("test", "42"))
PULSE = Pulse(lease=0.4, look=0.02)
_IDS = itertools.count()


def new_id() -> str:
    return f"id{next(_IDS)}"


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    async with open_store(valkey_url, Vault(b"0123456789abcdef")) as opened:
        yield opened


@pytest.fixture
def line(store: Store) -> Line:
    return Line(store.journal, PULSE, new_id)


async def make(store: Store, job_id: str, alive_ms: int = 400) -> None:
    created, _ = await store.journal.create(PLACE, job_id, new_id(), job_id, press=None, alive_ms=alive_ms)
    assert created is Created.NEW


async def nobody(left: str) -> Story | None:
    return None


def work(
    line: Line,
    job_id: str,
    story: Story,
    waiting: Callable[[int], Awaitable[None]] | None = None,
    adopt: Callable[[str], Awaitable[Story | None]] = nobody,
) -> asyncio.Task[Outcome]:
    async def ignore(place: int) -> None:
        return None

    return asyncio.create_task(line.work(PLACE, job_id, story, waiting=waiting or ignore, adopt=adopt))


class Held:
    """A story that waits until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go, self.halted = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, job: Job) -> Outcome:
        self.begun.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.halted.set()
            raise
        return Outcome.FULFILLED

    @property
    def stopped(self) -> bool:
        return self.halted.is_set()


async def test_one_after_the_other_with_a_place_that_moves_up(store: Store, line: Line) -> None:
    places: list[int] = []

    async def waiting(place: int) -> None:
        places.append(place)

    stories = [Held(), Held(), Held()]
    tasks = []
    for number, story in enumerate(stories):
        await make(store, str(number))
        tasks.append(work(line, str(number), story, waiting))
        await asyncio.sleep(0.05)
    assert not stories[1].begun.is_set()
    for story in stories:
        story.go.set()
    assert await asyncio.gather(*tasks) == [Outcome.FULFILLED] * 3
    assert places[0] == 2
    assert places[1] == 3


async def test_a_lease_outlives_its_length_while_the_work_goes_on(store: Store, line: Line) -> None:
    other = Line(store.journal, PULSE, new_id)
    await make(store, "1")
    held, second = Held(), Held()
    mine = work(line, "1", held)
    await held.begun.wait()
    theirs = work(other, "1", second)
    await asyncio.sleep(PULSE.lease * 1.5)
    assert not second.begun.is_set()
    held.go.set()
    assert await mine is Outcome.FULFILLED
    assert await theirs is Outcome.FULFILLED
    assert not second.begun.is_set()


@pytest.mark.parametrize("same_process", [True, False])
async def test_a_cancelled_job_stops_wherever_it_runs(store: Store, line: Line, *, same_process: bool) -> None:
    await make(store, "1")
    held = Held()
    task = work(line, "1", held)
    await held.begun.wait()
    canceller = line if same_process else Line(store.journal, PULSE, new_id)
    assert await canceller.take_back(PLACE, "1") is TakenBack.RUNNING
    assert await task is Outcome.CANCELLED
    assert held.stopped
    assert await store.journal.line(PLACE) == []


async def test_a_queued_job_that_is_taken_back_never_begins(store: Store, line: Line) -> None:
    for number in ("1", "2"):
        await make(store, number)
    first, second = Held(), Held()
    one, two = work(line, "1", first), work(line, "2", second)
    await first.begun.wait()
    assert await line.take_back(PLACE, "2") is TakenBack.QUEUED
    assert await two is Outcome.CANCELLED
    assert not second.begun.is_set()
    first.go.set()
    assert await one is Outcome.FULFILLED


async def test_what_a_dead_process_left_is_adopted_by_the_next_in_line(store: Store, line: Line) -> None:
    await make(store, "left", alive_ms=1)
    await make(store, "mine")
    order: list[str] = []

    async def mine(job: Job) -> Outcome:
        order.append("mine")
        return Outcome.FULFILLED

    async def left(job: Job) -> Outcome:
        order.append("left")
        return Outcome.FULFILLED

    async def adopt(job_id: str) -> Story | None:
        assert job_id == "left"
        return left

    assert await work(line, "mine", mine, adopt=adopt) is Outcome.FULFILLED
    assert order == ["left", "mine"]


async def test_who_loses_what_he_took_over_still_waits_for_his_turn(store: Store, line: Line, valkey_url: str) -> None:
    await make(store, "left", alive_ms=1)
    await make(store, "mine")
    held, mine = Held(), Held()
    mine.go.set()

    async def adopt(job_id: str) -> Story | None:
        return held

    task = work(line, "mine", mine, adopt=adopt)
    await held.begun.wait()
    with redis.Redis.from_url(valkey_url) as raw:
        raw.hset(PLACE.job("left"), "lease_until", 0)
    theirs = await store.journal.claim(PLACE, "left", "another", 5000)
    await held.halted.wait()
    await store.journal.end(PLACE, "left", theirs.epoch, Outcome.FULFILLED)
    assert await task is Outcome.FULFILLED
    assert mine.begun.is_set()


async def test_a_job_that_nobody_can_read_does_not_block_the_line(store: Store, line: Line) -> None:
    await make(store, "left", alive_ms=1)
    await make(store, "mine")
    mine = Held()
    mine.go.set()
    async with asyncio.timeout(10):
        assert await work(line, "mine", mine) is Outcome.FULFILLED
    assert (await store.journal.claim(PLACE, "left", "w", 400)).outcome is Outcome.FAILED


async def test_a_cancelled_task_leaves_its_job_to_the_next(store: Store, line: Line) -> None:
    await make(store, "1")
    held = Held()
    task = work(line, "1", held)
    await held.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert held.stopped
    again = Held()
    again.go.set()
    assert await work(Line(store.journal, PULSE, new_id), "1", again) is Outcome.FULFILLED


async def test_who_lost_the_lease_stops_and_can_begin_nothing(store: Store, line: Line, valkey_url: str) -> None:
    await make(store, "1")
    jobs: list[Job] = []
    held = Held()

    async def story(job: Job) -> Outcome:
        jobs.append(job)
        return await held(job)

    task = work(line, "1", story)
    await held.begun.wait()
    with redis.Redis.from_url(valkey_url) as raw:
        raw.hset(PLACE.job("1"), "lease_until", 0)
    assert (await store.journal.claim(PLACE, "1", "another", 5000)).epoch == 2
    with pytest.raises(Fenced):
        await task
    assert held.stopped
    with pytest.raises(Fenced):
        await jobs[0].begin("any", paid=False)
    assert (await jobs[0].begin("send", paid=True)).begin is Begin.FENCED


async def test_a_step_that_is_done_is_not_done_again(store: Store, line: Line) -> None:
    await make(store, "1")
    done: list[int] = []

    async def count() -> int:
        done.append(1)
        return len(done)

    async def story(job: Job) -> Outcome:
        assert await job.step("count", int, count) == 1
        if job.epoch == 1:
            raise asyncio.CancelledError
        return Outcome.FULFILLED

    with pytest.raises(asyncio.CancelledError):
        await work(line, "1", story)
    assert await work(line, "1", story) is Outcome.FULFILLED
    assert len(done) == 1
