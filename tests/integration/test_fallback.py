"""Out of credits, refused or down: music all the same, from the built-in studio, and it is told which one played."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import redis.asyncio

from core import breaker
from core.app import CoreConfig, Work
from core.breaker import MOST_FAILURES, Breaker
from core.commands import Action
from core.messages import Button, Outcome
from core.nemo.model import Backend, Deadlines
from core.store import Vault, open_store
from core.store.keys import key
from tests.support.conversation import BRIEF, ME, QUICK, Talk, TestBot, copied, open_bot
from tests.support.endpoints import RUN, STATE, TOKEN
from tests.support.files import make
from tests.support.one_message import SECRET, TIMING
from tests.support.screen import RecordingScreen
from tests.support.scripted_api import ScriptedApi, reply, timeline

Open = Callable[..., AbstractAsyncContextManager[TestBot]]


@pytest.fixture
def opened(valkey_url: str, tmp_path: Path, studio_url: str) -> Open:
    """Open a bot on a service with the real studio behind it."""

    @asynccontextmanager
    async def opened(api_url: str, deadlines: Deadlines = BRIEF) -> AsyncIterator[TestBot]:
        ground = CoreConfig(
            redis_url=valkey_url,
            backend=Backend(api_url=api_url, web_url=None, platform="test", deadlines=deadlines),
            fallback=Backend(api_url=studio_url, web_url=None, platform="test", deadlines=QUICK, free_to_use=True),
            work_dir=tmp_path / "work",
            secret_key=SECRET,
            timing=TIMING,
        )
        async with open_bot(ground, Work(fetches={ME.platform: copied})) as bot:
            yield bot

    return opened


def _buttons(screen: RecordingScreen) -> list[Button]:
    return [button for item in screen.shown if not item.files for button in item.buttons]


async def test_without_credits_the_same_request_is_made_by_the_studio(
    api: ScriptedApi, opened: Open, tmp_path: Path
) -> None:
    api.on("POST", RUN, reply({"code": 2001, "message": "no credits"}, 402))
    async with opened(api.url) as bot:
        talk = Talk(bot, tmp_path / "out")
        outcome, refused = await talk.say("calm piano 5 seconds", Action.MUSIC)
        assert outcome is Outcome.REFUSED
        assert "The built-in studio can make this right here, for free" in refused.texts[-1]
        outcome, played = await talk.say(press=refused.button("fallback").id)
        assert outcome is Outcome.FULFILLED
        assert "Played by the built-in studio." in played.file.text
        assert played.file.seconds == pytest.approx(5, abs=0.1)
        # What is said about the piece goes to where it is.
        outcome, edited = await talk.say("no drums", Action.EDIT)
        assert outcome is Outcome.FULFILLED
        _, status = await talk.say("", Action.STATUS)
        assert "Piano ballad" in status.texts[-1]
        _, exported = await talk.say(press=edited.button("export").id)
        assert exported.files
    assert len(api.asked("POST", RUN)) == 1


async def test_files_go_along_to_the_studio(api: ScriptedApi, opened: Open, tmp_path: Path) -> None:
    api.on("POST", RUN, reply({"code": 2001}, 402))
    async with opened(api.url) as bot:
        talk = Talk(bot, tmp_path / "out")
        _, refused = await talk.say("put calm piano under this", None, make(tmp_path / "sea.mp4"))
        outcome, played = await talk.say(press=refused.button("fallback").id)
    assert outcome is Outcome.FULFILLED
    assert "sea.mp4" in played.text


async def test_where_no_token_is_to_be_had_the_studio_is_offered(
    api: ScriptedApi, opened: Open, tmp_path: Path
) -> None:
    api.on("POST", TOKEN, reply({}, 429))
    async with opened(api.url) as bot:
        _, refused = await Talk(bot, tmp_path / "out").say("calm piano 5 seconds", Action.MUSIC)
    assert refused.button("fallback").label == "🎹 Built-in studio"


async def test_where_there_is_no_other_service_none_is_offered(api: ScriptedApi, talk: Talk) -> None:
    api.on("POST", RUN, reply({"code": 2001}, 402))
    _, refused = await talk.say("calm piano 5 seconds", Action.MUSIC)
    assert _buttons(refused) == []


async def test_a_service_that_is_down_is_not_asked_by_everybody_and_comes_back(
    api: ScriptedApi, opened: Open, tmp_path: Path, valkey_url: str
) -> None:
    async with opened(api.url) as bot:
        talk = Talk(bot, tmp_path / "out")
        await talk.say("calm piano", Action.MUSIC)
        api.on("GET", STATE, reply({}, 503))
        for _ in range(MOST_FAILURES):
            await talk.say("calm piano", Action.MUSIC)
        # One is let through to try; the next ones are held back.
        await talk.say("calm piano", Action.MUSIC)
        asked = len(api.requests)
        outcome, held = await talk.say("calm piano", Action.MUSIC)
        assert outcome is Outcome.FAILED
        assert "has not answered for a while" in held.texts[-1]
        assert held.button("fallback")
        _, status = await talk.say("", Action.STATUS)
        assert "The music service does not answer at the moment" in status.texts[-1]
        assert len(api.requests) == asked
        api.on("GET", STATE, timeline())
        await _time_for_another_try(valkey_url)
        outcome, _ = await talk.say("calm piano", Action.MUSIC)
        assert outcome is Outcome.FULFILLED
        outcome, _ = await talk.say("calm piano", Action.MUSIC)
        assert outcome is Outcome.FULFILLED
    assert len(api.asked("POST", RUN)) == 3


async def test_a_service_that_gives_no_tokens_is_down_as_well(
    api: ScriptedApi, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "MOST_FAILURES", 1)
    api.on("POST", TOKEN, reply({}, 503))
    async with opened(api.url) as bot:
        talk = Talk(bot, tmp_path / "out")
        await talk.say("calm piano", Action.MUSIC)
        await talk.say("calm piano", Action.MUSIC)
        _, held = await talk.say("calm piano", Action.MUSIC)
    assert "has not answered for a while" in held.texts[-1]


async def test_who_asked_nothing_leaves_it_to_those_who_did_whether_a_service_is_down(valkey_url: str) -> None:
    async with open_store(valkey_url, Vault(SECRET)) as store:
        one, other = (Breaker(store.pauses, "usual") for _ in range(2))
        for _ in range(MOST_FAILURES):
            one.saw(well=False)
        await one.settle()
        # The other worker held a job back: it has seen no failure, but no answer either.
        await other.settle()
        assert await other.is_open()
        async with redis.asyncio.Redis.from_url(valkey_url) as client:
            # Where nobody asks any more it is thought up again: the table of keys says five minutes.
            assert 290 < await client.ttl(key("pause", "usual")) <= 300
        other.saw(well=True)
        await other.settle()
        assert not await one.is_open()
        # And what the first one saw long ago does not shut it out again.
        await one.settle()
        assert not await one.is_open()


async def _time_for_another_try(valkey_url: str) -> None:
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        await client.delete(f"{key('pause', 'usual')}:try")
