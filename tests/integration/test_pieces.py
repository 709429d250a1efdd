"""Pieces: a button acts on the one under which it stands, and what was made is listed and can be gone on with."""

from __future__ import annotations

import pytest

from core.commands import Action
from core.messages import Outcome
from tests.support.conversation import HERE, ME, Talk
from tests.support.endpoints import DOWNLOAD, RENDER, RENDERED, STATE
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


async def test_a_film_says_what_it_is_apart_from_its_prose(api: ScriptedApi, talk: Talk) -> None:
    track = bgm("First light")
    track["sg"][0]["m"]["tempo"] = 96  # type: ignore[index, call-overload]
    api.on("GET", STATE, timeline(), timeline(track))
    _, made = await talk.say("calm piano", Action.MUSIC)
    facts = made.file.facts
    assert (facts.title, facts.tempo, facts.cost) == ("First light", 96, 0)
    assert facts.seconds


async def test_an_earlier_project_is_gone_on_with(at_studio: Talk) -> None:
    gateway, here = at_studio.bot.gateway, (ME, HERE)
    assert await gateway.open_project(*here) is None
    _, first = await at_studio.say("calm piano, 5 seconds", Action.MUSIC)
    assert first.file.facts
    assert await gateway.open_project(*here) == first.file.facts.title
    await at_studio.say("", Action.NEW)
    assert await gateway.open_project(*here) is None
    _, second = await at_studio.say("techno, 6 seconds", Action.MUSIC)
    _, listed = await at_studio.say("where are the pieces you made for me before?")
    facts = [screen.file.facts for screen in (second, first)]
    lines = listed.texts[-1].splitlines()[1:]
    assert [line.split(" · ")[:2] for line in lines] == [
        [f"{number}. {it.title if it else ''}", length]
        for number, it, length in zip((1, 2), facts, ("0:06", "0:05"), strict=True)
    ]
    *_, old = listed.shown[-1].buttons
    outcome, opened_again = await at_studio.say(press=old.id)
    assert outcome is Outcome.FULFILLED
    assert "is open again" in opened_again.text
    _, film = await at_studio.say(press=opened_again.button("export").id)
    assert film.files[0].read_bytes() == first.files[0].read_bytes()
    _, edited = await at_studio.say("make it faster", Action.EDIT)
    assert "BPM" in edited.text
    _, status = await at_studio.say("", Action.STATUS)
    assert "Piano" in status.text
    _, again = await at_studio.say(press=opened_again.button("keep").id)
    assert "Version 1 is on the timeline again" in again.text
