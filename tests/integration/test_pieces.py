"""A button acts on the piece under which it stands: edits inherit it, a fresh wish and /new begin another one."""

from __future__ import annotations

import pytest

from core.commands import Action
from core.messages import Outcome
from tests.support.conversation import Talk
from tests.support.scripted_api import (
    DOWNLOAD,
    RENDER,
    RENDERED,
    RUN,
    STATE,
    ScriptedApi,
    bgm,
    raw,
    reply,
    timeline,
)

NOT_THERE = "The piece of this button is not on the timeline any more"
FIRST, SECOND = timeline(bgm("First light")), timeline(bgm("Second wind"))


@pytest.fixture
def api(api: ScriptedApi, film: bytes) -> ScriptedApi:
    api.on("GET", STATE, timeline(), FIRST)
    api.on("GET", DOWNLOAD, raw(film, Content_Type="video/mp4"))
    return api


async def test_a_button_under_an_earlier_piece_costs_nothing_and_says_what_to_do(api: ScriptedApi, talk: Talk) -> None:
    _, first = await talk.say("calm piano", Action.MUSIC)
    api.on("GET", STATE, FIRST, SECOND)
    _, second = await talk.say("loud drums", Action.MUSIC)
    outcome, refused = await talk.say(press=first.button("wish").id)
    assert outcome is Outcome.REFUSED
    assert NOT_THERE in refused.texts[-1]
    assert len(api.asked("POST", RUN)) == 2
    outcome, _ = await talk.say(press=second.button("wish").id)
    assert outcome is Outcome.FULFILLED
    assert len(api.asked("POST", RUN)) == 3


async def test_a_fresh_start_leaves_the_buttons_of_the_piece_behind(api: ScriptedApi, talk: Talk) -> None:
    _, made = await talk.say("calm piano", Action.MUSIC)
    await talk.say("", Action.NEW)
    outcome, refused = await talk.say(press=made.button("wish").id)
    assert outcome is Outcome.REFUSED
    assert NOT_THERE in refused.texts[-1]
    assert len(api.asked("POST", RUN)) == 1


async def test_an_edit_goes_on_with_the_piece(api: ScriptedApi, talk: Talk) -> None:
    _, made = await talk.say("calm piano", Action.MUSIC)
    api.on("GET", STATE, FIRST, SECOND)
    _, edited = await talk.say("make it slower", Action.EDIT)
    for screen in (made, edited):
        outcome, _ = await talk.say(press=screen.button("wish").id)
        assert outcome is Outcome.FULFILLED
    assert len(api.asked("POST", RUN)) == 4


@pytest.mark.parametrize("is_there", [True, False])
async def test_the_film_of_an_earlier_piece_is_brought_again_as_long_as_it_is_there(
    api: ScriptedApi, talk: Talk, film: bytes, *, is_there: bool
) -> None:
    api.on("GET", DOWNLOAD, raw(b"", 500))
    outcome, lost = await talk.say("calm piano", Action.MUSIC)
    assert outcome is Outcome.FAILED
    api.on("GET", DOWNLOAD, raw(film, Content_Type="video/mp4"))
    await talk.say("", Action.NEW)
    if not is_there:
        api.on("GET", RENDERED, reply({"code": 404}, 404))
    outcome, brought = await talk.say(press=lost.button("export").id)
    if is_there:
        assert outcome is Outcome.FULFILLED
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
