"""Workers on one real Valkey: woken, leased, swept after, stopped, drained, killed; many at once."""

from __future__ import annotations

import asyncio
import gc
import itertools
import subprocess
import sys
import weakref
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from core.jobs.engine import Notify, open_engine
from core.jobs.job import Fenced, Job
from core.jobs.worker import Run, Timing, Worker
from core.messages import Chat, Outcome, Person
from core.store import (
    Conversation,
    Idle,
    JobRecord,
    JobRef,
    Store,
    Taken,
    Vault,
    open_store,
)
from tests.support.one_message import HERE, ME, SECRET, TIMING
from tests.support.program import Ended, Program
from tests.support.waiting import PATIENCE, until

PLACE = Conversation.of(ME, HERE)
OTHER = Conversation.of(Person("test", "8"), HERE)
NO_SWEEP = replace(TIMING, sweep=3600)
_IDS = itertools.count()


def new_id() -> str:
    return f"id{next(_IDS)}"


class Play:
    """What jobs do here: each begins, waits until it is let go, and ends."""

    def __init__(self, *, wait: bool = True) -> None:
        self.wait = wait
        self.begun: list[str] = []
        self.jobs: dict[str, Job] = {}
        self.stopped: list[str] = []
        self.at_once: dict[Conversation, int] = defaultdict(int)
        self.most: dict[Conversation, int] = defaultdict(int)
        self.crashes: list[Exception] = []
        self._go: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._changed = asyncio.Condition()

    async def __call__(self, job: Job, _: JobRecord) -> Outcome:
        self.at_once[job.conversation] += 1
        self.most[job.conversation] = max(self.most[job.conversation], self.at_once[job.conversation])
        self.jobs[job.id] = job
        try:
            await self._note(self.begun, job.id)
            if self.crashes:
                raise self.crashes.pop()
            if self.wait:
                await self._go[job.id].wait()
        except asyncio.CancelledError:
            await self._note(self.stopped, job.id)
            raise
        finally:
            self.at_once[job.conversation] -= 1
        return Outcome.FULFILLED

    async def _note(self, notes: list[str], job_id: str) -> None:
        notes.append(job_id)
        async with self._changed:
            self._changed.notify_all()

    def let_go(self, *job_ids: str) -> None:
        for job_id in job_ids:
            self._go[job_id].set()

    async def until(self, holds: Callable[[Play], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: holds(self))


@pytest.fixture
async def notify(valkey_url: str) -> AsyncIterator[Notify]:
    async with open_engine(valkey_url) as (_, opened):
        yield opened


@asynccontextmanager
async def working(
    url: str, run: Run, pulse: Timing = TIMING, *, at_once: int = 10, drain: float = 0.0
) -> AsyncIterator[Worker]:
    """Run a worker with connections of its own."""
    async with open_store(url, Vault(SECRET)) as own, open_engine(url) as (docket, notify):
        worker = Worker(own, notify, run, pulse, new_id, Path("nowhere"))
        async with worker.working(docket, at_once=at_once, drain=drain):
            yield worker


async def make(store: Store, notify: Notify | None, job_id: str, place: Conversation = PLACE) -> None:
    """Do what a gateway does; without `notify` it dies before it notifies anybody."""
    created, first = await store.journal.create(place, job_id, new_id(), job_id, kind="music")
    assert created == "new"
    if notify and first == job_id:
        await notify(place, job_id, "epoch 0")


async def _true() -> bool:
    return True


async def until_ended(store: Store, job_id: str, place: Conversation = PLACE) -> JobRecord:
    """Wait until a job is not open any more."""

    async def ended() -> JobRecord | None:
        record = await store.journal.load(place, job_id)
        return record if record and record.status != "open" else None

    found = await until(ended)
    assert found
    return found


async def test_one_at_a_time_in_a_place_and_first_come_first_served(
    store: Store, notify: Notify, valkey_url: str
) -> None:
    play = Play()
    async with working(valkey_url, play, NO_SWEEP), working(valkey_url, play, NO_SWEEP):
        for number in "123":
            await make(store, notify, number)
        await make(store, notify, "theirs", OTHER)
        await play.until(lambda seen: {"1", "theirs"} <= {*seen.begun})
        assert "2" not in play.begun
        play.let_go("1", "2", "3", "theirs")
        for number in "123":
            assert (await until_ended(store, number)).outcome is Outcome.FULFILLED
    assert [job_id for job_id in play.begun if job_id != "theirs"] == ["1", "2", "3"]
    assert play.most[PLACE] == 1
    assert await store.journal.queue(PLACE) == []


async def test_people_take_turns(store: Store, notify: Notify, valkey_url: str) -> None:
    play = Play(wait=False)
    for number in range(10):
        await make(store, notify, f"a{number}")
    for number in range(2):
        await make(store, notify, f"b{number}", OTHER)
    async with working(valkey_url, play, NO_SWEEP, at_once=1):
        await until_ended(store, "a9")
    # One person's ten requests do not hold up the next person's first.
    assert play.begun[:5] == ["a0", "b0", "a1", "b1", "a2"]


async def test_a_lease_outlives_its_length_while_the_work_goes_on(
    store: Store, notify: Notify, valkey_url: str
) -> None:
    play = Play()
    async with working(valkey_url, play), working(valkey_url, play):
        await make(store, notify, "1")
        await play.until(lambda seen: bool(seen.begun))
        clock = asyncio.get_running_loop().time
        until = clock() + TIMING.lease * 1.5
        while clock() < until:
            assert await store.journal.take(PLACE, "another", 1000) == "busy"
            await asyncio.sleep(0.1)
        play.let_go("1")
        record = await until_ended(store, "1")
    assert (record.outcome, record.epoch, record.lost) == (Outcome.FULFILLED, 1, 0)
    assert play.begun == ["1"]


class TestCancel:
    async def test_a_running_job_stops_at_once_through_the_hint(
        self, store: Store, notify: Notify, valkey_url: str
    ) -> None:
        play = Play()
        # Without the hint nobody would look for minutes.
        async with working(valkey_url, play, replace(NO_SWEEP, lease=600)):
            for number in "12":
                await make(store, notify, number)
            await play.until(lambda seen: bool(seen.begun))
            assert await store.journal.cancel(PLACE, "1") == "running"
            assert (await until_ended(store, "1")).outcome is Outcome.CANCELLED
            # And the line moves on.
            await play.until(lambda seen: "2" in seen.begun)
            play.let_go("2")
            await until_ended(store, "2")
        assert play.stopped == ["1"]

    async def test_and_without_the_hint_when_the_lease_is_renewed(
        self, store: Store, notify: Notify, valkey_url: str
    ) -> None:
        play = Play()
        async with working(valkey_url, play):
            await make(store, notify, "1")
            await play.until(lambda seen: bool(seen.begun))
            with redis.Redis.from_url(valkey_url) as raw:
                # The mark is all that a lost hint leaves.
                raw.hset(PLACE.key("job", "1"), "cancel", 1)
            assert (await until_ended(store, "1")).outcome is Outcome.CANCELLED
        assert play.stopped == ["1"]

    async def test_what_is_taken_back_before_it_begins_leaves_its_wake_up_to_the_next(
        self, store: Store, notify: Notify, valkey_url: str
    ) -> None:
        for number in "1234":
            await make(store, notify, number)
        for number in "13":
            assert await store.journal.cancel(PLACE, number) == "queued"
        play = Play(wait=False)
        async with working(valkey_url, play, NO_SWEEP):
            await until_ended(store, "4")
        assert play.begun == ["2", "4"]


class TestLost:
    async def test_after_the_lease_of_a_killed_process_the_next_one_takes_over(
        self, store: Store, notify: Notify, valkey_url: str
    ) -> None:
        for number in "12":
            await make(store, notify, number)
        await _killed(valkey_url, "hang")
        play = Play(wait=False)
        async with working(valkey_url, play):
            first, second = await until_ended(store, "1"), await until_ended(store, "2")
        assert (first.epoch, first.lost, first.outcome) == (2, 1, Outcome.FULFILLED)
        assert (second.epoch, second.lost) == (1, 0)
        assert play.begun == ["1", "2"]

    async def test_a_place_without_jobs_is_forgotten_but_never_before_its_job_is_made(
        self, store: Store, valkey_url: str
    ) -> None:
        async def forgotten() -> bool:
            return not await store.job_index.open_conversations()

        async with working(valkey_url, Play(wait=False)):
            for number in "12":
                await make(store, None, number)
                assert (await until_ended(store, number)).outcome is Outcome.FULFILLED
                await until(forgotten)

    async def test_the_wake_up_of_a_worker_that_is_gone_with_its_job_ended_is_made_up_for(
        self, store: Store, valkey_url: str
    ) -> None:
        """It ended the first one and died before it woke anybody for the second."""
        for number in "12":
            await make(store, None, number)
        taken = await store.journal.take(PLACE, "w", 60_000)
        assert isinstance(taken, Taken)
        await store.journal.end(PLACE, "1", taken.epoch, Outcome.FULFILLED)
        play = Play(wait=False)
        async with working(valkey_url, play):
            await until_ended(store, "2")

    async def test_all_wake_ups_may_be_lost_at_once(self, store: Store, notify: Notify, valkey_url: str) -> None:
        places = [Conversation.of(Person("test", str(number)), Chat("test", "1")) for number in range(250)]
        for place in places:
            await make(store, notify, f"of {place.person}", place)
        with redis.Redis.from_url(valkey_url) as raw:
            raw.delete(*raw.scan_iter("mb1:engine:*", count=1000))
        play = Play(wait=False)
        async with working(valkey_url, play, at_once=50):
            await play.until(lambda seen: len(seen.begun) == len(places))

    async def test_who_lost_the_lease_stops_and_can_begin_nothing(
        self, store: Store, notify: Notify, valkey_url: str
    ) -> None:
        play = Play()
        async with working(valkey_url, play):
            await make(store, notify, "1")
            await play.until(lambda seen: bool(seen.begun))
            with redis.Redis.from_url(valkey_url) as raw:
                taken: Taken | Idle = "busy"
                while taken == "busy":
                    # A renewal may come in between.
                    raw.hset(PLACE.key("job", "1"), "lease_until", 0)
                    taken = await store.journal.take(PLACE, "another", 60_000)
                assert taken == Taken("1", 2, 1, None)
            await play.until(lambda seen: seen.stopped == ["1"])
            job = play.jobs["1"]
            with pytest.raises(Fenced):
                await job.step("any", bool, _true)
            assert await job.begin("send") == ("fenced", "")
            assert await store.journal.end(PLACE, job.id, job.epoch, Outcome.FAILED) is None
            # What it gave back was not its own any more.
            assert await store.journal.renew(PLACE, "1", 2, 60_000) == "kept"
        assert await store.journal.queue(PLACE) == ["1"]


class TestLeaving:
    async def test_what_runs_may_go_on_for_a_while_and_nothing_new_begins(
        self, store: Store, notify: Notify, valkey_url: str
    ) -> None:
        play = Play()
        leave = asyncio.Event()

        async def work() -> None:
            async with working(valkey_url, play, drain=20):
                await leave.wait()

        leaving = asyncio.create_task(work())
        await make(store, notify, "1")
        await play.until(lambda seen: bool(seen.begun))
        leave.set()
        await asyncio.sleep(0.1)
        await make(store, notify, "theirs", OTHER)
        await asyncio.sleep(0.2)
        assert not leaving.done()
        play.let_go("1")
        assert (await until_ended(store, "1")).outcome is Outcome.FULFILLED
        await leaving
        assert play.begun == ["1"]
        assert play.stopped == []
        assert await store.journal.queue(OTHER) == ["theirs"]

    async def test_what_is_not_done_then_a_worker_beside_it_does_at_once_and_it_is_not_counted(
        self, store: Store, notify: Notify, valkey_url: str
    ) -> None:
        slow = replace(NO_SWEEP, lease=600)
        play, other = Play(), Play(wait=False)
        async with AsyncExitStack() as first:
            await first.enter_async_context(working(valkey_url, play, slow, drain=0.1))
            for number in "12":
                await make(store, notify, number)
            await play.until(lambda seen: bool(seen.begun))
            async with working(valkey_url, other, slow):
                await first.aclose()
                assert play.stopped == ["1"]
                record = await until_ended(store, "1")
                await until_ended(store, "2")
        assert (record.epoch, record.lost, record.outcome) == (2, 0, Outcome.FULFILLED)
        assert other.begun == ["1", "2"]

    async def test_a_step_that_is_done_is_not_done_again(self, store: Store, notify: Notify, valkey_url: str) -> None:
        done: list[int] = []
        stepped = asyncio.Event()

        async def count() -> int:
            done.append(1)
            return len(done)

        async def story(job: Job, _: JobRecord) -> Outcome:
            assert await job.step("count", int, count) == 1
            stepped.set()
            if job.epoch == 1:
                await asyncio.Event().wait()
            return Outcome.FULFILLED

        await make(store, notify, "1")
        async with working(valkey_url, story):
            await asyncio.wait_for(stepped.wait(), PATIENCE)
        async with working(valkey_url, story):
            assert (await until_ended(store, "1")).outcome is Outcome.FULFILLED
        assert len(done) == 1


class TestPoison:
    async def test_a_job_over_which_three_workers_died_is_put_aside_until_the_command_line_puts_it_back(
        self, store: Store, notify: Notify, valkey_url: str, tmp_path: Path
    ) -> None:
        for job_id in ("c0ffee0123456789", "2"):
            await make(store, notify, job_id)
        for _ in range(3):
            await _killed(valkey_url, "die")
        play = Play(wait=False)
        async with working(valkey_url, play):
            dead = await until_ended(store, "c0ffee0123456789")
            await until_ended(store, "2")
        assert (dead.status, dead.outcome, dead.reason) == ("dead-letter", Outcome.FAILED, "3 workers died over it")
        assert play.begun == ["2"]
        assert await store.job_index.dead_letters() == [JobRef(PLACE, "c0ffee0123456789")]
        assert await store.journal.queue(PLACE) == []
        await make(store, None, "c0ff000000000000", OTHER)
        settings = {"REDIS_URL": valkey_url, "SECRET_KEY": SECRET.decode(), "NEMO_API_URL": "http://127.0.0.1:1"}
        program = Program(tmp_path, **settings)

        async def jobs(*words: str) -> Ended:
            return await asyncio.to_thread(program.run, "jobs", *words)

        several = await jobs("requeue", "c0ff")
        assert (several.status, several.out) == (1, "")
        for part in ("2 jobs begin with c0ff", "c0ffee0123456789", "c0ff000000000000"):
            assert part in several.err
        assert "There is no job *" in (await jobs("show", "*")).err
        assert "dead-letter" in (await jobs("show", "c0ffe")).out
        done = await jobs("requeue", "c0ffe")
        assert (done.status, done.out) == (0, "c0ffee0123456789 is back in its queue.\n")
        listed = (await jobs()).out.splitlines()
        # Whole in a pipe: what is cut is of no use to a program.
        assert [line.split()[0] for line in listed[1:]] == ["c0ff000000000000", "c0ffee0123456789"]
        assert [line.split()[-1] for line in listed[1:]] == [OTHER.name, PLACE.name]
        play = Play(wait=False)
        async with working(valkey_url, play):
            record = await until_ended(store, "c0ffee0123456789")
        assert (record.status, record.outcome) == ("done", Outcome.FULFILLED)
        assert "c0ffee0123456789" in play.begun

    async def test_a_story_that_crashes_is_tried_three_times_and_leaves_its_worker_alive(
        self, store: Store, notify: Notify, valkey_url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        play = Play(wait=False)
        play.crashes = [ZeroDivisionError("nmv_usr_secret") for _ in range(3)]
        async with working(valkey_url, play, replace(TIMING, lease=0.3)):
            await make(store, notify, "1")
            assert (await until_ended(store, "1")).status == "dead-letter"
            await make(store, notify, "2")
            assert (await until_ended(store, "2")).outcome is Outcome.FULFILLED
        assert play.begun == ["1", "1", "1", "2"]
        assert "ZeroDivisionError" in caplog.text
        assert "nmv_usr_secret" not in caplog.text

    async def test_one_that_nobody_can_read_ends_and_does_not_block_the_line(
        self, store: Store, notify: Notify, valkey_url: str
    ) -> None:
        play = Play(wait=False)
        async with working(valkey_url, play):
            await make(store, None, "unreadable")
            with redis.Redis.from_url(valkey_url) as raw:
                raw.hset(PLACE.key("job", "unreadable"), "request", "sealed with another key")
            await notify(PLACE, "unreadable", "epoch 0")
            await make(store, notify, "2")
            await until_ended(store, "2")
            view = await store.event_log.read(JobRef(PLACE, "unreadable"), "")
            assert view is not None
            assert (view.status, view.outcome) == ("done", Outcome.FAILED)


class _Knot:
    """Something that only the garbage collector takes away."""

    def __init__(self) -> None:
        self.itself = self


async def test_garbage_is_collected_at_rest(store: Store, notify: Notify, valkey_url: str) -> None:
    async with working(valkey_url, Play(wait=False)):
        old = _Knot()
        # As old as what an open stream holds on to.
        gc.collect()
        knot = weakref.ref(old)
        del old
        await make(store, notify, "1")
        await until(lambda: knot() is None)


async def _killed(url: str, manner: str) -> None:
    """Let a process begin a job and die over it, and let its lease run out."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.one_worker", url, manner), stdout=subprocess.PIPE
    )
    assert worker.stdout is not None
    line = await asyncio.wait_for(worker.stdout.readline(), PATIENCE)
    assert line.startswith(b"begun "), "it ended too early"
    if manner == "hang":
        worker.kill()
    await worker.communicate()
