"""Bad days of people and machines: who has blocked the bot, a clock that goes wrong, a platform that is away."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import redis
from pydantic import SecretStr

from bots import telegram
from bots.connecting import Link
from bots.health import Watch, watched
from bots.settings import Settings
from core.app import CoreConfig, Work, open_core
from core.jobs.notifier import open_notifier
from core.messages import Chat, Person
from core.nemo.model import Backend
from core.store import Conversation, Status, Store, Vault, open_store
from tests.support import telegram_server as telegrams
from tests.support.conversation import BRIEF, opened
from tests.support.faults import Fault
from tests.support.gateway import MANNERS, serving
from tests.support.one_message import PULSE, SECRET
from tests.support.ports import free_port
from tests.support.program import ROOT
from tests.support.scripted_api import RUN, ScriptedApi, calls, says, stream
from tests.support.telegram_server import TelegramServer, refusal, telegram_server

PLACE = Conversation.of(Person("telegram", "7"), Chat("telegram", "7"))


@asynccontextmanager
async def while_made(
    api: ScriptedApi, valkey_url: str, tmp_path: Path, go: asyncio.Event
) -> AsyncIterator[tuple[TelegramServer, Store]]:
    """Ask for a piece on Telegram, which is being made until `go`; its progress is on the screen."""
    api.on("POST", RUN, stream(calls("generate_music"), go, says("Here it is.")))
    async with (
        telegram_server() as server,
        opened(valkey_url, tmp_path / "work", api.url, BRIEF) as bot,
        open_store(valkey_url, Vault(SECRET)) as store,
        serving(server, bot),
    ):
        await server.say("/music calm piano")
        await api.receive("POST", RUN)
        await server.until(lambda: server.shown)
        yield server, store


def outage(text: str = "Bad Gateway", code: int = 502, times: int = 1000) -> list[Fault]:
    """Return what a Telegram does that takes no message."""
    return [Fault(method, refusal(code, text), times=times) for method in ("sendMessage", "editMessageText")]


async def test_the_job_of_a_person_who_blocked_the_bot_ends_quietly(
    api: ScriptedApi, valkey_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    go = asyncio.Event()
    caplog.set_level(logging.WARNING)
    async with while_made(api, valkey_url, tmp_path, go) as (server, store):
        server.faults += outage("Forbidden: bot was blocked by the user", 403)
        go.set()
        async with asyncio.timeout(20):
            while await store.journal.line(PLACE) or await store.job_index.to_show("telegram"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            while await store.job_index.open_places():  # noqa: ASYNC110 the sweep takes it out
                await asyncio.sleep(0.05)
    assert len(api.asked("POST", RUN)) == 1
    assert not [record for record in caplog.records if record.levelno > logging.WARNING]


async def test_a_result_waits_for_a_platform_that_is_away_for_longer_than_anybody_insists(
    api: ScriptedApi, valkey_url: str, tmp_path: Path
) -> None:
    go = asyncio.Event()
    async with while_made(api, valkey_url, tmp_path, go) as (server, store):
        faults = outage()
        server.faults += faults
        before = server.count("editMessageText")
        go.set()
        async with asyncio.timeout(20):
            while await store.journal.line(PLACE):  # noqa: ASYNC110 its absence is the only sign
                await asyncio.sleep(0.05)
            # More than one screen insists; a screen opened again has to try as well.
            while server.count("editMessageText") - before < 2 * (len(MANNERS.retries) + 1):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert await store.job_index.to_show("telegram")
        for fault in faults:
            server.faults.remove(fault)
        await server.until(lambda: any("Here it is." in message.text for message in server.shown))
        async with asyncio.timeout(20):
            while await store.job_index.to_show("telegram"):  # noqa: ASYNC110 its absence is the only sign
                await asyncio.sleep(0.05)
    assert sum("Here it is." in message.text for message in server.shown) == 1
    assert len(api.asked("POST", RUN)) == 1


async def test_an_end_that_nobody_could_tell_is_told_once_the_platform_is_back(
    api: ScriptedApi, valkey_url: str, tmp_path: Path
) -> None:
    go = asyncio.Event()
    async with while_made(api, valkey_url, tmp_path, go) as (server, store):
        # About three times as many calls as a screen insists on.
        server.faults += outage(times=12)
        (name,) = await store.job_index.to_show("telegram")
        await store.journal.park(name.conversation, name.job_id, 1, "three workers died over it")
        async with asyncio.timeout(30):
            while await store.job_index.to_show("telegram"):  # noqa: ASYNC110 its absence is the only sign
                await asyncio.sleep(0.05)
        (told,) = [message.text for message in server.shown]
        assert told.startswith("This request failed several times"), told
        assert len(api.asked("POST", RUN)) == 1
        go.set()


async def test_no_lease_depends_on_the_clock_of_a_process(valkey_url: str) -> None:
    """One worker lives a day ahead, the gateway and another worker here and now: nobody takes a job from anybody."""
    place = Conversation.of(Person("test", "7"), Chat("test", "42"))
    ahead = (
        "import time, sys, asyncio\n"
        "now = time.time\n"
        "time.time = lambda: now() + 86400\n"
        "from tests.support.one_worker import _main\n"
        "asyncio.run(_main(*sys.argv[1:]))\n"
    )
    async with open_store(valkey_url, Vault(SECRET)) as store:
        await store.job_index.mark_open(place)
        await store.journal.create(place, "1", "a", "request", kind="new", press=None, address=None)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ahead, valkey_url, "hang", cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout
            assert await process.stdout.readline() == b"begun 1 1\n"
            # Longer than a lease, which is renewed; and a worker of today does not find it expired.
            await asyncio.sleep(PULSE.lease * 1.5)
            assert str(await store.journal.take(place, "another", PULSE.lease_ms)) == "busy"
            record = await store.journal.load(place, "1")
            with redis.Redis.from_url(valkey_url) as raw:
                now = float(raw.time()[0])
        finally:
            process.kill()
            await process.communicate()
    assert record
    assert (record.status, record.epoch) == (Status.OPEN, 1)
    assert record.begun
    assert abs(record.begun / 1000 - now) < 60


async def test_readiness_knows_whether_the_platform_is_connected(
    api: ScriptedApi, valkey_url: str, tmp_path: Path
) -> None:
    backend = Backend(api_url=api.url, web_url=None, platform="test", deadlines=BRIEF)
    ground = CoreConfig(redis_url=valkey_url, backend=backend, work_dir=tmp_path, secret_key=SECRET, pulse=PULSE)
    settings = Settings(health_port=free_port(), data_dir=tmp_path)
    link, stop = Link(), asyncio.Event()
    url = f"http://127.0.0.1:{settings.health_port}/readyz"
    async with (
        telegram_server() as server,
        open_core(ground, Work(fetches={})) as house,
        watched(settings, Watch({"Telegram": link}, stop, house.desk)),
        aiohttp.ClientSession() as client,
    ):

        async def ready() -> tuple[int, str]:
            async with client.get(url) as answer:
                return answer.status, await answer.text()

        async def until(status: int) -> None:
            async with asyncio.timeout(20):
                while (await ready())[0] != status:  # noqa: ASYNC110 another program's view is awaited
                    await asyncio.sleep(0.05)

        assert await ready() == (503, "Telegram is not connected\n")
        token = SecretStr(telegrams.TOKEN)
        served = asyncio.create_task(
            telegram.serve(token, house.bot, api_url=server.base, stop=stop, link=link, first_wait=0.05)
        )
        await until(200)
        server.faults.append(Fault("getUpdates", refusal(502, "Bad Gateway"), times=3))
        await until(503)
        await until(200)
        stop.set()
        await served
        assert await ready() == (503, "stopping\n")
        async with client.get(url.replace("readyz", "healthz")) as answer:
            assert answer.status == 200


async def test_who_ends_while_connections_are_still_being_made_ends(valkey_url: str) -> None:
    for number in range(0, 60, 5):
        async with asyncio.timeout(20), open_store(valkey_url, Vault(SECRET)), open_notifier(valkey_url):
            await asyncio.sleep(number / 10_000)
