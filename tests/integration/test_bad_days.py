"""Bad days on Telegram: who has blocked the bot, a clock that goes wrong, a platform away, a process that ends."""

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
from bots.health import Watch, watched
from bots.lifecycle import Link
from bots.settings import Settings
from core.app import CoreConfig, Work, open_core
from core.jobs.engine import open_engine
from core.messages import Chat, Person
from core.nemo.model import Backend
from core.store import Conversation, Store, Vault, open_store
from core.texts import say
from tests.support.conversation import BRIEF, Talk
from tests.support.endpoints import RUN
from tests.support.faults import Fault
from tests.support.gateway import serving
from tests.support.one_message import SECRET, TIMING
from tests.support.ports import free_port
from tests.support.program import ROOT
from tests.support.scripted_api import ScriptedApi, calls, says, stream
from tests.support.telegram_server import GROUP, TOKEN, TelegramServer, flood, refusal
from tests.support.waiting import until, until_gone

PLACE = Conversation.of(Person("telegram", "7"), Chat("telegram", "7"))


@pytest.fixture
async def made(api: ScriptedApi, talk: Talk, server: TelegramServer) -> AsyncIterator[asyncio.Event]:
    """What ends the making of a piece that somebody has asked for; its progress is shown."""
    go = asyncio.Event()
    api.on("POST", RUN, stream(calls("generate_music"), go, says("Here it is.")))
    async with serving(server, talk.bot.gateway):
        await server.say("/music calm piano")
        await api.receive("POST", RUN)
        await server.until(lambda: server.shown)
        yield go
    assert len(api.wishes) == 1


@pytest.fixture
def config(api: ScriptedApi, valkey_url: str, tmp_path: Path) -> CoreConfig:
    backend = Backend(api_url=api.url, web_url=None, platform="test", deadlines=BRIEF)
    return CoreConfig(
        redis_url=valkey_url, backend=backend, work_dir=tmp_path / "work", secret_key=SECRET, timing=TIMING
    )


@asynccontextmanager
async def started(server: TelegramServer, config: CoreConfig, work: Work | None = None) -> AsyncIterator[None]:
    """Run the bot, as a gateway alone or with a worker."""
    async with open_core(config, work) as app, serving(server, app.gateway):
        yield


def outage(text: str = "Bad Gateway", code: int = 502, times: int = 1000) -> list[Fault]:
    """Return what a Telegram does that takes no message."""
    return [Fault(method, refusal(code, text), times=times) for method in ("sendMessage", "editMessageText")]


async def test_the_job_of_a_person_who_blocked_the_bot_ends_quietly(
    made: asyncio.Event, server: TelegramServer, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults += outage("Forbidden: bot was blocked by the user", 403)
    made.set()
    await until_gone(lambda: store.job_index.to_show("telegram"))
    await until_gone(store.job_index.open_conversations)
    assert not await store.journal.queue(PLACE)
    assert not [record for record in caplog.records if record.levelno > logging.WARNING]


async def test_a_result_waits_for_a_platform_that_is_away_and_comes_once(
    made: asyncio.Event, server: TelegramServer, store: Store
) -> None:
    server.faults += outage()
    before = server.count("editMessageText")
    made.set()
    await until_gone(lambda: store.journal.queue(PLACE))
    await server.until(lambda: server.count("editMessageText") - before >= 3)
    assert await store.job_index.to_show("telegram")
    server.faults.clear()
    await until_gone(lambda: store.job_index.to_show("telegram"))
    assert sum("Here it is." in message.text for message in server.shown) == 1


async def test_an_end_that_nobody_could_tell_is_told_once_the_platform_is_back(
    made: asyncio.Event, server: TelegramServer, store: Store
) -> None:
    server.faults += outage(times=2)
    (ref,) = await store.job_index.to_show("telegram")
    await store.journal.dead_letter(ref.conversation, ref.job_id, 1, "three workers died over it")
    await until_gone(lambda: store.job_index.to_show("telegram"))
    assert [message for message in server.shown if message.text.startswith("This request failed several")]
    assert not [message for message in server.shown for button in message.buttons if "cancel" in str(button)]
    made.set()


async def test_no_lease_depends_on_the_clock_of_a_process(valkey_url: str, store: Store, raw: redis.Redis) -> None:
    """One worker lives a day ahead, the gateway and another worker here and now: nobody takes a job from anybody."""
    ahead = (
        "import time, sys, asyncio\n"
        "now = time.time\n"
        "time.time = lambda: now() + 86400\n"
        "from tests.support.one_worker import _main\n"
        "asyncio.run(_main(*sys.argv[1:]))\n"
    )
    await store.journal.create(PLACE, "1", "a", "request", kind="new")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ahead, valkey_url, "hang", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        assert await process.stdout.readline() == b"begun 1 1\n"
        # Longer than a lease, which is renewed; and a worker of today does not find it expired.
        await asyncio.sleep(TIMING.lease * 1.5)
        assert await store.journal.take(PLACE, "another", int(TIMING.lease * 1000)) == "busy"
        record = await store.journal.load(PLACE, "1")
        now = float(raw.time()[0])
    finally:
        process.kill()
        await process.communicate()
    assert record
    assert (record.status, record.epoch) == ("open", 1)
    assert record.begun
    assert abs(record.begun / 1000 - now) < 60


async def test_readiness_knows_whether_the_platform_is_connected(
    server: TelegramServer, config: CoreConfig, tmp_path: Path
) -> None:
    settings = Settings(health_port=free_port(), data_dir=tmp_path)
    link, stop = Link(), asyncio.Event()
    async with (
        open_core(config, None) as app,
        watched(settings, Watch({"Telegram": link}, stop, app.admin)),
        aiohttp.ClientSession() as client,
    ):

        async def answers(status: int, text: str = "") -> bool:
            async with client.get(f"http://127.0.0.1:{settings.health_port}/readyz") as answer:
                return answer.status == status and text in await answer.text()

        assert await answers(503, "Telegram is not connected\n")
        token, url = SecretStr(TOKEN), server.base
        served = asyncio.create_task(
            telegram.serve(token, app.gateway, api_url=url, stop=stop, link=link, first_wait=0.05)
        )
        await until(lambda: answers(200))
        server.faults.append(Fault("getUpdates", refusal(502, "Bad Gateway"), times=3))
        await until(lambda: answers(503))
        await until(lambda: answers(200))
        stop.set()
        await served


async def test_who_ends_while_connections_are_still_being_made_ends(valkey_url: str) -> None:
    for number in range(0, 60, 5):
        async with asyncio.timeout(120), open_store(valkey_url, Vault(SECRET)), open_engine(valkey_url):
            await asyncio.sleep(number / 10_000)


async def test_a_process_that_ends_says_so_and_the_next_one_goes_on_in_the_same_message(
    server: TelegramServer, config: CoreConfig
) -> None:
    async with started(server, config):
        await server.say("/music an upbeat song for my holiday")
        await server.until(lambda: server.shown)
    (message,) = server.shown
    suspended = say("en", "platform.suspended")
    assert (message.text, message.silent, message.buttons) == (suspended, True, [])
    async with started(server, config, Work(fetches={})):
        await server.until(lambda: len(server.shown) == 2 and server.shown[0].text != say("en", "platform.suspended"))
        await server.until(lambda: not server.shown[1].silent)
    result, notice = server.shown
    assert result is message
    assert notice.text in {say("en", "platform.ready"), say("en", "platform.answered")}


async def test_a_chat_that_telegram_closed_is_left_alone_after_a_restart_as_well(
    server: TelegramServer, config: CoreConfig
) -> None:
    server.faults.append(Fault("sendMessage", flood(4 * 3600)))
    async with started(server, config):
        await server.say("/status")
        await server.until(lambda: server.count("sendMessage") == 1)
        await asyncio.sleep(0.1)
    calls = len(server.calls)
    async with started(server, config):
        await server.say("/status")
        await server.say("/status", chat=8, user=8)
        await server.until(lambda: server.shown)
        await asyncio.sleep(0.2)
    told = [(method, given["chat_id"]) for method, given in server.calls[calls:] if method in {"sendMessage"}]
    assert told == [("sendMessage", 8)]


async def test_what_is_for_one_person_alone_goes_to_their_private_chat(
    server: TelegramServer, config: CoreConfig
) -> None:
    async with started(server, config):
        await server.say("/credits", chat=GROUP, user=8)
        await server.until(lambda: server.shown)
        server.unopened.add(9)
        await server.say("/credits", chat=GROUP, user=9)
        await server.until(lambda: len(server.shown) == 2)
    private, hint = server.shown
    assert (private.chat, hint.chat) == (8, GROUP)
    assert hint.text == say("zh", "platform.open_private_chat", bot="@music_test_bot")


@pytest.mark.parametrize(("right", "chat"), [("attach", GROUP), ("send", 8)])
async def test_nothing_is_begun_in_a_group_that_could_not_be_shown_the_result(
    server: TelegramServer, config: CoreConfig, api: ScriptedApi, right: str, chat: int
) -> None:
    server.permissions = {"can_send_messages": right == "attach", "can_send_videos": False}
    if right == "send":
        refused = "Bad Request: not enough rights to send text messages to the chat"
        server.refusals[GROUP] = refused
    async with started(server, config, Work(fetches={})):
        await server.say("/music an upbeat song for my holiday", chat=GROUP, user=8)
        await server.until(lambda: server.shown)
    (message,) = server.shown
    assert (message.chat, message.text) == (chat, say("en", f"core.rights.{right}"))
    assert [request for request in api.requests if request.method == "POST"] == []
