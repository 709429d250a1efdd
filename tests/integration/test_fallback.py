"""Out of credits, refused or down: music all the same, from the built-in studio, and it is told which one played."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import redis

from core import breaker
from core.breaker import MOST_FAILURES, Breaker
from core.commands import Action
from core.messages import Outcome
from core.nemo.model import Backend
from core.store import Store
from core.store.keys import key
from tests.support.conversation import QUICK, Asking, Open, Talk
from tests.support.endpoints import RUN, STATE, TOKEN
from tests.support.files import make
from tests.support.scripted_api import ScriptedApi, reply, timeline


@pytest.fixture
def open_it(open_it: Open, studio_url: str) -> Open:
    """Open a bot on the scripted service with the real studio behind it."""
    studio = Backend(api_url=studio_url, web_url=None, platform="test", deadlines=QUICK, free_to_use=True)
    return partial(open_it, fallback=studio)


async def test_without_credits_the_same_request_is_made_by_the_studio(
    api: ScriptedApi, talk: Talk, tmp_path: Path
) -> None:
    api.on("POST", RUN, reply({"code": 2001, "message": "no credits"}, 402))
    _, refused = await talk.say("put calm piano under this", None, make(tmp_path / "sea.mp4", seconds=5))
    assert "The built-in studio can make this right here, for free" in refused.texts[-1]
    _, played = await talk.say(press=refused.button("fallback").id)
    assert "Played by the built-in studio." in played.file.text
    assert "sea.mp4" in played.text
    assert played.file.seconds == pytest.approx(5, abs=0.1)
    # What is said about the piece goes to where it is.
    _, edited = await talk.say("no drums", Action.EDIT)
    _, status = await talk.say("", Action.STATUS)
    assert "Piano ballad" in status.texts[-1]
    _, exported = await talk.say(press=edited.button("export").id)
    assert exported.files
    assert len(api.wishes) == 1


async def test_where_no_token_is_to_be_had_the_studio_is_offered_if_there_is_one(
    api: ScriptedApi, asking: Asking
) -> None:
    api.on("POST", TOKEN, reply({}, 429))
    _, refused = await asking.say("calm piano 5 seconds", Action.MUSIC)
    assert refused.button("fallback")
    _, refused = await asking.say("calm piano 5 seconds", Action.MUSIC, fallback=None)
    assert not refused.shown[-1].buttons


async def test_a_service_that_is_down_is_not_asked_by_everybody_and_comes_back(
    api: ScriptedApi, talk: Talk, raw: redis.Redis
) -> None:
    await talk.say("calm piano", Action.MUSIC)
    api.on("GET", STATE, reply({}, 503))
    # Behind these failures one is let through to try; the next ones are held back.
    for _ in range(MOST_FAILURES + 1):
        await talk.say("calm piano", Action.MUSIC)
    asked = len(api.requests)
    _, held = await talk.say("calm piano", Action.MUSIC)
    assert "has not answered for a while" in held.texts[-1]
    assert held.button("fallback")
    _, status = await talk.say("", Action.STATUS)
    assert "The music service does not answer at the moment" in status.texts[-1]
    assert len(api.requests) == asked
    api.on("GET", STATE, timeline())
    raw.delete(f"{key('pause', 'usual')}:try")
    for _ in range(2):
        outcome, _ = await talk.say("calm piano", Action.MUSIC)
        assert outcome is Outcome.FULFILLED
    assert len(api.wishes) == 3


async def test_a_service_that_gives_no_tokens_is_down_as_well(
    api: ScriptedApi, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "MOST_FAILURES", 1)
    api.on("POST", TOKEN, reply({}, 503))
    for _ in range(3):
        _, held = await talk.say("calm piano", Action.MUSIC)
    assert "has not answered for a while" in held.texts[-1]


async def test_who_asked_nothing_leaves_it_to_those_who_did_whether_a_service_is_down(
    store: Store, raw: redis.Redis
) -> None:
    one, other = (Breaker(store.pauses, "usual") for _ in range(2))
    for _ in range(MOST_FAILURES):
        one.saw(well=False)
    await one.settle()
    # The other worker held a job back: it has seen no failure, but no answer either.
    await other.settle()
    assert await other.is_open()
    # Where nobody asks any more it is thought up again: the table of keys says five minutes.
    assert 290 < raw.ttl(key("pause", "usual")) <= 300
    other.saw(well=True)
    await other.settle()
    assert not await one.is_open()
    # And what the first one saw long ago does not shut it out again.
    await one.settle()
    assert not await one.is_open()
