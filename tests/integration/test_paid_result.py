"""What was paid for reaches the person, whatever else goes wrong on the way, and its cost is told only where known."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from core.cancellation import cancel_and_wait
from core.commands import Action
from core.errors import PersonUnreachable
from core.messages import Outcome
from core.nemo import _stream
from core.sender import OutgoingMessage
from core.store import Conversation, Vault, open_store
from tests.support.conversation import HERE, ME, Open, Talk
from tests.support.endpoints import CREDITS, DOWNLOAD, RENDER, RUN, SESSION, STATE, UPLOAD
from tests.support.files import make
from tests.support.one_message import SECRET
from tests.support.screen import RecordingScreen
from tests.support.scripted_api import End, ScriptedApi, balance, bgm, calls, data, raw, reply, says, stream, timeline

PLACE = Conversation.of(ME, HERE)
MADE = stream(says("Here is your lo-fi."))


@pytest.fixture
def api(api: ScriptedApi, film: bytes) -> ScriptedApi:
    """A service that makes ten seconds of lo-fi of each message, and a film of it."""
    api.on("GET", STATE, timeline(), timeline(bgm()))
    api.on("POST", RUN, MADE)
    api.on("GET", DOWNLOAD, raw(film, Content_Type="video/mp4"))
    return api


class Clumsy(RecordingScreen):
    """A screen on which progress can't be drawn, nor its first text shown, by a fault of its own."""

    failed = False

    def record(self, item: OutgoingMessage) -> None:
        if item.notes and not self.failed:
            self.failed = True
            raise ValueError("no such font")
        if item.progress and not item.notes:
            raise ValueError("no such colour")
        super().record(item)


async def test_what_can_not_be_drawn_or_shown_keeps_nobody_from_the_rest(
    api: ScriptedApi, open_it: Open, tmp_path: Path
) -> None:
    api.on("POST", RUN, stream(says("A raw clip."), calls("generate_music"), says("Here it is.")))
    screen = Clumsy(tmp_path / "out")
    async with open_it() as bot:
        assert await bot.handle(Talk(bot, tmp_path).said("lo-fi", Action.MUSIC), screen) is Outcome.FULFILLED
    assert screen.failed
    assert "Here it is." in screen.texts
    assert screen.files


async def test_a_fault_of_ours_while_listening_is_looked_up_and_told(
    api: ScriptedApi, open_it: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(data: str) -> None:
        raise RuntimeError(data)

    monkeypatch.setattr(_stream, "_read", fail)
    async with open_it() as bot:
        outcome, screen = await Talk(bot, tmp_path).say("lo-fi", Action.MUSIC)
    assert outcome is Outcome.FULFILLED
    assert screen.files
    assert len(api.asked("POST", RUN)) == 1


async def test_a_chat_that_makes_us_wait_does_not_hold_up_the_stream(
    api: ScriptedApi, open_it: Open, tmp_path: Path
) -> None:
    class Flooded(RecordingScreen):
        async def take(self, item: OutgoingMessage) -> None:
            if item.notes and not patience.is_set():
                reached.set()
                await patience.wait()
            await super().take(item)

    patience, reached = asyncio.Event(), asyncio.Event()
    api.on(
        "POST",
        RUN,
        stream(says("One."), calls("generate_music"), reached, says("Two."), calls("mix"), says("Three.")),
    )
    screen = Flooded(tmp_path / "out")
    async with open_it() as bot:
        job = asyncio.create_task(bot.handle(Talk(bot, tmp_path).said("lo-fi", Action.MUSIC), screen))
        await api.receive("POST", RENDER)
        assert not screen.shown
        patience.set()
        assert await job is Outcome.FULFILLED
    assert screen.texts[:3] == ["One.", "Two.", "Three."]


async def test_music_is_made_without_a_balance_to_be_read(api: ScriptedApi, open_it: Open, tmp_path: Path) -> None:
    api.on("GET", CREDITS, reply({}, 403))
    async with open_it() as bot:
        outcome, screen = await Talk(bot, tmp_path / "out").say("lo-fi", Action.MUSIC)
    assert outcome is Outcome.FULFILLED
    assert screen.files
    assert "cost" not in screen.text


async def test_an_own_token_that_is_refused_later_takes_nothing_of_the_answer(
    api: ScriptedApi, open_it: Open, tmp_path: Path
) -> None:
    api.on("GET", STATE, timeline(), reply({}, 401))
    api.on("GET", CREDITS, balance(100), reply({}, 401))
    async with open_it(token="nmv_own") as bot:
        _, screen = await Talk(bot, tmp_path).say("lo-fi", Action.MUSIC)
    assert screen.texts[0] == "Here is your lo-fi."


@pytest.mark.parametrize("known_at", ["the state", "the message"])
async def test_a_session_that_is_lost_behind_an_upload_gets_the_file_anew(
    api: ScriptedApi, open_it: Open, tmp_path: Path, known_at: str
) -> None:
    api.on("POST", SESSION, data({"session_id": "s1"}), data({"session_id": "s2"}))
    if known_at == "the state":
        api.on("GET", STATE, reply({}, 404), timeline(), timeline(bgm()))
    else:
        api.on("POST", RUN, reply({"code": 1002}), MADE)
        api.on("GET", STATE, timeline(), timeline(), timeline(bgm()))
    async with open_it() as bot:
        outcome, _ = await Talk(bot, tmp_path / "out").say("calm", Action.MUSIC, make(tmp_path / "sea.wav"))
    assert outcome is Outcome.FULFILLED
    uploads = [request.target for request in api.requests if request.target.startswith(UPLOAD[:-1])]
    assert uploads == [UPLOAD[:-1] + "s1", UPLOAD[:-1] + "s2"]
    assert b'"session_id":"s2"' in api.asked("POST", RUN)[-1].body.replace(b": ", b":")


async def test_what_became_of_a_message_is_looked_up_where_it_was_sent(
    api: ScriptedApi, open_it: Open, valkey_url: str, tmp_path: Path
) -> None:
    api.on("POST", RUN, stream(calls("generate_music"), end=End.HOLD))
    async with open_it() as bot:
        job, _ = await Talk(bot, tmp_path).begin("lo-fi")
        await cancel_and_wait(job)
    async with open_store(valkey_url, Vault(SECRET)) as store:
        known = await store.sessions.load(PLACE)
        assert known is not None
        await store.sessions.save(PLACE, replace(known, session_id="another"))
    before = len(api.requests)
    async with open_it() as bot:
        await bot.resume(ME, HERE, RecordingScreen())
    first_look = next(it.target for it in api.requests[before:] if it.target.startswith(STATE[:-1]))
    assert first_look == STATE[:-1] + "s1/latest"


@pytest.mark.parametrize(("held", "cost"), [(100, None), (0, "It cost 2 credits.")])
async def test_behind_a_cancelled_run_no_cost_is_told_as_long_as_it_may_go_on(
    api: ScriptedApi, open_it: Open, tmp_path: Path, held: float, cost: str | None
) -> None:
    api.on("POST", RUN, stream(calls("generate_music"), end=End.HOLD), MADE)
    api.on("GET", CREDITS, balance(200), balance(200 - held, held), balance(198 - held, held))
    api.on("GET", STATE, timeline(), timeline(), timeline(bgm()))
    async with open_it() as bot:
        talk = Talk(bot, tmp_path / "out")
        job, _ = await talk.begin("lo-fi")
        await talk.say("", Action.CANCEL)
        assert await job is Outcome.CANCELLED
    # Another process does not know of it but by Redis.
    async with open_it() as bot:
        outcome, screen = await Talk(bot, tmp_path / "out", prefix="n").say("lo-fi", Action.MUSIC)
    assert outcome is Outcome.FULFILLED
    assert cost in screen.file.text if cost else "cost" not in screen.file.text


async def test_a_film_too_heavy_to_be_looked_at_is_delivered_with_its_known_length(
    api: ScriptedApi, open_it: Open, tmp_path: Path
) -> None:
    wide = tmp_path / "wide.mp4"
    with av.open(str(wide), "w") as out:
        picture = out.add_stream("libx264", rate=1)
        picture.width, picture.height, picture.pix_fmt = 8256, 64, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 8256, 3), np.uint8), format="rgb24")
        out.mux(picture.encode(frame))
        out.mux(picture.encode())
    api.on("GET", DOWNLOAD, raw(wide.read_bytes(), Content_Type="video/mp4"))
    async with open_it() as bot:
        outcome, screen = await Talk(bot, tmp_path / "out").say("lo-fi", Action.MUSIC)
    assert outcome is Outcome.FULFILLED
    assert screen.files[0].read_bytes() == wide.read_bytes()
    assert (screen.file.seconds, screen.file.width) == (10, None)


async def test_whoever_was_gone_gets_the_finished_render_later(api: ScriptedApi, open_it: Open, tmp_path: Path) -> None:
    class Leaving(RecordingScreen):
        def record(self, item: OutgoingMessage) -> None:
            if item.files:
                raise PersonUnreachable
            super().record(item)

    async with open_it() as bot:
        talk = Talk(bot, tmp_path / "out")
        assert await bot.handle(talk.said("lo-fi", Action.MUSIC), Leaving()) is Outcome.FULFILLED
        outcome, screen = await talk.say("", Action.EXPORT)
    assert outcome is Outcome.FULFILLED
    assert screen.files
    assert len(api.asked("POST", RENDER)) == 1
