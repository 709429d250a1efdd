"""Redis records, the vault and the journal's transitions, on a real Valkey."""

from __future__ import annotations

import asyncio
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr

from core.messages import Chat, IncomingMessage, Outcome, Person
from core.store import (
    CANCELLATIONS,
    Conversation,
    Created,
    FollowedElsewhere,
    JobRecord,
    JobRef,
    JobView,
    Store,
    Taken,
    Vault,
    job_id_of,
    key_from_file,
    open_store,
)
from tests.support.one_message import HERE, ME, SECRET
from tests.support.proxy import counting_proxy
from tests.support.waiting import PATIENCE, until

PLACE = Conversation.of(ME, HERE)
LONG = 60_000
"""Milliseconds that no test lasts."""


async def made(store: Store, job_id: str, *, press: str | None = None, attempt: str = "a") -> Created:
    created, _ = await store.journal.create(
        PLACE, job_id, attempt, f"request {job_id}", kind="music", press=press, address=f"at {job_id}"
    )
    return created


async def taken(store: Store, attempt: str = "w", lease_ms: int = LONG) -> Taken:
    found = await store.journal.take(PLACE, attempt, lease_ms)
    assert isinstance(found, Taken)
    return found


async def record(store: Store, job_id: str) -> JobRecord:
    found = await store.journal.load(PLACE, job_id)
    assert found is not None
    return found


async def view(store: Store, job_id: str, after: str, *, follower: str = "", claim: bool = False) -> JobView:
    found = await store.event_log.read(JobRef(PLACE, job_id), after, follower=follower, claim=claim)
    assert found is not None
    return found


def lapse(raw: redis.Redis, job_id: str) -> None:
    """Let the lease of a job run out now."""
    raw.hset(PLACE.key("job", job_id), "lease_until", 0)


class TestVault:
    def test_opens_what_it_sealed_for_the_same_owner_and_field_only(self) -> None:
        vault = Vault(SECRET)
        sealed = vault.seal("nmv_usr_x", "a", "token")
        assert "nmv_usr_x" not in sealed
        assert sealed != vault.seal("nmv_usr_x", "a", "token")
        assert vault.open(sealed, "a", "token") == "nmv_usr_x"
        assert vault.open(sealed, "b", "token") is None
        assert vault.open(sealed, "a", "other") is None
        assert Vault(SECRET + b"!").open(sealed, "a", "token") is None
        for damaged in ("", "v1|x", sealed[:-4] + "AAA=", "v2" + sealed[2:], sealed + "|"):
            assert vault.open(damaged, "a", "token") is None

    def test_refuses_a_short_secret(self) -> None:
        with pytest.raises(ValueError, match="16 bytes"):
            Vault(b"short")

    def test_many_processes_share_one_key_file(self, tmp_path: Path) -> None:
        path = tmp_path / "keys" / "secret"
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(lambda _: key_from_file(path), range(8)))
        assert len(keys) == 1
        assert len(keys.pop()) == 32
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(path.parent.iterdir()) == [path]


class TestPeople:
    async def test_a_person_keeps_one_client_id_for_good(self, store: Store, raw: redis.Redis) -> None:
        met = await asyncio.gather(*(store.people.meet("p") for _ in range(8)))
        assert len({person.client_id for person in met}) == 1
        assert raw.ttl("mb1:person:{p}") == -1

    async def test_what_is_kept_of_a_person_comes_back(self, store: Store, raw: redis.Redis) -> None:
        await store.people.keep_token("p", SecretStr("nmv_usr_secret"))
        await store.people.keep_language("p", "zh")
        for job_id, cost in (("1", 2.0), ("1", 2.0), ("2", 0.5)):
            await store.people.add_spent("p", job_id, cost)
        person = await store.people.meet("p")
        assert person.token == SecretStr("nmv_usr_secret")
        assert (person.language, person.spent) == ("zh", 2.5)
        assert "nmv_usr_" not in str(raw.hgetall("mb1:person:{p}"))

    async def test_a_token_of_another_person_is_worth_nothing(self, store: Store, raw: redis.Redis) -> None:
        await store.people.keep_token("p", SecretStr("nmv_usr_secret"))
        raw.hset("mb1:person:{q}", "token", str(raw.hget("mb1:person:{p}", "token")))
        assert (await store.people.meet("q")).token is None


class TestRuns:
    async def test_a_run_is_alone_unless_another_may_have_gone_on_beside_it(self, store: Store) -> None:
        runs = store.people
        first = await runs.join_run("p", "1", 60_000)
        assert await runs.leave_run("p", "1", first, over=True)
        second = await runs.join_run("p", "2", 60_000)
        third = await runs.join_run("p", "3", 60_000)
        assert not await runs.leave_run("p", "2", second, over=True)
        assert not await runs.leave_run("p", "3", third, over=True)
        assert await runs.leave_run("q", "4", await runs.join_run("q", "4", 60_000), over=True)

    async def test_what_nobody_saw_end_counts_until_it_can_not_go_on(self, store: Store) -> None:
        runs = store.people
        left = await runs.join_run("p", "left", 50)
        assert await runs.leave_run("p", "left", left, over=False)
        # The same run, picked up again, is not another one.
        assert (await runs.join_run("p", "left", 50)).alone
        assert not (await runs.join_run("p", "next", 60_000)).alone
        await asyncio.sleep(0.06)
        assert (await runs.join_run("p", "next", 60_000)).alone

    async def test_its_keys_have_a_lifetime(self, store: Store, raw: redis.Redis) -> None:
        await store.people.join_run("p", "1", 60_000)
        assert all(0 < raw.ttl(str(key)) <= 600 for key in raw.scan_iter("mb1:*"))


class TestCreate:
    async def test_a_message_makes_one_job(self, store: Store) -> None:
        said = IncomingMessage(Person("test", "7"), Chat("test", "42"), "m1")
        job_id = job_id_of(said)
        assert job_id_of(said) == job_id
        assert await made(store, job_id) == "new"
        assert await made(store, job_id, attempt="b") == "known"
        # The client repeats a call whose reply was lost: the maker is still the maker, and waits in line once.
        assert await made(store, job_id) == "new"
        assert await store.journal.queue(PLACE) == [job_id]

    async def test_a_second_press_is_the_same_until_its_job_is_long_done(self, store: Store, raw: redis.Redis) -> None:
        assert await made(store, "1", press="j1:export:x") == "new"
        pressed = partial(store.journal.create, PLACE, kind="export", press="j1:export:x")
        assert await pressed("2", "b", "") == ("pressed", "1")
        assert await made(store, "3", press="j1:export:y") == "new"
        await store.journal.end(PLACE, "1", (await taken(store)).epoch, Outcome.FULFILLED)
        assert await pressed("2", "b", "") == ("pressed", "1")
        raw.hset(PLACE.key("job", "1"), "created", 1)
        # Delivered once more, as after a crash of the gateway, that second press is still the same.
        assert await pressed("2", "c", "") == ("pressed", "1")
        assert await pressed("4", "d", "") == ("new", "3")

    async def test_a_line_is_not_endless(self, store: Store) -> None:
        assert [await made(store, str(number)) for number in range(11)] == [*["new"] * 10, "full"]
        assert await store.journal.load(PLACE, "10") is None

    async def test_what_made_it_and_where_it_is_shown_is_sealed_and_comes_back(
        self, store: Store, raw: redis.Redis
    ) -> None:
        await made(store, "1")
        kept = str(raw.hgetall(PLACE.key("job", "1")))
        assert "request 1" not in kept
        assert "at 1" not in kept
        job = await record(store, "1")
        assert (job.request, job.address, job.kind) == ("request 1", "at 1", "music")
        await store.event_log.read(JobRef(PLACE, "1"), "", follower="we", claim=True)
        await store.event_log.keep_delivery(JobRef(PLACE, "1"), "we", "all of it")
        assert "all of it" not in str(raw.hgetall(PLACE.key("job", "1")))
        assert (await record(store, "1")).delivery == "all of it"

    async def test_what_is_gone_is_not_made_again_by_whoever_speaks_of_it(self, store: Store, raw: redis.Redis) -> None:
        gone = JobRef(PLACE, "gone")
        await store.event_log.keep_delivery(gone, "we", "nothing")
        assert await store.event_log.read(gone, "", follower="we", claim=True) is None
        await store.journal.finish(PLACE, "gone", "send", "x")
        assert await store.journal.cancel(PLACE, "gone") == "gone"
        assert raw.exists(PLACE.key("job", "gone")) == 0


class TestTake:
    async def test_only_a_lease_that_ran_out_counts_as_a_lost_worker(self, store: Store, raw: redis.Redis) -> None:
        await made(store, "1")
        await taken(store, "a")
        await store.journal.release(PLACE, "1", 1)
        await store.journal.release(PLACE, "1", 1)
        # Its keeper may be a moment late.
        assert await store.journal.renew(PLACE, "1", 1, LONG) == "fenced"
        assert await store.journal.head(PLACE) == ("1", 1, False)
        assert await taken(store, "b") == Taken("1", 2, 0, None)
        lapse(raw, "1")
        assert await taken(store, "c") == Taken("1", 3, 1, None)
        # The same one, after a lost reply, is not another lost worker; even where that took longer than the lease, as
        # long as nobody else has it.
        assert await taken(store, "c") == Taken("1", 3, 1, None)
        lapse(raw, "1")
        assert await taken(store, "c") == Taken("1", 3, 1, None)
        await store.journal.release(PLACE, "1", 3)
        assert await taken(store, "d") == Taken("1", 4, 1, None)

    async def test_who_lost_the_lease_can_make_no_dead_letter_of_the_job(self, store: Store, raw: redis.Redis) -> None:
        await made(store, "1")
        await taken(store, "mine")
        lapse(raw, "1")
        await taken(store, "theirs")
        assert await store.journal.dead_letter(PLACE, "1", 1, "no") is None
        assert await store.journal.queue(PLACE) == ["1"]
        assert await store.journal.take(PLACE, "third", LONG) == "busy"

    async def test_ids_of_jobs_that_are_gone_do_not_stop_the_line(self, store: Store, raw: redis.Redis) -> None:
        for number in ("1", "2"):
            await made(store, number)
        raw.delete(PLACE.key("job", "1"))
        assert await store.journal.head(PLACE) == ("2", 0, False)
        assert (await taken(store)).job_id == "2"
        assert await store.journal.queue(PLACE) == ["2"]
        assert await store.journal.head(PLACE) == ("2", 1, True)

    async def test_what_was_cancelled_under_a_worker_that_died_ends_and_the_next_one_is_taken(
        self, store: Store, raw: redis.Redis
    ) -> None:
        for number in ("1", "2"):
            await made(store, number)
        await taken(store)
        assert await store.journal.cancel(PLACE, "1") == "running"
        assert await taken(store) == Taken("1", 1, 0, None)
        lapse(raw, "1")
        assert (await taken(store, "v")).job_id == "2"
        assert (await record(store, "1")).outcome is Outcome.CANCELLED
        assert await store.journal.queue(PLACE) == ["2"]


class TestSteps:
    async def test_a_step_is_gone_into_once(self, store: Store) -> None:
        await made(store, "1")
        await taken(store)
        begin = store.journal.begin
        assert await begin(PLACE, "1", 1, "send", "try") == ("go", "")
        # The same attempt asks again after a lost reply; any other one must not send.
        assert await begin(PLACE, "1", 1, "send", "try") == ("go", "")
        assert await begin(PLACE, "1", 1, "send", "other") == ("unknown", "")
        await store.journal.finish(PLACE, "1", "send", "first")
        await store.journal.finish(PLACE, "1", "send", "second")
        assert await begin(PLACE, "1", 1, "send", "other") == ("done", "first")

    async def test_a_late_result_is_taken(self, store: Store, raw: redis.Redis) -> None:
        await made(store, "1")
        await taken(store, "w")
        lapse(raw, "1")
        await taken(store, "v")
        await store.journal.finish(PLACE, "1", "send", "late")
        assert await store.journal.begin(PLACE, "1", 2, "send", "x") == ("done", "late")

    async def test_an_intent_that_is_not_on_disk_in_time_is_logged_and_goes_on(
        self, store: Store, raw: redis.Redis, caplog: pytest.LogCaptureFixture
    ) -> None:
        raw.config_set("appendfsync", "no")
        raw.config_set("appendonly", "yes")
        try:
            await made(store, "1")
            await store.journal.take(PLACE, "w", 5000)
            assert await store.journal.begin(PLACE, "1", 1, "send", "x") == ("go", "")
            assert "Cannot confirm a write" in caplog.text
            caplog.clear()
            raw.config_set("appendfsync", "always")
            assert await store.journal.begin(PLACE, "1", 1, "send again", "x") == ("go", "")
            assert not caplog.text
        finally:
            raw.config_set("appendonly", "no")
            raw.config_set("appendfsync", "everysec")


class TestEnd:
    async def test_it_ends_once_and_tells_who_is_next_each_time(self, store: Store) -> None:
        for number in ("1", "2"):
            await made(store, number)
        await taken(store)
        assert await store.journal.end(PLACE, "1", 1, Outcome.FULFILLED) == "2"
        assert await store.journal.end(PLACE, "1", 1, Outcome.FAILED) == "2"
        job = await record(store, "1")
        assert (job.status, job.outcome) == ("done", Outcome.FULFILLED)
        assert job.begun is not None
        assert job.ended is not None
        assert job.created <= job.begun <= job.ended

    async def test_a_dead_letter_waits_outside_its_queue_until_it_is_put_back(
        self, store: Store, raw: redis.Redis
    ) -> None:
        for number in ("1", "2"):
            await made(store, number)
        await taken(store)
        raw.expire(PLACE.key("job", "1"), 60)
        assert await store.journal.dead_letter(PLACE, "1", 1, "because") == "2"
        assert await store.journal.dead_letter(PLACE, "1", 1, "because") == "2"
        assert raw.ttl(PLACE.key("job", "1")) > 89 * 86400
        assert await store.job_index.dead_letters() == [JobRef(PLACE, "1")]
        job = await record(store, "1")
        assert (job.status, job.outcome, job.reason) == ("dead-letter", Outcome.FAILED, "because")
        assert await store.journal.queue(PLACE) == ["2"]
        assert await store.journal.requeue(PLACE, "2") is None
        assert await store.journal.requeue(PLACE, "gone") is None
        for _ in range(2):
            assert await store.journal.requeue(PLACE, "1") == 2
        assert await store.job_index.dead_letters() == []
        assert await store.journal.queue(PLACE) == ["2", "1"]
        await store.journal.cancel(PLACE, "2")
        assert await taken(store, "v") == Taken("1", 3, 0, None)
        job = await record(store, "1")
        assert (job.status, job.outcome, job.reason) == ("open", None, None)
        assert await store.journal.requeue(PLACE, "1") is None

    async def test_lost_workers_and_a_cancel_from_before_do_not_count_after_a_requeue(
        self, store: Store, raw: redis.Redis
    ) -> None:
        await made(store, "1")
        await taken(store, "a")
        lapse(raw, "1")
        assert (await taken(store, "b")).lost == 1
        await store.journal.cancel(PLACE, "1")
        await store.journal.dead_letter(PLACE, "1", 2, "because")
        await store.journal.requeue(PLACE, "1")
        assert (await taken(store, "c")).lost == 0
        assert await store.journal.renew(PLACE, "1", 4, LONG) == "kept"


class TestCancel:
    async def test_it_takes_back_at_once_or_leaves_a_mark(self, store: Store) -> None:
        for number in ("1", "2"):
            await made(store, number)
        await taken(store)
        for _ in range(2):
            assert await store.journal.cancel(PLACE, "2") == "queued"
            assert await store.journal.cancel(PLACE, "1") == "running"
        assert await store.journal.queue(PLACE) == ["1"]
        assert await store.journal.renew(PLACE, "1", 1, LONG) == "cancel"
        await store.journal.end(PLACE, "1", 1, Outcome.CANCELLED)
        assert await store.journal.queue(PLACE) == []
        await made(store, "4")
        await store.journal.end(PLACE, "4", (await taken(store)).epoch, Outcome.FULFILLED)
        assert await store.journal.cancel(PLACE, "4") == "done"
        assert (await record(store, "4")).outcome is Outcome.FULFILLED

    async def test_what_nobody_works_on_any_more_ends_at_once_and_its_worker_is_fenced(
        self, store: Store, raw: redis.Redis
    ) -> None:
        await made(store, "1")
        await taken(store)
        lapse(raw, "1")
        for _ in range(2):
            assert await store.journal.cancel(PLACE, "1") == "interrupted"
        assert await store.journal.renew(PLACE, "1", 1, LONG) == "fenced"
        await store.journal.end(PLACE, "1", 1, Outcome.FULFILLED)
        assert (await record(store, "1")).outcome is Outcome.CANCELLED
        assert await store.journal.take(PLACE, "v", LONG) == "none"


class TestShown:
    async def test_what_was_shown_comes_in_order_once_and_sealed(self, store: Store, raw: redis.Redis) -> None:
        await made(store, "1")
        await taken(store)
        for number, words in enumerate(("first", "second"), 1):
            for _ in range(2):
                assert await store.event_log.append(JobRef(PLACE, "1"), 1, number, words)
        seen = await view(store, "1", "")
        assert [event for _, event in seen.entries] == ["first", "second"]
        assert "first" not in str(raw.xrange(PLACE.key("job", "1", "events")))
        rest = await view(store, "1", seen.entries[0][0])
        assert [event for _, event in rest.entries] == ["second"]

    async def test_the_words_of_the_next_worker_come_behind_those_of_the_last(
        self, store: Store, raw: redis.Redis
    ) -> None:
        await made(store, "1")
        await taken(store, "a")
        for number in range(1, 4):
            await store.event_log.append(JobRef(PLACE, "1"), 1, number, f"old {number}")
        lapse(raw, "1")
        await taken(store, "b")
        assert await store.event_log.append(JobRef(PLACE, "1"), 2, 1, "new")
        assert not await store.event_log.append(JobRef(PLACE, "1"), 1, 4, "late")
        seen = await view(store, "1", "1-2")
        assert [event for _, event in seen.entries] == ["old 3", "new"]

    async def test_of_drawings_only_the_last_20_are_kept_and_of_words_all(self, store: Store, raw: redis.Redis) -> None:
        await made(store, "1")
        await taken(store)
        add = partial(store.event_log.append, JobRef(PLACE, "1"), 1)
        await add(1, "words")
        for number in range(2, 50):
            for _ in range(2):
                await add(number, f"{number} %", progress=True)
        await add(50, "more words")
        assert raw.xlen(PLACE.key("job", "1", "events")) == 22
        seen = await view(store, "1", "")
        assert [event for _, event in seen.entries] == [
            "words",
            *(f"{number} %" for number in range(30, 50)),
            "more words",
        ]

    async def test_more_than_a_handful_comes_in_portions(self, store: Store) -> None:
        await made(store, "1")
        await taken(store)
        for number in range(1, 151):
            await store.event_log.append(JobRef(PLACE, "1"), 1, number, str(number))
        first = await view(store, "1", "")
        assert first.more
        second = await view(store, "1", first.entries[-1][0])
        assert not second.more
        assert [event for _, event in (*first.entries, *second.entries)] == [str(n) for n in range(1, 151)]

    async def test_who_waits_sees_what_is_ahead_and_how_it_ended(self, store: Store) -> None:
        for number in ("1", "2", "3"):
            await made(store, number)
        await taken(store)
        waiting = await view(store, "3", "")
        running, queued = waiting.ahead
        assert (running[0], queued) == ("music", ("music", None))
        assert running[1] is not None
        assert 0 <= running[1] < 60
        await store.journal.end(PLACE, "1", 1, Outcome.REFUSED)
        ended = await view(store, "1", "")
        assert (ended.status, ended.outcome, ended.ahead) == ("done", Outcome.REFUSED, [])
        assert await store.event_log.read(JobRef(PLACE, "gone"), "") is None

    async def test_who_only_looks_may_while_somebody_follows(self, store: Store) -> None:
        await made(store, "1")
        for follower in ("we", "they"):
            await store.event_log.read(JobRef(PLACE, "1"), "", follower=follower, claim=True)
        with pytest.raises(FollowedElsewhere):
            await store.event_log.keep_delivery(JobRef(PLACE, "1"), "we", "1-1")
        assert await store.event_log.read(JobRef(PLACE, "1"), "")


class TestIndex:
    async def test_a_place_is_overdue_for_one_at_a_time(self, store: Store) -> None:
        await made(store, "1")
        assert (await store.job_index.overdue(LONG))[0] == []
        await asyncio.sleep(0.002)
        found = await asyncio.gather(*(store.job_index.overdue(1) for _ in range(2)))
        assert sorted(overdue for overdue, _ in found) in ([[], [PLACE]], [[PLACE], [PLACE]])
        assert (await store.job_index.overdue(LONG))[0] == []

    async def test_a_place_is_dropped_unless_it_was_marked_since(self, store: Store, raw: redis.Redis) -> None:
        for number in range(100):
            raw.delete("mb1:open")
            await made(store, f"{number}")
            # Mostly within one millisecond.
            seen = (await store.job_index.overdue(0))[1]
            await made(store, f"{number}")
            await store.job_index.drop_open(PLACE, seen)
            assert await store.job_index.open_conversations() == [PLACE]
        await asyncio.sleep(0.005)
        seen = (await store.job_index.overdue(0))[1]
        for _ in range(2):
            await store.job_index.drop_open(PLACE, seen)
        assert await store.job_index.open_conversations() == []

    async def test_a_job_whose_gateway_shows_no_sign_of_life_is_adopted_once(self, store: Store) -> None:
        name, other = JobRef(PLACE, "1"), JobRef(PLACE, "2")
        show = partial(store.journal.create, PLACE, attempt="a", request="", kind="music", address="here")
        await show("1", lease_ms=LONG)
        # Not new: who shows it already goes on.
        await show("1", lease_ms=0)
        await show("2", lease_ms=0)
        assert await store.job_index.adopt("test", LONG) == [other]
        assert await store.job_index.adopt("test", LONG) == []
        await store.job_index.go_on_showing("test", [name, other], 0)
        assert sorted(map(str, await store.job_index.adopt("test", LONG))) == [str(name), str(other)]
        await store.job_index.shown(name, "test")
        # A sign of life that comes late brings nothing back.
        await store.job_index.go_on_showing("test", [name], LONG)
        assert list(await store.job_index.to_show("test")) == [other]
        assert await store.job_index.adopt("another", LONG) == []

    async def test_every_key_has_a_lifetime_that_its_use_renews(self, store: Store, raw: redis.Redis) -> None:
        await made(store, "dead")
        await store.journal.dead_letter(PLACE, "dead", (await taken(store)).epoch, "because")
        raw.delete(PLACE.key("job", "dead"))
        await made(store, "1", press="p")
        await taken(store)
        await store.journal.begin(PLACE, "1", 1, "send", "x")
        await store.event_log.append(JobRef(PLACE, "1"), 1, 1, "words")
        await store.durations.add("music", [("", 1.5)])
        keys = [str(key) for key in raw.scan_iter("mb1:*")]
        assert len(keys) == 8
        # Beside them only the version, which stays for good.
        assert raw.dbsize() == 9
        assert raw.ttl("mb:schema") == -1
        for key in keys:
            assert 89 * 86400 < raw.ttl(key) <= 90 * 86400
            raw.expire(key, 60)
        await store.journal.renew(PLACE, "1", 1, LONG)
        assert raw.ttl(PLACE.key("job", "1")) > 89 * 86400
        raw.expire(PLACE.key("job", "1"), 60)
        await made(store, "1")
        await store.event_log.append(JobRef(PLACE, "1"), 1, 2, "words")
        raw.expire(PLACE.key("job", "1", "events"), 60)
        await store.journal.end(PLACE, "1", 1, Outcome.FULFILLED)
        for key in (PLACE.key("job", "1"), PLACE.key("job", "1", "events"), "mb1:open"):
            assert raw.ttl(key) > 89 * 86400


class TestTook:
    async def test_medians_are_told_once_there_are_enough(self, store: Store) -> None:
        for seconds in (1.0, 9.0):
            await store.durations.add("music", [("", seconds)])
        assert await store.durations.usually("music") is None
        for seconds in (2.0, 3.0, 2.5):
            await store.durations.add("edit", [("", seconds)])
            await store.durations.add("edit", [("composing", seconds / 2)])
        assert await store.durations.stages("edit") == {"": 2.5, "composing": 1.25}

    async def test_what_a_second_time_would_double_is_not_sent_again_where_its_reply_got_lost(
        self, valkey_url: str, raw: redis.Redis
    ) -> None:
        async with counting_proxy(valkey_url) as proxy:
            async with open_store(proxy.url.replace("http://", "redis://"), Vault(SECRET)) as store:
                lost = proxy.catch(b"LPUSH", freeze=False)
                await store.durations.add("music", [("", 1.5)])
            assert lost.caught.is_set()
        assert raw.lrange("mb1:durations:music", 0, -1) == [":1500"]

    async def test_only_the_last_ones_are_kept(self, store: Store, raw: redis.Redis) -> None:
        for _ in range(205):
            await store.durations.add("music", [("", 1)])
        assert raw.llen("mb1:durations:music") == 200


class TestPauses:
    async def test_a_pause_ends_by_itself_or_when_it_is_told_to(self, store: Store) -> None:
        assert await store.pauses.remaining("test:42") == 0
        await store.pauses.pause("test:42", 7200)
        assert 7190 < await store.pauses.remaining("test:42") <= 7200
        await store.pauses.pause("test:42", 0.05)
        await asyncio.sleep(0.06)
        assert await store.pauses.remaining("test:42") == 0
        await store.pauses.pause("test:42", 60)
        await store.pauses.resume("test:42")
        assert await store.pauses.remaining("test:42") == 0

    async def test_one_in_a_while_may_try(self, store: Store, raw: redis.Redis) -> None:
        await store.pauses.pause("usual", 60)
        assert [await store.pauses.may_try("usual") for _ in range(2)] == [True, False]
        raw.delete("mb1:pause:usual:try")
        assert await store.pauses.may_try("usual")


class TestNews:
    async def test_a_hint_rings_for_its_job_only(self, store: Store) -> None:
        for number in ("1", "2"):
            await made(store, number)
        await taken(store)
        # The first ring tells that somebody listens.
        with store.pubsub.of("1") as one, store.pubsub.of("2") as two, store.pubsub.of("1", CANCELLATIONS) as stop:
            async with asyncio.timeout(PATIENCE):
                while not one.is_set():
                    await store.event_log.append(JobRef(PLACE, "1"), 1, 1, "words")
                    await store.journal.cancel(PLACE, "1")
                    await store.event_log.append(JobRef(PLACE, "1"), 1, 2, "more words")
                    await asyncio.sleep(0.01)
                await stop.wait()
                two.clear()
                await store.event_log.append(JobRef(PLACE, "1"), 1, 3, "words")
            assert not two.is_set()
            one.clear()
            await store.journal.end(PLACE, "1", 1, Outcome.CANCELLED)
            async with asyncio.timeout(PATIENCE):
                await one.wait()

    async def test_progress_comes_with_its_hint_as_long_as_nothing_before_it_is_missing(self, store: Store) -> None:
        await made(store, "1")
        await taken(store)
        ref = JobRef(PLACE, "1")

        async def append(number: int, event: str, *, progress: bool) -> None:
            hint.clear()
            await store.event_log.append(ref, 1, number, event, progress=progress)
            await asyncio.wait_for(hint.wait(), PATIENCE)

        with store.pubsub.of("1") as hint:
            await until(lambda: store.pubsub.listening)
            await append(1, "begun", progress=True)
            await append(2, "half", progress=True)
            assert store.event_log.opened(ref, "1-0", hint) == [("1-1", "begun"), ("1-2", "half")]
            # What must arrive is read.
            await append(3, "words", progress=False)
            await append(4, "more", progress=True)
            assert not store.event_log.opened(ref, "1-2", hint)
            await append(5, "done", progress=True)
            assert store.event_log.opened(ref, "1-4", hint) == [("1-5", "done")]

    async def test_after_a_break_everybody_looks(self, store: Store, raw: redis.Redis) -> None:
        with store.pubsub.of("1") as one, store.pubsub.of("2", CANCELLATIONS) as stop:
            async with asyncio.timeout(PATIENCE):
                await one.wait()
                one.clear()
                stop.clear()
                raw.client_kill_filter(_type="pubsub")
                await one.wait()
                await stop.wait()


async def test_scripts_are_loaded_again_after_a_restart_of_redis(store: Store, raw: redis.Redis) -> None:
    await made(store, "1")
    raw.script_flush()
    assert await made(store, "2") == "new"


def test_places_with_odd_names_stay_apart() -> None:
    pairs = [("a:b", "c"), ("a", "b:c"), ("a}", "{c"), ("a/b", "c"), ("a", "b/c")]
    tags = {Conversation.of(Person("t", person), Chat("t", chat)).tag for person, chat in pairs}
    assert len(tags) == len(pairs)
    assert all(tag.count("{") == tag.count("}") == 1 for tag in tags)


async def test_where_nobody_waits_that_is_counted(store: Store) -> None:
    assert await store.job_index.count_open() == 0
