"""Any order of events in one place: workers and gateways that come, stall and die, lost replies, cancels, repeats.

Everything runs on a real Valkey. Time passes where the machine says so: a lease runs out when it is told to, so that
what fails once fails again.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from core.events import EventWriter, from_json
from core.jobs.job import Fenced
from core.messages import Chat, Outcome, Person, Text
from core.store import (
    Conversation,
    FollowedElsewhere,
    JobRecord,
    JobRef,
    Store,
    Taken,
    Vault,
    open_store,
)

PLACE = Conversation.of(Person("test", "7"), Chat("test", "42"))
LONG = 60_000
T = TypeVar("T")


@dataclass(eq=False)
class Working:
    """A worker that took a job, alive or not: one that is thought dead may still speak."""

    job_id: str
    epoch: int
    writer: EventWriter
    may_send: bool = False
    gave_back: bool = False
    said: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Gateway:
    """Who shows a job, up to an entry."""

    job_id: str
    by: str
    last: str = ""


class Jobs(RuleBasedStateMachine):
    """The model knows what may have happened; the store must never do more."""

    def __init__(self, runner: asyncio.Runner, store: Store, raw: redis.Redis) -> None:
        super().__init__()
        self.runner, self.store, self.raw = runner, store, raw
        self.raw.flushall()
        self.ids = itertools.count()
        self.made: list[str] = []
        self.workers: list[Working] = []
        self.holder: Working | None = None
        self.gateways: list[Gateway] = []
        self.sent: Counter[str] = Counter()
        self.got: dict[str, list[str]] = {}
        self.ended: dict[str, Outcome] = {}

    def do(self, call: Callable[[], Awaitable[T]], *, reply_lost: bool = False) -> T:
        """Call; where the first reply was lost, call once more, which must answer the same."""

        async def called() -> T:
            answer = await call()
            if reply_lost:
                assert await call() == answer
            return answer

        return self.runner.run(called())

    def new_id(self) -> str:
        return f"id{next(self.ids)}"

    def record(self, job_id: str) -> JobRecord:
        record = self.do(lambda: self.store.journal.load(PLACE, job_id))
        assert record is not None
        return record

    # What people do.

    @rule(message=st.integers(0, 2), reply_lost=st.booleans())
    def a_message_comes(self, message: int, reply_lost: bool) -> None:
        job_id, attempt = f"m{message}", self.new_id()
        created, _ = self.do(
            lambda: self.store.journal.create(PLACE, job_id, attempt, job_id, kind="music"),
            reply_lost=reply_lost,
        )
        assert created == ("known" if job_id in self.made else "new")
        if created == "new":
            self.made.append(job_id)
            self.got[job_id] = []

    @precondition(lambda self: self.made)
    @rule(data=st.data(), reply_lost=st.booleans())
    def somebody_cancels(self, data: st.DataObject, reply_lost: bool) -> None:
        job_id = data.draw(st.sampled_from(self.made))
        before = self.record(job_id)
        answer = self.do(lambda: self.store.journal.cancel(PLACE, job_id), reply_lost=reply_lost)
        if before.done:
            cancelled = before.outcome is Outcome.CANCELLED
            assert answer in (("queued", "interrupted") if cancelled else ("done",))
        else:
            assert answer != "gone"

    # What workers do.

    @rule(reply_lost=st.booleans())
    def a_worker_comes(self, reply_lost: bool) -> None:
        attempt = self.new_id()
        holder = self.holder if self.holder and self.is_current(self.holder) else None
        taken = self.do(lambda: self.store.journal.take(PLACE, attempt, LONG), reply_lost=reply_lost)
        if holder:
            assert taken == "busy"
        if isinstance(taken, Taken):
            # Nobody else works in this place, as far as the journal knows: those before are fenced.
            assert taken.epoch > max((it.epoch for it in self.workers if it.job_id == taken.job_id), default=0)
            ref = JobRef(PLACE, taken.job_id)
            writer = EventWriter(self.store.event_log, ref, taken.epoch, pace=0, still_after=60)
            self.holder = Working(taken.job_id, taken.epoch, writer)
            self.workers.append(self.holder)
        elif taken == "none":
            assert all(self.record(job_id).done for job_id in self.made)

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), reply_lost=st.booleans())
    def it_renews(self, data: st.DataObject, reply_lost: bool) -> None:
        it = data.draw(st.sampled_from(self.workers))
        lease = self.do(lambda: self.store.journal.renew(PLACE, it.job_id, it.epoch, LONG), reply_lost=reply_lost)
        assert (lease == "fenced") == (it.gave_back or not self.is_current(it))
        if lease != "fenced":
            self.holder = it

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), reply_lost=st.booleans(), fate=st.sampled_from(["stalls", "pays", "pays and notes"]))
    def it_begins_to_pay(self, data: st.DataObject, reply_lost: bool, fate: str) -> None:
        """It stalls then, perhaps for ever, or pays; and it may die before it has noted that."""
        it = data.draw(st.sampled_from(self.workers))
        attempt, current = self.new_id(), self.is_current(it)
        begun = self.do(
            lambda: self.store.journal.begin(PLACE, it.job_id, it.epoch, "send", attempt),
            reply_lost=reply_lost,
        )
        assert (begun[0] == "fenced") == (not current)
        if begun[0] == "go":
            it.may_send = True
            if fate != "stalls":
                self.pay(it, noted=fate == "pays and notes", reply_lost=reply_lost)

    @precondition(lambda self: any(it.may_send for it in self.workers))
    @rule(data=st.data(), reply_lost=st.booleans(), noted=st.booleans())
    def it_pays(self, data: st.DataObject, reply_lost: bool, noted: bool) -> None:
        """Perhaps long after it lost the job."""
        it = data.draw(st.sampled_from([it for it in self.workers if it.may_send]))
        self.pay(it, noted=noted, reply_lost=reply_lost)

    def pay(self, it: Working, *, noted: bool, reply_lost: bool) -> None:
        it.may_send = False
        self.sent[it.job_id] += 1
        if noted:
            self.do(lambda: self.store.journal.finish(PLACE, it.job_id, "send", "made"), reply_lost=reply_lost)

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), words=st.sampled_from(["begun", "result"]))
    def it_shows(self, data: st.DataObject, words: str) -> None:
        it = data.draw(st.sampled_from(self.workers))
        self.show(it, words)

    def show(self, it: Working, words: str) -> None:
        """Show what a run of this job shows once."""
        if words in it.said:
            return
        current = self.is_current(it)
        try:
            self.do(lambda: it.writer.show(Text(f"{it.job_id} {words}")))
        except Fenced:
            assert not current
        else:
            it.said.add(words)

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), outcome=st.sampled_from([Outcome.FULFILLED, Outcome.FAILED]), reply_lost=st.booleans())
    def it_ends_the_job(self, data: st.DataObject, outcome: Outcome, reply_lost: bool) -> None:
        it = data.draw(st.sampled_from(self.workers))
        if outcome is Outcome.FULFILLED and self.is_current(it):
            self.show(it, "result")
        self.do(lambda: self.store.journal.end(PLACE, it.job_id, it.epoch, outcome), reply_lost=reply_lost)

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), reply_lost=st.booleans())
    def it_gives_the_job_back(self, data: st.DataObject, reply_lost: bool) -> None:
        it = data.draw(st.sampled_from(self.workers))
        self.do(lambda: self.store.journal.release(PLACE, it.job_id, it.epoch), reply_lost=reply_lost)
        it.gave_back = it.gave_back or self.is_current(it)
        if it is self.holder:
            self.holder = None

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def its_lease_runs_out(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(self.workers)).job_id
        self.raw.eval(
            "if redis.call('HEXISTS', KEYS[1], 'lease_until') == 1 then"
            " redis.call('HSET', KEYS[1], 'lease_until', 0) end",
            1,
            PLACE.key("job", job_id),
        )
        if self.holder and self.holder.job_id == job_id:
            self.holder = None

    def finish(self, it: Working) -> None:
        """Do all that is left to do, as a worker that nothing happens to."""
        begin = partial(self.store.journal.begin, PLACE, it.job_id, it.epoch, "send", self.new_id())
        if self.do(begin)[0] == "go":
            self.sent[it.job_id] += 1
        self.show(it, "result")
        self.do(partial(self.store.journal.end, PLACE, it.job_id, it.epoch, Outcome.FULFILLED))

    def is_current(self, it: Working) -> bool:
        record = self.record(it.job_id)
        return record.status == "open" and record.epoch == it.epoch

    # What gateways do.

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def a_gateway_comes(self, data: st.DataObject) -> None:
        it = Gateway(data.draw(st.sampled_from(self.made)), self.new_id())
        self.claim(it)

    def claim(self, it: Gateway) -> None:
        """Begin to show a job where the last gateway stood, as if the first reply had been lost."""
        for _ in range(2):
            view = self.do(lambda: self.store.event_log.read(JobRef(PLACE, it.job_id), "", follower=it.by, claim=True))
        assert view is not None
        it.last = view.delivery or ""
        self.gateways.append(it)

    @precondition(lambda self: self.gateways)
    @rule(data=st.data(), reply_lost=st.booleans())
    def it_looks(self, data: st.DataObject, reply_lost: bool) -> None:
        self.look(data.draw(st.sampled_from(self.gateways)), reply_lost=reply_lost)

    def look(self, it: Gateway, *, reply_lost: bool = False) -> None:
        newest = [other for other in self.gateways if other.job_id == it.job_id][-1]
        try:
            seen = self.do(lambda: self.store.event_log.read(JobRef(PLACE, it.job_id), it.last, follower=it.by))
            assert seen is not None
            assert it is newest
            for entry, kept in seen.entries:
                event = from_json(kept or "")
                assert isinstance(event, Text)
                self.got[it.job_id].append(event.text)
                it.last = entry
                note = partial(self.store.event_log.keep_delivery, JobRef(PLACE, it.job_id), it.by, entry)
                self.do(note, reply_lost=reply_lost)
        except FollowedElsewhere:
            assert it is not newest

    # What must hold whatever happens.

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        assert all(count == 1 for count in self.sent.values())

    @invariant()
    def nothing_is_shown_twice(self) -> None:
        for texts in self.got.values():
            assert len(texts) == len(set(texts))

    @invariant()
    def what_has_ended_stays_as_it_ended(self) -> None:
        for job_id in self.made:
            if outcome := self.record(job_id).outcome:
                assert self.ended.setdefault(job_id, outcome) is outcome

    @invariant()
    def the_line_is_what_is_open_in_the_order_of_its_making(self) -> None:
        line = self.do(lambda: self.store.journal.queue(PLACE))
        assert line == [job_id for job_id in self.made if not self.record(job_id).done]

    def teardown(self) -> None:
        """Let one good worker and one good gateway finish everything: nothing was lost, nothing happens twice."""
        while any(not self.record(job_id).done for job_id in self.made):
            for it in list(self.workers):
                self.raw.hset(PLACE.key("job", it.job_id), "lease_until", 0)
            self.holder = None
            before = len(self.workers)
            self.a_worker_comes(reply_lost=False)
            for it in self.workers[before:]:
                self.finish(it)
        for job_id in self.made:
            gateway = Gateway(job_id, self.new_id())
            self.claim(gateway)
            self.look(gateway)
            if self.record(job_id).outcome is Outcome.FULFILLED:
                assert self.got[job_id].count(f"{job_id} result") == 1
        self.nothing_is_paid_twice()
        self.nothing_is_shown_twice()
        self.what_has_ended_stays_as_it_ended()
        self.the_line_is_what_is_open_in_the_order_of_its_making()


def test_no_order_of_events_pays_twice_shows_twice_ends_twice_or_loses_anything(valkey_url: str) -> None:
    with asyncio.Runner() as runner, redis.Redis.from_url(valkey_url) as raw:
        opening = open_store(valkey_url, Vault(b"the secret of the tests, 32 bytes"))
        store = runner.run(opening.__aenter__())
        try:
            run_state_machine_as_test(  # type: ignore[no-untyped-call]
                lambda: Jobs(runner, store, raw),
                settings=settings(
                    max_examples=100,
                    stateful_step_count=40,
                    deadline=None,
                    report_multiple_bugs=False,
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
                ),
            )
        finally:
            runner.run(opening.__aexit__(None, None, None))
