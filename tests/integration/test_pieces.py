"""Pieces: a button acts on the one under which it stands, and what was made is listed and can be gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.commands import Action
from core.messages import Outcome
from tests.support.conversation import HERE, ME, Talk
from tests.support.decode import watch
from tests.support.endpoints import DOWNLOAD, RENDER, RENDERED, STATE
from tests.support.files import make
from tests.support.scripted_api import ScriptedApi, bgm, raw, reply, timeline

NOT_THERE = "The piece of this button is not on the timeline any more"
FIRST, SECOND = timeline(bgm("First light")), timeline(bgm("Second wind"))


@pytest.fixture
def api(api: ScriptedApi) -> ScriptedApi:
    api.on("GET", STATE, timeline(), FIRST)
    return api


async def test_a_button_under_an_earlier_piece_costs_nothing_and_says_what_to_do(api: ScriptedApi, talk: Talk) -> None:
    _, first = await talk.say("calm piano", Action.MUSIC)
    api.on("GET", STATE, FIRST, SECOND)
    _, second = await talk.say("loud drums", Action.MUSIC)
    assert NOT_THERE in (await talk.say(press=first.button("wish").id))[1].texts[-1]
    outcome, _ = await talk.say(press=second.button("longer").id)
    assert outcome is Outcome.FULFILLED
    await talk.say("", Action.NEW)
    assert NOT_THERE in (await talk.say(press=second.button("calmer").id))[1].texts[-1]
    assert len(api.wishes) == 3


async def test_an_edit_goes_on_with_the_piece(api: ScriptedApi, talk: Talk) -> None:
    _, made = await talk.say("calm piano", Action.MUSIC)
    api.on("GET", STATE, FIRST, SECOND)
    _, edited = await talk.say("make it slower", Action.EDIT)
    for screen in (made, edited):
        outcome, _ = await talk.say(press=screen.button("wish").id)
        assert outcome is Outcome.FULFILLED
    assert len(api.wishes) == 4


@pytest.mark.parametrize("is_there", [True, False])
async def test_the_film_of_an_earlier_piece_is_brought_again_as_long_as_it_is_there(
    api: ScriptedApi, talk: Talk, film: bytes, *, is_there: bool
) -> None:
    api.on("GET", DOWNLOAD, raw(b"", 500))
    _, made = await talk.say("calm piano", Action.MUSIC)
    api.on("GET", DOWNLOAD, raw(film, Content_Type="video/mp4"))
    await talk.say("", Action.NEW)
    if not is_there:
        api.on("GET", RENDERED, reply({"code": 404}, 404))
    outcome, brought = await talk.say(press=made.button("export").id)
    if is_there:
        assert brought.files[0].read_bytes() == film
    else:
        assert outcome is Outcome.REFUSED
        assert NOT_THERE in brought.texts[-1]
    assert len(api.asked("POST", RENDER)) == 1


async def test_an_earlier_project_is_gone_on_with(at_studio: Talk) -> None:
    gateway, here = at_studio.bot.gateway, (ME, HERE)
    _, first = await at_studio.say("calm piano, 5 seconds", Action.MUSIC)
    assert first.file.facts
    assert await gateway.open_project(*here) == first.file.facts.title
    await at_studio.say("", Action.NEW)
    assert await gateway.open_project(*here) is None
    await at_studio.say("techno, 6 seconds", Action.MUSIC)
    _, listed = await at_studio.say("where are the pieces you made for me before?")
    newest, oldest = listed.texts[-1].splitlines()[1:]
    assert " · 0:06" in newest
    assert oldest.startswith(f"2. {first.file.facts.title} · 0:05")
    *_, old = listed.shown[-1].buttons
    _, opened_again = await at_studio.say(press=old.id)
    assert "is open again" in opened_again.text
    _, film = await at_studio.say(press=opened_again.button("export").id)
    assert film.files[0].read_bytes() == first.files[0].read_bytes()
    _, edited = await at_studio.say("make it faster", Action.EDIT)
    assert "BPM" in edited.text
    _, status = await at_studio.say("", Action.STATUS)
    assert "Piano" in status.text
    _, again = await at_studio.say(press=opened_again.button("keep").id)
    assert "Version 1 is on the timeline again" in again.text


# Several things asked for in one message: a job, a message and a film for each


async def test_takes_are_listed_made_one_by_one_and_one_is_kept(at_studio: Talk) -> None:
    outcome, screen = await at_studio.say("two takes of calm piano, 5 seconds", Action.MUSIC)
    assert outcome is Outcome.FULFILLED
    assert screen.texts[0] == (
        "2 things, one after the other; each can be cancelled by itself:\n"
        "1. “calm piano, 5 seconds”\n2. “calm piano, 5 seconds”\n"
        "All of them may cost about 200 credits."
    )
    assert len(screen.files) == 2
    first = next(item for item in screen.shown if item.files)
    keep = next(button for button in first.buttons if ":keep:" in button.id)
    _, kept = await at_studio.say(press=keep.id)
    assert "Version 1 is on the timeline again" in kept.text


async def test_each_file_has_its_own_music_and_nothing_of_the_one_is_left_in_the_next(
    at_studio: Talk, tmp_path: Path
) -> None:
    clips = [make(tmp_path / name, seconds=seconds) for name, seconds in (("a.mp4", 5.0), ("b.mp4", 6.0))]
    _, screen = await at_studio.say("calm piano under the first, techno under the second", Action.MUSIC, *clips)
    assert [round(watch(file).times[-1]) for file in screen.files] == [5, 6]
    told = "\n".join(screen.texts)
    assert "goes with the picture of a.mp4" in told or "under the sound of a.mp4" in told
    assert "goes with the picture of b.mp4" in told or "under the sound of b.mp4" in told
    _, album = await at_studio.say("slow ambient", None, *clips)
    assert [round(watch(file).times[-1]) for file in album.files] == [5, 6]


async def test_more_than_a_few_are_refused_and_nothing_is_made(at_studio: Talk) -> None:
    outcome, screen = await at_studio.say("eight versions of calm piano", Action.MUSIC)
    assert outcome is not Outcome.FULFILLED
    assert "at most 5 at a time" in screen.text


async def test_what_is_unsure_is_asked_back_and_a_button_does_it(at_studio: Talk) -> None:
    _, screen = await at_studio.say("the thing with the stuff, you know")
    assert "I'm not sure what you'd like" in screen.text
    assert [button.id.split(":")[1] for button in screen.shown[-1].buttons] == ["music"]
    outcome, made = await at_studio.say(press=screen.button("music").id)
    assert outcome is Outcome.FULFILLED
    assert made.files
