"""A conversation that begins anew after its process ended in the middle of a job: what is told, and how."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.cancellation import cancel_and_wait
from core.store import Conversation, Vault, open_store
from tests.support.conversation import HERE, ME, Open, Talk
from tests.support.endpoints import DOWNLOAD, RENDERED, RUN, STATE
from tests.support.one_message import SECRET
from tests.support.screen import RecordingScreen
from tests.support.scripted_api import End, ScriptedApi, bgm, calls, raw, reply, stream, timeline
from tests.support.waiting import until


@pytest.fixture
def api(api: ScriptedApi, film: bytes) -> ScriptedApi:
    api.on("GET", DOWNLOAD, raw(film, Content_Type="video/mp4"))
    api.on("POST", RUN, stream(calls("generate_music"), end=End.HOLD))
    return api


@pytest.fixture
async def left(api: ScriptedApi, open_it: Open, request: pytest.FixtureRequest) -> None:
    """A wish whose process ended while it was made; it is finished over there."""
    async with open_it() as bot:
        wishing, _ = await Talk(bot, Path()).begin(request.param)
        await cancel_and_wait(wishing)
    api.on("GET", STATE, timeline(bgm("Sad Violin")))


@pytest.mark.parametrize(
    ("left", "opening", "result"),
    [
        ("sad violin", "⏳ Still finishing “sad violin”…", "Done. I was interrupted while it was made"),
        ("悲伤的小提琴", "⏳ 正在继续完成“悲伤的小提琴”…", "完成了。制作时我被打断"),
        (
            "an epic trailer with drums and brass for three minutes",
            "⏳ Still finishing “an epic trailer with drums and brass…”…",
            "Done. I was interrupted while it was made",
        ),
    ],
    indirect=["left"],
)
@pytest.mark.usefixtures("left")
async def test_what_is_still_finished_is_named_and_its_lost_description_is_excused(
    api: ScriptedApi, open_it: Open, tmp_path: Path, opening: str, result: str
) -> None:
    looked = asyncio.Event()
    api.on("GET", RENDERED, replace(reply({"code": 0, "status": "completed"}), before=looked))
    async with open_it() as bot:
        screen = RecordingScreen(tmp_path / "out")
        resuming = asyncio.create_task(bot.resume(ME, HERE, screen))
        await screen.until(lambda seen: bool(seen.texts))
        looked.set()
        await resuming
    assert screen.texts[0] == opening
    assert screen.texts[1].startswith(result)
    assert "Sad Violin" in screen.texts[1]
    assert screen.files


@pytest.mark.parametrize("left", ["sad violin"], indirect=True)
@pytest.mark.usefixtures("left")
async def test_what_was_finished_meanwhile_is_named_too(open_it: Open, valkey_url: str, tmp_path: Path) -> None:
    async with open_it() as bot, open_store(valkey_url, Vault(SECRET)) as store:

        async def ended() -> bool:
            return not await store.journal.queue(Conversation.of(ME, HERE))

        await until(ended)
        screen = RecordingScreen(tmp_path / "out")
        await bot.resume(ME, HERE, screen)
        again = RecordingScreen()
        await bot.resume(ME, HERE, again)
    assert screen.texts[0] == "While you were away: “sad violin”"
    assert screen.files
    assert again.shown == []
