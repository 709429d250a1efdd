"""Redis was away for a moment while somebody's long stream was open: nobody else waits for the end of that."""

from __future__ import annotations

import asyncio
from pathlib import Path

import redis

from core.commands import Action
from core.messages import Chat, IncomingMessage, Outcome, Person
from tests.support.conversation import BRIEF, opened
from tests.support.endpoints import RUN
from tests.support.screen import RecordingScreen
from tests.support.scripted_api import ScriptedApi, calls, says, stream
from tests.support.waiting import PATIENCE


async def test_new_work_is_taken_while_old_work_goes_on(api: ScriptedApi, valkey_url: str, tmp_path: Path) -> None:
    link = tmp_path / "s"
    socket = Path(valkey_url.removeprefix("unix://"))
    link.symlink_to(socket)
    go = asyncio.Event()
    api.on("POST", RUN, stream(calls("generate_music"), go, says("Here it is.")), stream(says("Hello you.")))
    async with opened(f"unix://{link}", tmp_path / "work", api.url, BRIEF) as bot:
        long = asyncio.create_task(bot.handle(_wish("1"), RecordingScreen()))
        await api.receive("POST", RUN)
        link.unlink()
        with redis.Redis.from_url(valkey_url) as client:
            client.client_kill_filter(_type="normal", skipme=True)
        # Longer than a client repeats by itself, so that the engine hears of it.
        await asyncio.sleep(3)
        link.symlink_to(socket)
        screen = RecordingScreen()
        try:
            async with asyncio.timeout(PATIENCE):
                assert await bot.handle(_wish("2"), screen) is Outcome.FULFILLED
            assert not long.done()
        finally:
            go.set()
        assert await long is Outcome.FULFILLED
    assert screen.texts == ["Hello you."]
    assert len(api.asked("POST", RUN)) == 2


def _wish(person: str) -> IncomingMessage:
    return IncomingMessage(Person("test", person, "en"), Chat("test", person), "1", "calm piano", Action.MUSIC)
