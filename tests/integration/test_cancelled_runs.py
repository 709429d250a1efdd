"""Requests that were cancelled while the service went on with them: what is said of them, and when."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.cancellation import cancel_and_wait
from core.commands import Action
from core.messages import Outcome
from studio import Quirks
from tests.support.conversation import QUICK, Open, Talk, opened
from tests.support.endpoints import CREDITS, RUN, STATE
from tests.support.scripted_api import End, ScriptedApi, balance, bgm, calls, says, stream, timeline
from tests.support.studio import running_studio
from tests.support.waiting import until

FINISHED = "The cancelled request was finished meanwhile: “epic trailer 3 minutes” is on the timeline now."
HELD = stream(calls("generate_music"), end=End.HOLD)


async def cancelled(talk: Talk, wish: str = "epic trailer 3 minutes") -> None:
    """Cancel a wish in the middle."""
    wishing, _ = await talk.begin(wish)
    await talk.say("", Action.CANCEL)
    assert await wishing is Outcome.CANCELLED


async def test_the_status_says_once_that_a_cancelled_request_was_finished(api: ScriptedApi, talk: Talk) -> None:
    api.on("POST", RUN, HELD)
    await cancelled(talk)
    _, before = await talk.say("", Action.STATUS)
    assert before.texts[0].startswith("The timeline is empty")
    api.on("GET", STATE, timeline(bgm("Epic", seconds=180)))
    _, screen = await talk.say("", Action.STATUS)
    assert screen.texts == [FINISHED, "Timeline (1 track): 1. BGM: Epic (0-180s, 35%)"]
    _, again = await talk.say("", Action.STATUS)
    assert FINISHED not in again.texts


@pytest.mark.parametrize(("command", "text"), [(Action.EDIT, "slower"), (Action.EXPORT, ""), (Action.MUSIC, "jazz")])
async def test_whatever_touches_the_timeline_next_says_first_what_is_on_it(
    api: ScriptedApi, talk: Talk, command: Action, text: str
) -> None:
    api.on("POST", RUN, HELD, stream(says("Done so.")))
    await cancelled(talk)
    api.on("GET", STATE, timeline(bgm("Epic", seconds=180)))
    _, screen = await talk.say(text, command)
    assert screen.texts[0] == FINISHED
    assert screen.texts.count(FINISHED) == 1
    _, again = await talk.say("", Action.STATUS)
    assert FINISHED not in again.texts


async def test_what_was_not_finished_is_not_told_to_be(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", STATE, timeline(bgm()))
    api.on("POST", RUN, HELD, stream(says("Slower.")))
    await cancelled(talk)
    _, edited = await talk.say("slower", Action.EDIT)
    # From here on a change is that of the edit.
    api.on("GET", STATE, timeline(bgm("AppContext")))
    _, status = await talk.say("", Action.STATUS)
    assert "cancelled request" not in edited.text + status.text


async def test_a_request_behind_one_that_goes_on_is_told_what_may_come(api: ScriptedApi, talk: Talk) -> None:
    api.on("POST", RUN, HELD, stream(says("Slower.")))
    await cancelled(talk)
    api.on("GET", CREDITS, balance(0, frozen=100))
    _, screen = await talk.say("slower", Action.EDIT)
    assert screen.texts[0].startswith("The cancelled request, “epic trailer 3 minutes”, may still be running")


async def test_a_fresh_start_forgets_the_cancelled_request(api: ScriptedApi, talk: Talk) -> None:
    api.on("POST", RUN, HELD)
    await cancelled(talk)
    await talk.say("", Action.NEW)
    api.on("GET", STATE, timeline(bgm("Epic")))
    _, screen = await talk.say("", Action.EXPORT)
    assert "cancelled request" not in screen.text


async def test_what_a_cancelled_request_costs_is_not_known_before_the_next_one(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", STATE, timeline(bgm()))
    api.on("POST", RUN, stream(says("Hm.")), HELD, stream(says("Slower.")))
    await talk.say("warmer", Action.EDIT)
    _, before = await talk.say("", Action.CREDITS)
    assert "Your last request cost 0 credits." in before.texts[-1]
    await cancelled(talk)
    _, screen = await talk.say("", Action.CREDITS)
    assert "What your last request costs isn't known yet" in screen.texts[-1]
    assert "Your last request cost" not in screen.texts[-1]
    api.on("GET", CREDITS, balance(99), balance(98))
    _, edited = await talk.say("slower", Action.EDIT)
    assert "It cost 1 credit." in edited.texts[-1]
    _, after = await talk.say("", Action.CREDITS)
    assert "Your last request cost 1 credit." in after.texts[-1]


async def test_a_request_that_was_told_before_it_was_cancelled_is_not_left(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", STATE, timeline(), timeline(), timeline(bgm()))
    api.on("POST", RUN, stream(says("Lo-fi for you.")))
    never = asyncio.Event()
    api.on("GET", "/api/render/proxy/lambda/*", replace(timeline(), before=never))
    wishing, screen = await talk.begin("lo-fi", until="sent")
    await screen.until(lambda seen: "Lo-fi for you." in seen.texts)
    await talk.say("", Action.CANCEL)
    await wishing
    _, status = await talk.say("", Action.STATUS)
    assert "cancelled request" not in status.text
    _, money = await talk.say("", Action.CREDITS)
    assert "Your last request cost 0 credits." in money.texts[-1]


async def test_behind_a_crash_costs_are_told_again(api: ScriptedApi, open_it: Open, tmp_path: Path) -> None:
    api.on("POST", RUN, HELD, stream(says("Slower.")))
    async with open_it() as bot:
        wishing, _ = await Talk(bot, tmp_path).begin("jazz", Action.EDIT)
        await cancel_and_wait(wishing)
    async with open_it() as bot:
        _, screen = await Talk(bot, tmp_path, prefix="n").say("slower", Action.EDIT)
    (told,) = (text for text in screen.texts if text.startswith("Slower."))
    assert "This did not cost credits." in told


async def test_a_real_run_goes_on_behind_its_cancel_and_is_told(valkey_url: str, tmp_path: Path) -> None:
    with running_studio(tmp_path / "studio", quirks=Quirks(slow_stage=0.4)) as url:
        async with opened(valkey_url, tmp_path / "work", url, QUICK) as bot:
            talk = Talk(bot, tmp_path / "out")
            await cancelled(talk, "calm piano 5 seconds")

            async def told() -> list[str] | None:
                _, screen = await talk.say("", Action.STATUS)
                return screen.texts if len(screen.texts) > 1 else None

            texts = await until(told, every=0.2)
            assert texts[0].startswith("The cancelled request was finished meanwhile: “calm piano 5 seconds”")
            assert texts[1].startswith("Timeline (")
            _, edited = await talk.say("slower", Action.EDIT)
    assert "It cost" in edited.texts[-1] or "This did not cost credits." in edited.texts[-1]
