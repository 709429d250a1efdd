"""Whole conversations over the real core, a real Valkey and the real studio over HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import av
import pytest

from core.commands import Action
from core.flows.wording import slug
from core.messages import Outcome
from tests.support.conversation import BRIEF, ME, Open, Talk, opened
from tests.support.endpoints import RUN
from tests.support.proxy import counting_proxy
from tests.support.screen import RecordingScreen
from tests.support.scripted_api import End, ScriptedApi, calls, refused_url, stream


@pytest.fixture
async def asker(api: ScriptedApi, open_it: Open, tmp_path: Path) -> AsyncIterator[Talk]:
    """Somebody whose piece is being made for as long as they like."""
    api.on("POST", RUN, stream(calls("generate_music"), end=End.HOLD))
    async with open_it() as bot:
        yield Talk(bot, tmp_path / "out")


async def test_one_message_gives_one_mp4(at_studio: Talk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _, before = await at_studio.say("how many credits do I have left?")
    assert "You have 100 credits left." in before.texts[-1]
    _, screen = await at_studio.say("upbeat energetic very particular 5 seconds", Action.MUSIC)
    file = screen.file
    assert file.facts
    assert file.name == f"{slug(file.facts.title or '')}.mp4"
    assert file.facts.tempo
    assert (file.facts.cost, round(file.facts.seconds or 0)) == (1, 5)
    assert screen.files[0].stat().st_size == file.size > 10_000
    assert abs(file.seconds - 5) < 0.05
    assert file.width
    with av.open(str(screen.files[0])) as made:
        assert {stream.type for stream in made.streams} == {"audio", "video"}
    assert "Video ready" in file.text
    assert "It cost 1 credit." in file.text
    assert screen.stages[:2] == ["begun", "setup"]
    assert "composing" in screen.stages
    _, after = await at_studio.say("", Action.CREDITS)
    assert "You have 99 credits left." in after.texts[-1]
    assert "Your last request cost 1 credit." in after.texts[-1]
    for text in (before.text, screen.text, after.text, caplog.text):
        assert "nmv_usr_" not in text
        assert "Bearer" not in text
    assert "particular" not in caplog.text


async def test_an_edit_tells_what_changed_and_two_clicks_are_one_export(at_studio: Talk) -> None:
    await at_studio.say("calm piano 5 seconds", Action.MUSIC)
    _, edited = await at_studio.say("add the title 'Golden Hour'", Action.EDIT)
    assert not edited.files
    assert "title “Golden Hour” for the first 3 s" in edited.texts[-1]
    screens = [RecordingScreen(), RecordingScreen()]
    clicks = [at_studio.said(press=edited.button("export").id) for _ in screens]
    await asyncio.gather(*map(at_studio.bot.handle, clicks, screens))
    (file,) = (item for screen in screens for item in screen.shown if item.files)
    assert "Golden Hour" in file.text


async def test_a_file_too_large_for_the_chat_is_made_smaller_or_said_to_be(at_studio: Talk) -> None:
    _, whole = await at_studio.say("calm piano 5 seconds", Action.MUSIC)
    small = RecordingScreen(at_studio.keep / "small", largest_file=int(whole.file.size * 0.7))
    await at_studio.bot.handle(at_studio.said("", Action.EXPORT), small)
    assert small.files[0].stat().st_size <= (small.largest_file or 0)
    assert "I made the file smaller" in small.file.text
    tiny = RecordingScreen(at_studio.keep / "tiny", largest_file=2_000)
    assert await at_studio.bot.handle(at_studio.said("", Action.EXPORT), tiny) is Outcome.REFUSED
    assert "this chat takes no more than" in tiny.texts[-1]


async def test_cancel_takes_back_what_runs_and_what_waits(asker: Talk) -> None:
    one, first = await asker.begin("calm piano 5 seconds")
    two, second = await asker.begin("loud drums 5 seconds", until="waiting")
    _, screen = await asker.say("", Action.CANCEL)
    assert "took back 2 requests" in screen.texts[-1]
    assert "may use credits and land on the timeline; /status shows it." in screen.texts[-1]
    assert await one is await two is Outcome.CANCELLED
    assert first.texts == second.texts == []  # it is all one conversation


async def test_a_job_on_a_screen_of_its_own_says_there_that_it_was_cancelled(asker: Talk) -> None:
    answer = RecordingScreen(address="there")
    job, screen = await asker.begin("calm piano 5 seconds", screen=RecordingScreen(address="here"))
    await asker.bot.handle(asker.said("", Action.CANCEL), answer)
    assert await job is Outcome.CANCELLED
    assert screen.texts == ["Cancelled."]
    assert answer.texts[-1].startswith("I stopped waiting.")


async def test_the_cancel_button_takes_back_its_own_job_only_for_its_owner(asker: Talk) -> None:
    job, screen = await asker.begin("calm piano 5 seconds")
    press = screen.drawn[-1].buttons[0].id
    assert len(press) <= 64
    _, refused = await Talk(asker.bot, asker.keep, replace(ME, id="8"), "s").say(press=press)
    (told,) = refused.shown
    assert "older request" in told.text
    assert told.private
    await asker.say(press=press)
    assert await job is Outcome.CANCELLED


async def test_a_message_delivered_twice_is_one_job(valkey_url: str, studio_url: str, tmp_path: Path) -> None:
    async with counting_proxy(studio_url) as proxy, opened(valkey_url, tmp_path / "work", proxy.url) as bot:
        said = Talk(bot, tmp_path).said("calm piano 5 seconds", Action.MUSIC)
        screens = [RecordingScreen(tmp_path / str(number)) for number in range(3)]
        outcomes = await asyncio.gather(*(bot.handle(said, screen) for screen in screens[:2]))
        outcomes.append(await bot.handle(said, screens[2]))
        assert outcomes == [Outcome.FULFILLED] * 3
        assert proxy.count("POST /run_sse") == 1
        assert sum(len(screen.files) for screen in screens) == 1


async def test_a_service_that_is_away_charges_nothing_and_says_so(valkey_url: str, tmp_path: Path) -> None:
    async with opened(valkey_url, tmp_path / "work", refused_url(), BRIEF) as bot:
        _, screen = await Talk(bot, tmp_path).say("calm piano 5 seconds", Action.MUSIC)
    assert "Nothing was sent and nothing was charged" in screen.texts[-1]
    assert screen.button("again")
