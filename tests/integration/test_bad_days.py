"""Bad days of people and machines: who has blocked the bot, a clock that goes wrong, a platform that is away."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import redis
from pydantic import SecretStr

from bots import telegram
from bots.health import Watch, watched
from bots.lifecycle import Link
from bots.settings import Settings
from core.app import CoreConfig, Work, open_core
from core.commands import Action
from core.jobs.engine import open_engine
from core.messages import Chat, Outcome, Person, Rights
from core.nemo.model import Backend
from core.store import Conversation, Store, Vault, open_store
from core.texts import say
from tests.support import telegram_server as telegrams
from tests.support.conversation import BRIEF, Talk, opened
from tests.support.endpoints import RUN
from tests.support.faults import Fault
from tests.support.gateway import serving
from tests.support.one_message import SECRET, TIMING
from tests.support.ports import free_port
from tests.support.program import ROOT
from tests.support.screen import RecordingScreen
from tests.support.scripted_api import ScriptedApi, calls, says, stream
from tests.support.telegram_server import TelegramServer, refusal, telegram_server
from tests.support.waiting import until

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
        serving(server, bot.gateway),
    ):
        await server.say("/music calm piano")
        await api.receive("POST", RUN)
        await server.until(lambda: server.shown)
        yield server, store


def outage(text: str = "Bad Gateway", code: int = 502, times: int = 1000) -> list[Fault]:
    """Return what a Telegram does that takes no message."""
    return [Fault(method, refusal(code, text), times=times) for method in ("sendMessage", "editMessageText")]


async def nothing_to_show(store: Store) -> None:
    async def shown() -> bool:
        return not await store.job_index.to_show("telegram")

    await until(shown)


async def test_the_job_of_a_person_who_blocked_the_bot_ends_quietly(
    api: ScriptedApi, valkey_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def swept() -> bool:
        return not await store.job_index.open_conversations()

    go = asyncio.Event()
    caplog.set_level(logging.WARNING)
    async with while_made(api, valkey_url, tmp_path, go) as (server, store):
        server.faults += outage("Forbidden: bot was blocked by the user", 403)
        go.set()
        await nothing_to_show(store)
        await until(swept)
        assert not await store.journal.queue(PLACE)
    assert len(api.asked("POST", RUN)) == 1
    assert not [record for record in caplog.records if record.levelno > logging.WARNING]


async def test_a_result_waits_for_a_platform_that_is_away_and_comes_once(
    api: ScriptedApi, valkey_url: str, tmp_path: Path
) -> None:
    async def done() -> bool:
        return not await store.journal.queue(PLACE)

    go = asyncio.Event()
    async with while_made(api, valkey_url, tmp_path, go) as (server, store):
        faults = outage()
        server.faults += faults
        before = server.count("editMessageText")
        go.set()
        await until(done)
        await server.until(lambda: server.count("editMessageText") - before >= 3)
        assert await store.job_index.to_show("telegram")
        for fault in faults:
            server.faults.remove(fault)
        await nothing_to_show(store)
    assert sum("Here it is." in message.text for message in server.shown) == 1
    assert len(api.asked("POST", RUN)) == 1


async def test_an_end_that_nobody_could_tell_is_told_once_the_platform_is_back(
    api: ScriptedApi, valkey_url: str, tmp_path: Path
) -> None:
    go = asyncio.Event()
    async with while_made(api, valkey_url, tmp_path, go) as (server, store):
        server.faults += outage(times=2)
        (ref,) = await store.job_index.to_show("telegram")
        await store.journal.dead_letter(ref.conversation, ref.job_id, 1, "three workers died over it")
        await nothing_to_show(store)
        assert [text for message in server.shown if (text := message.text).startswith("This request failed several")]
        assert not [message for message in server.shown for button in message.buttons if "cancel" in str(button)]
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
        await store.journal.create(place, "1", "a", "request", kind="new")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ahead, valkey_url, "hang", cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout
            assert await process.stdout.readline() == b"begun 1 1\n"
            # Longer than a lease, which is renewed; and a worker of today does not find it expired.
            await asyncio.sleep(TIMING.lease * 1.5)
            assert await store.journal.take(place, "another", int(TIMING.lease * 1000)) == "busy"
            record = await store.journal.load(place, "1")
            with redis.Redis.from_url(valkey_url) as raw:
                now = float(raw.time()[0])
        finally:
            process.kill()
            await process.communicate()
    assert record
    assert (record.status, record.epoch) == ("open", 1)
    assert record.begun
    assert abs(record.begun / 1000 - now) < 60


async def test_readiness_knows_whether_the_platform_is_connected(
    api: ScriptedApi, valkey_url: str, tmp_path: Path
) -> None:
    backend = Backend(api_url=api.url, web_url=None, platform="test", deadlines=BRIEF)
    config = CoreConfig(redis_url=valkey_url, backend=backend, work_dir=tmp_path, secret_key=SECRET, timing=TIMING)
    settings = Settings(health_port=free_port(), data_dir=tmp_path)
    link, stop = Link(), asyncio.Event()
    url = f"http://127.0.0.1:{settings.health_port}/readyz"
    async with (
        telegram_server() as server,
        open_core(config, Work(fetches={})) as app,
        watched(settings, Watch({"Telegram": link}, stop, app.admin)),
        aiohttp.ClientSession() as client,
    ):

        async def answers(status: int, text: str = "") -> bool:
            async with client.get(url) as answer:
                return answer.status == status and text in await answer.text()

        assert await answers(503, "Telegram is not connected\n")
        token = SecretStr(telegrams.TOKEN)
        served = asyncio.create_task(
            telegram.serve(token, app.gateway, api_url=server.base, stop=stop, link=link, first_wait=0.05)
        )
        await until(lambda: answers(200))
        server.faults.append(Fault("getUpdates", refusal(502, "Bad Gateway"), times=3))
        await until(lambda: answers(503))
        await until(lambda: answers(200))
        stop.set()
        await served
        assert await answers(503, "stopping\n")
        async with client.get(url.replace("readyz", "healthz")) as answer:
            assert answer.status == 200


async def test_who_ends_while_connections_are_still_being_made_ends(valkey_url: str) -> None:
    for number in range(0, 60, 5):
        async with asyncio.timeout(120), open_store(valkey_url, Vault(SECRET)), open_engine(valkey_url):
            await asyncio.sleep(number / 10_000)


async def test_a_gateway_that_stops_leaves_no_message_that_claims_to_work_and_the_next_one_ends_it(
    api: ScriptedApi, valkey_url: str, tmp_path: Path
) -> None:
    go = asyncio.Event()
    api.on("POST", RUN, stream(calls("generate_music"), go, says("Here it is.")))
    async with telegram_server() as server, opened(valkey_url, tmp_path / "work", api.url, BRIEF) as bot:
        async with serving(server, bot.gateway):
            await server.say("/music calm piano")
            await api.receive("POST", RUN)
            await server.until(lambda: any(message.buttons for message in server.shown))
        (left,) = server.shown
        assert left.text == say("en", "platform.suspended")
        assert left.buttons == []
        async with serving(server, bot.gateway):
            go.set()
            await server.until(lambda: "Here it is." in server.shown[0].text)
    assert server.shown[0].id == left.id
    assert len(api.asked("POST", RUN)) == 1


@pytest.mark.parametrize(
    ("rights", "told"), [(Rights(attach=False), "rights.attach"), (Rights(send=False), "rights.send")]
)
async def test_rights_that_are_missing_are_told_before_anything_is_paid(
    api: ScriptedApi, talk: Talk, rights: Rights, told: str
) -> None:
    for said in (
        talk.said("calm piano", Action.MUSIC),
        talk.said("slower", Action.EDIT),
        talk.said("a calm piano piece"),
    ):
        screen = RecordingScreen()
        assert await talk.bot.handle(replace(said, rights=rights), screen) is Outcome.REFUSED
        assert screen.texts == [say("en", f"core.{told}")]
    assert not api.asked("POST", RUN)
