"""Redis records, the vault and the journal's transitions, on a real Valkey."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr

from core.errors import StoreUnavailable
from core.store import (
    Begin,
    Claim,
    Created,
    Lease,
    Place,
    SessionRecord,
    Store,
    TakenBack,
    Vault,
    job_id_of,
    key_from_file,
    open_store,
)
from core.words import Chat, Outcome, Person, Said

PLACE = Place.of(Person("test", "7"), Chat("test", "42"))
SECRET = b"0123456789abcdef-and-more"


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    async with open_store(valkey_url, Vault(SECRET)) as opened:
        yield opened


@pytest.fixture
def raw(valkey_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey_url, decode_responses=True) as client:
        yield client


async def made(store: Store, job_id: str, *, press: str | None = None, attempt: str = "a") -> Created:
    created, _ = await store.journal.create(PLACE, job_id, attempt, f"request {job_id}", press=press, alive_ms=5000)
    return created


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


class TestSessions:
    async def test_a_session_comes_back_and_lives_90_days(self, store: Store, raw: redis.Redis) -> None:
        record = SessionRecord(session_id="s", task_id=None, language="zh", title="lied", last_cost=1.0)
        await store.sessions.save(PLACE, record)
        assert await store.sessions.load(PLACE) == record
        assert 89 < raw.ttl(PLACE.session) / 86400 <= 90
        await store.sessions.forget(PLACE)
        assert await store.sessions.load(PLACE) is None


class TestJournal:
    async def test_a_message_makes_one_job(self, store: Store) -> None:
        said = Said(Person("test", "7"), Chat("test", "42"), "m1")
        job_id = job_id_of(said)
        assert job_id_of(said) == job_id
        assert await made(store, job_id) is Created.NEW
        assert await made(store, job_id, attempt="b") is Created.KNOWN
        # The client repeats a call whose reply was lost: the maker is still the maker, and waits in line once.
        assert await made(store, job_id) is Created.NEW
        assert await store.journal.line(PLACE) == [job_id]

    async def test_a_second_press_is_the_same_until_its_job_is_long_done(self, store: Store) -> None:
        assert await made(store, "1", press="j1:export:x") is Created.NEW
        created, stands = await store.journal.create(PLACE, "2", "b", "", press="j1:export:x", alive_ms=1)
        assert (created, stands) == (Created.PRESSED, "1")
        assert await made(store, "3", press="j1:export:y") is Created.NEW

    async def test_a_line_is_not_endless(self, store: Store) -> None:
        assert [await made(store, str(number)) for number in range(11)] == [*[Created.NEW] * 10, Created.FULL]

    async def test_first_come_first_served(self, store: Store) -> None:
        for number in range(3):
            await made(store, str(number))
        third = await store.journal.claim(PLACE, "2", "w2", 5000)
        assert (third.claim, third.ahead, third.first, third.first_alive) == (Claim.AHEAD, 2, "0", True)
        first = await store.journal.claim(PLACE, "0", "w0", 5000)
        assert (first.claim, first.epoch) == (Claim.CLAIMED, 1)
        await store.journal.end(PLACE, "0", 1, Outcome.FULFILLED)
        assert (await store.journal.claim(PLACE, "1", "w1", 5000)).claim is Claim.CLAIMED
        done = await store.journal.claim(PLACE, "0", "w3", 5000)
        assert (done.claim, done.outcome) == (Claim.DONE, Outcome.FULFILLED)

    async def test_a_lease_keeps_others_out_until_it_lapses_and_then_fences_its_holder(self, store: Store) -> None:
        await made(store, "1")
        mine = await store.journal.claim(PLACE, "1", "mine", 100)
        assert (await store.journal.claim(PLACE, "1", "mine", 100)).epoch == mine.epoch
        assert (await store.journal.claim(PLACE, "1", "theirs", 100)).claim is Claim.LEASED
        assert await store.journal.renew(PLACE, "1", mine.epoch, 1) is Lease.KEPT
        await asyncio.sleep(0.01)
        theirs = await store.journal.claim(PLACE, "1", "theirs", 5000)
        assert (theirs.claim, theirs.epoch) == (Claim.CLAIMED, mine.epoch + 1)
        assert await store.journal.renew(PLACE, "1", mine.epoch, 5000) is Lease.FENCED
        begun = await store.journal.begin(PLACE, "1", mine.epoch, "send", "x", paid=True)
        assert begun.begin is Begin.FENCED
        await store.journal.end(PLACE, "1", mine.epoch, Outcome.FAILED)
        assert await store.journal.line(PLACE) == ["1"]

    async def test_a_step_is_gone_into_once(self, store: Store) -> None:
        await made(store, "1")
        await store.journal.claim(PLACE, "1", "w", 5000)
        begin = store.journal.begin
        assert (await begin(PLACE, "1", 1, "send", "try", paid=True)).begin is Begin.GO
        # The same attempt asks again after a lost reply; any other one must not send.
        assert (await begin(PLACE, "1", 1, "send", "try", paid=True)).begin is Begin.GO
        assert (await begin(PLACE, "1", 1, "send", "other", paid=True)).begin is Begin.UNKNOWN
        await store.journal.finish(PLACE, "1", "send", "first")
        await store.journal.finish(PLACE, "1", "send", "second")
        done = await begin(PLACE, "1", 1, "send", "other", paid=True)
        assert (done.begin, done.result) == (Begin.DONE, "first")

    async def test_a_late_result_is_taken_but_none_of_a_job_that_is_gone(self, store: Store, raw: redis.Redis) -> None:
        await made(store, "1")
        await store.journal.claim(PLACE, "1", "w", 1)
        await asyncio.sleep(0.01)
        await store.journal.claim(PLACE, "1", "v", 5000)
        await store.journal.finish(PLACE, "1", "send", "late")
        assert (await store.journal.begin(PLACE, "1", 2, "send", "x", paid=True)).result == "late"
        await store.journal.finish(PLACE, "gone", "send", "x")
        assert raw.exists(PLACE.job("gone")) == 0

    async def test_an_abandoned_job_ahead_is_seen(self, store: Store) -> None:
        await store.journal.create(PLACE, "1", "a", "", press=None, alive_ms=1)
        await made(store, "2")
        await asyncio.sleep(0.01)
        assert (await store.journal.claim(PLACE, "2", "w", 5000)).first_alive is False

    async def test_a_released_job_may_be_taken_at_once(self, store: Store) -> None:
        await made(store, "1")
        await store.journal.claim(PLACE, "1", "w", 60_000)
        await store.journal.release(PLACE, "1", 1)
        assert (await store.journal.claim(PLACE, "1", "v", 60_000)).epoch == 2

    async def test_cancel_takes_back_at_once_or_leaves_a_mark(self, store: Store) -> None:
        for number in ("1", "2"):
            await made(store, number)
        await store.journal.claim(PLACE, "1", "w", 60_000)
        assert await store.journal.cancel(PLACE, "2") is TakenBack.QUEUED
        assert await store.journal.cancel(PLACE, "1") is TakenBack.RUNNING
        assert await store.journal.renew(PLACE, "1", 1, 60_000) is Lease.CANCEL
        await store.journal.end(PLACE, "1", 1, Outcome.CANCELLED)
        assert await store.journal.cancel(PLACE, "1") is TakenBack.DONE
        assert await store.journal.cancel(PLACE, "3") is TakenBack.GONE
        assert await store.journal.line(PLACE) == []

    async def test_the_request_is_sealed_and_comes_back(self, store: Store, raw: redis.Redis) -> None:
        await made(store, "1")
        assert "request 1" not in str(raw.hgetall(PLACE.job("1")))
        job = await store.journal.load(PLACE, "1")
        assert job is not None
        assert (job.request, job.done, job.outcome) == ("request 1", False, None)
        assert await store.journal.load(PLACE, "2") is None

    async def test_every_key_but_the_person_has_a_lifetime(self, store: Store, raw: redis.Redis) -> None:
        await made(store, "1", press="p")
        await store.journal.claim(PLACE, "1", "w", 5000)
        await store.journal.begin(PLACE, "1", 1, "send", "x", paid=True)
        keys = list(raw.scan_iter("*"))
        assert len(keys) == 3
        assert all(str(key).startswith("mb1:") and raw.ttl(key) > 89 * 86400 for key in keys)

    async def test_scripts_are_loaded_again_after_a_restart_of_redis(self, store: Store, raw: redis.Redis) -> None:
        await made(store, "1")
        raw.script_flush()
        assert await made(store, "2") is Created.NEW


def test_places_with_odd_names_stay_apart() -> None:
    pairs = [("a:b", "c"), ("a", "b:c"), ("a}", "{c"), ("a/b", "c"), ("a", "b/c")]
    tags = {Place.of(Person("t", person), Chat("t", chat)).tag for person, chat in pairs}
    assert len(tags) == len(pairs)
    assert all(tag.count("{") == tag.count("}") == 1 for tag in tags)


async def test_a_redis_that_is_away_is_said_without_its_address() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        async with open_store("unix:///nowhere/secret-place.sock", Vault(SECRET)):
            pass
    assert "secret-place" not in str(caught.value)
    assert caught.value.__cause__ is None
