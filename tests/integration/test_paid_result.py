"""What was paid for reaches the person, whatever else goes wrong on the way, and its cost is told only where known."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.cancellation import cancel_and_wait
from core.commands import Action
from core.errors import PersonUnreachable
from core.messages import Outcome
from core.nemo import _stream
from core.sender import OutgoingMessage
from core.store import Conversation, Store, Taken, Vault, open_store
from tests.support.conversation import HERE, ME, Asking, Open, Talk
from tests.support.endpoints import CREDITS, DOWNLOAD, RENDER, RUN, SESSION, STATE, UPLOAD
from tests.support.files import make, make_video
from tests.support.one_message import SECRET
from tests.support.proxy import counting_proxy
from tests.support.screen import GatedScreen, RecordingScreen
from tests.support.scripted_api import End, ScriptedApi, balance, bgm, calls, data, raw, reply, says, stream, timeline
from tests.support.waiting import until

PLACE = Conversation.of(ME, HERE)
MADE = stream(says("Here is your lo-fi."))


@pytest.fixture
def api(api: ScriptedApi) -> ScriptedApi:
    """A service that makes ten seconds of lo-fi of each message, and a film of it."""
    api.on("GET", STATE, timeline(), timeline(bgm()))
    api.on("POST", RUN, MADE)
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
    api: ScriptedApi, talk: Talk, tmp_path: Path
) -> None:
    api.on("POST", RUN, stream(says("A raw clip."), calls("generate_music"), says("Here it is.")))
    screen = Clumsy(tmp_path / "out")
    assert await talk.bot.handle(talk.said("lo-fi", Action.MUSIC), screen) is Outcome.FULFILLED
    assert screen.failed
    assert "Here it is." in screen.texts
    assert screen.files


async def test_a_fault_of_ours_while_listening_is_looked_up_and_told(
    api: ScriptedApi, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(data: str) -> None:
        raise RuntimeError(data)

    monkeypatch.setattr(_stream, "_read", fail)
    _, screen = await talk.say("lo-fi", Action.MUSIC)
    assert screen.files
    assert len(api.wishes) == 1


async def test_a_chat_that_makes_us_wait_does_not_hold_up_the_stream(
    api: ScriptedApi, talk: Talk, tmp_path: Path
) -> None:
    screen = GatedScreen(tmp_path / "out")
    tools = calls("generate_music"), screen.asked, says("Two."), calls("mix"), says("Three.")
    api.on("POST", RUN, stream(says("One."), *tools))
    job = asyncio.create_task(talk.bot.handle(talk.said("lo-fi", Action.MUSIC), screen))
    await api.receive("POST", RENDER)
    assert not screen.shown
    screen.gate.set()
    assert await job is Outcome.FULFILLED
    assert screen.texts[:3] == ["One.", "Two.", "Three."]


async def test_music_is_made_without_a_balance_to_be_read(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", CREDITS, reply({}, 403))
    _, screen = await talk.say("lo-fi", Action.MUSIC)
    assert screen.files
    assert "cost" not in screen.text


async def test_an_own_token_that_is_refused_later_takes_nothing_of_the_answer(api: ScriptedApi, asking: Asking) -> None:
    api.on("GET", STATE, timeline(), reply({}, 401))
    api.on("GET", CREDITS, balance(100), reply({}, 401))
    _, screen = await asking.say("lo-fi", Action.MUSIC, token="nmv_own")
    assert screen.texts[0] == "Here is your lo-fi."


@pytest.mark.parametrize("known_at", ["the state", "the message"])
async def test_a_session_that_is_lost_behind_an_upload_gets_the_file_anew(
    api: ScriptedApi, talk: Talk, tmp_path: Path, known_at: str
) -> None:
    api.on("POST", SESSION, data({"session_id": "s1"}), data({"session_id": "s2"}))
    if known_at == "the state":
        api.on("GET", STATE, reply({}, 404), timeline(), timeline(bgm()))
    else:
        api.on("POST", RUN, reply({"code": 1002}), MADE)
        api.on("GET", STATE, timeline(), timeline(), timeline(bgm()))
    outcome, _ = await talk.say("calm", Action.MUSIC, make(tmp_path / "sea.wav"))
    assert outcome is Outcome.FULFILLED
    assert [it.target for it in api.asked("POST", UPLOAD)] == [UPLOAD[:-1] + "s1", UPLOAD[:-1] + "s2"]
    assert api.asked("POST", RUN)[-1].json["session_id"] == "s2"


async def test_what_became_of_a_message_is_looked_up_where_it_was_sent(
    api: ScriptedApi, open_it: Open, store: Store, tmp_path: Path
) -> None:
    api.on("POST", RUN, stream(calls("generate_music"), end=End.HOLD))
    async with open_it() as bot:
        job, _ = await Talk(bot, tmp_path).begin("lo-fi")
        await cancel_and_wait(job)
    known = await store.sessions.load(PLACE)
    assert known
    await store.sessions.save(PLACE, replace(known, session_id="another"))
    before = len(api.asked("GET", STATE))
    async with open_it() as bot:
        await bot.resume(ME, HERE, RecordingScreen())
    assert api.asked("GET", STATE)[before].target == STATE[:-1] + "s1/latest"


@pytest.mark.parametrize(("held", "cost"), [(100, None), (0, "It cost 2 credits.")])
async def test_behind_a_cancelled_run_no_cost_is_told_as_long_as_it_may_go_on(
    api: ScriptedApi, open_it: Open, asking: Asking, tmp_path: Path, held: float, cost: str | None
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
    _, screen = await asking.say("lo-fi", Action.MUSIC)
    assert cost in screen.file.text if cost else "cost" not in screen.file.text


async def test_a_film_too_heavy_to_be_looked_at_is_delivered_with_its_known_length(
    api: ScriptedApi, talk: Talk, tmp_path: Path
) -> None:
    wide = make_video(tmp_path / "wide.mp4", seconds=1, width=8256, height=64, fps=1, sound=False)
    api.on("GET", DOWNLOAD, raw(wide.read_bytes(), Content_Type="video/mp4"))
    _, screen = await talk.say("lo-fi", Action.MUSIC)
    assert screen.files[0].read_bytes() == wide.read_bytes()
    assert (screen.file.seconds, screen.file.width) == (10, None)


class GoneScreen(RecordingScreen):
    """A chat whose person has blocked the bot."""

    async def take(self, item: OutgoingMessage) -> None:
        raise PersonUnreachable


async def test_whoever_was_gone_gets_the_finished_render_later(api: ScriptedApi, talk: Talk) -> None:
    await talk.bot.handle(talk.said("lo-fi", Action.MUSIC), GoneScreen())
    _, screen = await talk.say("", Action.EXPORT)
    assert screen.files
    assert len(api.asked("POST", RENDER)) == 1


async def test_who_lost_the_job_between_the_intent_and_the_word_that_it_is_on_disk_may_not_send(
    valkey_url: str, store: Store
) -> None:
    """The first worker stops breathing there; meanwhile a second one takes the job."""
    async with (
        counting_proxy(valkey_url) as proxy,
        open_store(proxy.url.replace("http://", "redis://"), Vault(SECRET)) as first,
    ):
        await first.journal.create(PLACE, "1", "a", "request", kind="music")
        assert isinstance(await first.journal.take(PLACE, "first", 50), Taken)
        waiting = proxy.catch(rb"WAITAOF", freeze=True)
        begin = asyncio.create_task(first.journal.begin(PLACE, "1", 1, "send", "attempt"))
        await waiting.wait()

        async def taken() -> bool:
            return isinstance(await store.journal.take(PLACE, "second", 60_000), Taken)

        await until(taken)
        proxy.cut()
        assert await begin == ("fenced", "")
        assert await store.journal.begin(PLACE, "1", 2, "send", "another") == ("unknown", "")
