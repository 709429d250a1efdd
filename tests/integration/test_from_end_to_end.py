"""The whole of it on Telegram: the real gateway and store between a Bot API server and a scripted service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from core.app import CoreConfig, Work, open_core
from core.nemo.model import Backend
from core.texts import say
from tests.support.conversation import BRIEF
from tests.support.faults import Fault
from tests.support.gateway import serving
from tests.support.one_message import SECRET, TIMING
from tests.support.scripted_api import ScriptedApi
from tests.support.telegram_server import GROUP, TelegramServer, flood, telegram_server

Start = Callable[..., AbstractAsyncContextManager[None]]


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as running:
        yield running
        assert running.violations == []
        assert running.floods == 0


@pytest.fixture
def start(server: TelegramServer, api: ScriptedApi, valkey_url: str, tmp_path: Path) -> Start:
    @asynccontextmanager
    async def started(*, worker: bool = True) -> AsyncIterator[None]:
        """Run the bot, as a gateway alone or with a worker."""
        backend = Backend(api_url=api.url, web_url=None, platform="test", deadlines=BRIEF)
        config = CoreConfig(
            redis_url=valkey_url, backend=backend, work_dir=tmp_path / "work", secret_key=SECRET, timing=TIMING
        )
        async with open_core(config, Work(fetches={}) if worker else None) as app, serving(server, app.gateway):
            yield

    return started


async def test_a_process_that_ends_says_so_and_the_next_one_goes_on_in_the_same_message(
    server: TelegramServer, start: Start
) -> None:
    async with start(worker=False):
        await server.say("/music an upbeat song for my holiday")
        await server.until(lambda: server.shown)
    (message,) = server.shown
    assert (message.text, message.silent) == (say("en", "platform.suspended"), True)
    async with start():
        await server.until(lambda: len(server.shown) == 2 and server.shown[0].text != say("en", "platform.suspended"))
        await server.until(lambda: not server.shown[1].silent)
    result, notice = server.shown
    assert result is message
    assert notice.text in {say("en", "platform.ready"), say("en", "platform.answered")}


async def test_a_chat_that_telegram_closed_is_left_alone_after_a_restart_as_well(
    server: TelegramServer, start: Start
) -> None:
    server.faults.append(Fault("sendMessage", flood(4 * 3600)))
    async with start(worker=False):
        await server.say("/status")
        await server.until(lambda: server.count("sendMessage") == 1)
        await asyncio.sleep(0.1)
    calls = len(server.calls)
    async with start(worker=False):
        await server.say("/status")
        await server.say("/status", chat=8, user=8)
        await server.until(lambda: server.shown)
        await asyncio.sleep(0.2)
    told = [(method, given["chat_id"]) for method, given in server.calls[calls:] if method in {"sendMessage"}]
    assert told == [("sendMessage", 8)]


async def test_what_is_for_one_person_alone_goes_to_their_private_chat(server: TelegramServer, start: Start) -> None:
    async with start(worker=False):
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
    server: TelegramServer, start: Start, api: ScriptedApi, right: str, chat: int
) -> None:
    server.permissions = {"can_send_messages": right == "attach", "can_send_videos": False}
    if right == "send":
        refused = "Bad Request: not enough rights to send text messages to the chat"
        server.refusals[GROUP] = refused
    async with start():
        await server.say("/music an upbeat song for my holiday", chat=GROUP, user=8)
        await server.until(lambda: server.shown)
    (message,) = server.shown
    assert (message.chat, message.text) == (chat, say("en", f"core.rights.{right}"))
    assert [request for request in api.requests if request.method == "POST"] == []
