"""Bad days of the store: full, a replica, a password, no Redis at all, another version; each told by name."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from pydantic import SecretStr

from bots.settings import Settings
from core import metrics
from core.commands import Action
from core.errors import StoreTrouble, StoreUnavailable
from core.flows.context import Request
from core.job_admin import JobAdmin
from core.jobs.engine import open_engine
from core.jobs.job import Job
from core.jobs.worker import Worker
from core.messages import Outcome, Person
from core.store import Conversation, JobRecord, JobRef, Store, Vault, check_store, open_store
from core.texts import LANGUAGES, catalogue
from tests.support.one_message import HERE, ME, SECRET, TIMING
from tests.support.program import Ended, Program
from tests.support.valkey import tcp_valkey
from tests.support.waiting import PATIENCE, until

PLACE = Conversation.of(ME, HERE)
_IDS = itertools.count()


def new_id() -> str:
    return f"id{next(_IDS)}"


async def trouble_of(url: str) -> StoreTrouble | None:
    """Return what is found wrong with a store, None where nothing is."""
    try:
        await check_store(url)
    except StoreUnavailable as error:
        found = error
    else:
        return None
    assert (urlsplit(url).password or "no password") not in str(found)
    return found.trouble


@contextmanager
def full(raw: redis.Redis) -> Iterator[None]:
    """Let a Redis take nothing more that costs memory."""
    raw.config_set("maxmemory-policy", "noeviction")
    raw.config_set("maxmemory", "1")
    try:
        yield
    finally:
        raw.config_set("maxmemory", "0")


async def made(store: Store, job_id: str, place: Conversation = PLACE) -> None:
    request = Request(action=Action.NEW, text="", language="en").to_json()
    created, _ = await store.journal.create(place, job_id, new_id(), request, kind="new", address="here")
    assert created == "new"


@asynccontextmanager
async def working(url: str, store: Store) -> AsyncIterator[list[str]]:
    """Run a worker that ends each job at once; gives their ids."""
    done: list[str] = []

    async def run(job: Job, _: JobRecord) -> Outcome:
        done.append(job.id)
        return Outcome.FULFILLED

    async with (
        open_engine(url) as (docket, notify),
        Worker(store, notify, run, TIMING, new_id, Path("nowhere")).working(docket, at_once=10, drain=0),
    ):
        yield done


def test_every_trouble_has_its_sentences() -> None:
    for language in LANGUAGES:
        for trouble in StoreTrouble:
            assert {f"console.store_{trouble}", f"doctor.store_{trouble}_mend"} <= set(catalogue(language))


async def test_a_password_that_is_missing_or_wrong() -> None:
    with tcp_valkey() as url:
        parts = urlsplit(url)
        assert await trouble_of(url) is None
        for word in ("", ":wrong@"):
            assert await trouble_of(f"redis://{word}{parts.hostname}:{parts.port}/0") is StoreTrouble.DENIED


async def test_a_user_who_may_only_read() -> None:
    with tcp_valkey("--user", "reader", "on", ">word", "~*", "&*", "+@read", "+ping") as url:
        parts = urlsplit(url)
        assert await trouble_of(f"redis://reader:word@{parts.hostname}:{parts.port}/0") is StoreTrouble.DENIED


async def test_a_replica_takes_nothing_in() -> None:
    with tcp_valkey() as primary, tcp_valkey("--replicaof", "127.0.0.1", str(urlsplit(primary).port)) as url:
        assert await trouble_of(url) is StoreTrouble.READ_ONLY


@pytest.mark.parametrize("waits", [False, True])
async def test_what_answers_is_a_web_server(waits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that answers anything, or one that waits for the end of a request."""

    async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await (reader.readuntil(b"\r\n\r\n") if waits else reader.read(1000))
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        writer.close()

    monkeypatch.setattr("core.store.client.ANSWER_WITHIN", 0.2)
    server = await asyncio.start_server(speak_http, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        assert await trouble_of(f"redis://{host}:{port}/0") is StoreTrouble.FOREIGN


async def test_a_database_that_is_not_there(valkey_url: str, tmp_path: Path) -> None:
    url = f"{valkey_url}?db=99"
    assert await trouble_of(url) is StoreTrouble.NO_DATABASE
    end = await asyncio.to_thread(Program(tmp_path, REDIS_URL=url, NEMO_API_URL="http://127.0.0.1:1").run, "worker")
    assert (end.status, "no database 99" in end.err, "serving" in end.err) == (1, True, False)


@pytest.mark.parametrize(("url", "number"), [("redis://h:1/7", "7"), ("rediss://h", "0"), ("unix:///s?db=3", "3")])
def test_the_database_that_is_asked_for(url: str, number: str) -> None:
    assert Settings(redis_url=SecretStr(url)).redis_database == number


@pytest.mark.parametrize(("role", "may_do_without"), [("worker", False), ("jobs", False), ("chat", True)])
def test_only_who_can_do_without_a_redis_of_its_own_is_told_so(role: str, may_do_without: bool, tmp_path: Path) -> None:
    program = Program(tmp_path, REDIS_URL="redis://127.0.0.1:1/0", NEMO_API_URL="http://127.0.0.1:1")
    end = program.run(role)
    assert end.status == 1
    assert "Redis does not answer" in end.err
    assert ("embedded" in end.err) is may_do_without


async def test_lost_hints_are_told_once_and_so_is_their_return(
    valkey_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(words: str) -> int:
        return sum(words in line for line in caplog.messages)

    monkeypatch.setattr("core.store.signals._AGAIN_AFTER", 0.01)
    caplog.set_level(logging.INFO)
    link = tmp_path / "s"
    link.symlink_to(valkey_url.removeprefix("unix://"))
    with redis.Redis.from_url(valkey_url) as raw:
        async with open_store(f"unix://{link}", Vault(SECRET)) as store:
            with store.pubsub.of("1") as rang:
                await asyncio.wait_for(rang.wait(), PATIENCE)
                for outage in (1, 2):
                    link.unlink()
                    rang.clear()
                    raw.client_kill_filter(_type="pubsub")
                    await until(lambda outage=outage: told("Cannot listen to hints") == outage)
                    # Time for many more tries.
                    await asyncio.sleep(0.1)
                    assert (told("Cannot listen to hints"), told("Hints from Redis")) == (
                        outage,
                        outage - 1,
                    )
                    link.symlink_to(valkey_url.removeprefix("unix://"))
                    await asyncio.wait_for(rang.wait(), PATIENCE)
                    await until(lambda outage=outage: told("Hints from Redis") == outage)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nowhere/secret-place.sock"])
async def test_nothing_answers_and_where_is_not_said(url: str) -> None:
    with pytest.raises(StoreUnavailable) as away:
        await check_store(url)
    assert away.value.trouble is StoreTrouble.AWAY
    assert "secret-place" not in str(away.value)
    assert away.value.__cause__ is None


async def test_keys_of_a_newer_version_are_left_alone(valkey_url: str, tmp_path: Path) -> None:
    with redis.Redis.from_url(valkey_url) as raw:
        raw.set("mb:schema", "2")
        assert await trouble_of(valkey_url) is StoreTrouble.NEWER
        end = await asyncio.to_thread(Program(tmp_path, REDIS_URL=valkey_url).chat, "/help")
        assert (end.status, "newer version" in end.err, "Traceback" in end.err) == (1, True, False)
        assert list(raw.scan_iter()) == [b"mb:schema"]


async def test_a_redis_with_another_secret_key_is_refused_with_what_to_do(valkey_url: str, tmp_path: Path) -> None:
    """Two keys on one Redis: each would take the other's wishes, and could read none of them."""

    async def help_with(key: str) -> Ended:
        return await asyncio.to_thread(Program(tmp_path, REDIS_URL=valkey_url, SECRET_KEY=key).chat, "/help")

    assert (await help_with("a" * 32)).status == 0
    refused = await help_with("b" * 32)
    assert (refused.status, "another SECRET_KEY" in refused.err, "mb1:key" in refused.err) == (1, True, True)
    doctor = Program(tmp_path, REDIS_URL=valkey_url, SECRET_KEY="b" * 32)
    assert "another SECRET_KEY" in (await asyncio.to_thread(doctor.run, "doctor")).out
    assert (await help_with("a" * 32)).status == 0
    with redis.Redis.from_url(valkey_url) as raw:
        raw.delete("mb1:key")
    assert (await help_with("b" * 32)).status == 0


async def test_at_the_embedded_store_a_lost_key_is_replaced(tmp_path: Path) -> None:
    program = Program(tmp_path)
    assert (await asyncio.to_thread(program.chat, "/help")).status == 0
    (program.data / "secret.key").unlink()
    assert (await asyncio.to_thread(program.chat, "/help")).status == 0


@pytest.mark.parametrize(("policy", "warned"), [("noeviction", False), ("allkeys-lru", True), ("volatile-ttl", True)])
async def test_a_redis_that_may_throw_jobs_away_is_warned_of(
    valkey_url: str, raw: redis.Redis, caplog: pytest.LogCaptureFixture, policy: str, warned: bool
) -> None:
    raw.config_set("maxmemory-policy", policy)
    try:
        await check_store(valkey_url)
    finally:
        raw.config_set("maxmemory-policy", "noeviction")
    assert ("maxmemory-policy" in caplog.text) is warned


async def test_a_full_store_is_told_and_goes_on_where_it_stopped_once_it_has_room(
    store: Store, valkey_url: str, raw: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "core.store.client")
    async with working(valkey_url, store) as done:
        await made(store, "before")
        await until(lambda: "before" in done)
        with full(raw):
            for _ in range(3):
                with pytest.raises(StoreUnavailable) as refused:
                    await made(store, "refused")
                assert refused.value.trouble is StoreTrouble.FULL
                await store.job_index.dead_letters()
            told = [line.levelname for line in caplog.records if line.name == "core.store.client"]
            assert (told, "Redis: full" in caplog.text) == (["WARNING"], True)
            assert await trouble_of(valkey_url) is StoreTrouble.FULL
            # Long enough for the engine and the sweep to meet it.
            await asyncio.sleep(TIMING.sweep)
        assert not raw.exists(PLACE.key("job", "refused"))
        await made(store, "after")
        await until(lambda: "after" in done)
        assert "Redis takes writes again" in caplog.text
        await until(lambda: raw.llen(PLACE.key("queue")) == 0)


async def test_what_is_measured_of_a_stage_is_given_up_where_redis_takes_nothing(
    store: Store, raw: redis.Redis
) -> None:
    with full(raw):
        await store.durations.add("music", [("", 1.5)])
    assert not raw.exists("mb1:durations:music")


async def test_who_is_full_still_starts_and_says_that_it_is_not_ready(
    store: Store, valkey_url: str, raw: redis.Redis
) -> None:
    with full(raw):
        async with open_store(valkey_url, Vault(SECRET)) as again, open_engine(valkey_url) as (_, notify):
            with pytest.raises(StoreUnavailable) as refused:
                await JobAdmin(again, notify).reach()
    assert refused.value.trouble is StoreTrouble.FULL


async def test_a_job_of_a_newer_version_is_left_to_a_newer_worker(
    store: Store, valkey_url: str, raw: redis.Redis
) -> None:
    await made(store, "newer")
    raw.hset(PLACE.key("job", "newer"), "format", 3)
    async with working(valkey_url, store) as done:
        await made(store, "ours", Conversation.of(Person("test", "8"), HERE))
        await until(lambda: "ours" in done)
        await asyncio.sleep(2 * TIMING.sweep)
        record = await store.journal.load(PLACE, "newer")
        assert record
        assert (record.status, record.epoch, record.lost) == ("open", 0, 0)
        # The newer worker is this one, once the job is in a form that it reads.
        raw.hset(PLACE.key("job", "newer"), "format", 2)
        await until(lambda: "newer" in done)


async def test_ten_thousand_waiting_jobs_cost_a_single_one_nothing_and_are_measured_at_a_bounded_price(
    store: Store, valkey_url: str, raw: redis.Redis
) -> None:
    """What a transition does is counted in commands of the server, those within scripts included."""
    places = [Conversation.of(Person("test", str(number)), HERE) for number in range(1000)]
    for first in range(0, 1000, 50):
        await asyncio.gather(*(_ten(store, place) for place in places[first : first + 50]))
    async with open_engine(valkey_url) as (_, notify):
        await JobAdmin(store, notify).measure()
        assert (metrics.CONVERSATIONS._value.get(), metrics.QUEUED._value.get()) == (1000, 10_000)
        assert metrics.OLDEST._value.get() > 0
        more = [f"test:42/test:{number}" for number in range(1000, 5000)]
        raw.zadd("mb1:open", dict.fromkeys(more, 1))
        desk = JobAdmin(store, notify)
        # A script for each of a thousand places, however many there are; and nothing once more in the same moment.
        for scripts in (1000, 0):
            raw.config_resetstat()
            await desk.measure()
            assert raw.info("commandstats").get("cmdstat_evalsha", {}).get("calls", 0) == scripts
        assert metrics.CONVERSATIONS._value.get() == 5000
        raw.zrem("mb1:open", *more)
    assert raw.info("memory")["used_memory"] < 10_000 * 2_000
    here = places[500]
    assert await _commands(raw, store.journal.take(here, "w", 60_000)) < 12
    assert await _commands(raw, store.journal.head(here)) < 10
    assert await _commands(raw, store.event_log.read(JobRef(here, "9"), "")) < 20
    assert await _commands(raw, store.journal.end(here, "0", 1, Outcome.FULFILLED)) < 15
    assert await _commands(raw, store.journal.cancel(here, "9")) < 15
    # A sweep, or a gateway that takes over, goes in portions.
    await asyncio.sleep(0.002)
    assert await _commands(raw, store.job_index.overdue(1)) < 110
    assert await _commands(raw, store.job_index.adopt("test", 60_000)) < 110


async def _commands(raw: redis.Redis, doing: Awaitable[object]) -> int:
    raw.config_resetstat()
    await doing
    stats: dict[str, dict[str, int]] = raw.info("commandstats")
    return sum(one["calls"] for one in stats.values())


async def _ten(store: Store, place: Conversation) -> None:
    for number in range(10):
        await made(store, str(number), place)
