"""Requests that were cancelled or left while the service went on with them: what is said of them, and when."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.cancellation import cancel_and_wait
from core.commands import Action
from core.messages import Outcome
from core.store import Conversation, Store
from tests.support.conversation import HERE, ME, Asking, Open, Talk
from tests.support.endpoints import CREDITS, RENDERED, RUN, STATE
from tests.support.screen import RecordingScreen
from tests.support.scripted_api import End, ScriptedApi, balance, bgm, calls, reply, says, stream, timeline
from tests.support.waiting import until_gone

FINISHED = "The cancelled request was finished meanwhile: “epic trailer 3 minutes” is on the timeline now."
HELD = stream(calls("generate_music"), end=End.HOLD)


async def cancelled(talk: Talk) -> None:
    """Cancel a wish in the middle."""
    wishing, _ = await talk.begin("epic trailer 3 minutes")
    await talk.say("", Action.CANCEL)
    assert await wishing is Outcome.CANCELLED


@pytest.mark.parametrize(
    ("command", "text"), [(Action.STATUS, ""), (Action.EDIT, "slower"), (Action.EXPORT, ""), (Action.MUSIC, "jazz")]
)
async def test_what_comes_next_says_first_and_once_that_a_cancelled_request_was_finished(
    api: ScriptedApi, talk: Talk, command: Action, text: str
) -> None:
    api.on("POST", RUN, HELD, stream(says("Done so.")))
    await cancelled(talk)
    _, before = await talk.say("", Action.STATUS)
    assert before.texts[0].startswith("The timeline is empty")
    api.on("GET", STATE, timeline(bgm("Epic", seconds=180)))
    _, screen = await talk.say(text, command)
    assert screen.texts[0] == FINISHED
    _, again = await talk.say("", Action.STATUS)
    assert (screen.texts + again.texts).count(FINISHED) == 1


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
    api.on("POST", RUN, HELD, stream(says("Slower.")))
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
    api.on("GET", RENDERED, replace(timeline(), before=asyncio.Event()))
    wishing, screen = await talk.begin("lo-fi", until="sent")
    await screen.until(lambda seen: "Lo-fi for you." in seen.texts)
    await talk.say("", Action.CANCEL)
    await wishing
    _, status = await talk.say("", Action.STATUS)
    assert "cancelled request" not in status.text
    _, money = await talk.say("", Action.CREDITS)
    assert "Your last request cost 0 credits." in money.texts[-1]


async def test_behind_a_crash_costs_are_told_again(
    api: ScriptedApi, open_it: Open, asking: Asking, tmp_path: Path
) -> None:
    api.on("POST", RUN, HELD, stream(says("Slower.")))
    async with open_it() as bot:
        wishing, _ = await Talk(bot, tmp_path).begin("jazz", Action.EDIT)
        await cancel_and_wait(wishing)
    _, screen = await asking.say("slower", Action.EDIT)
    (told,) = (text for text in screen.texts if text.startswith("Slower."))
    assert "This did not cost credits." in told


@pytest.mark.parametrize(
    ("wish", "opening", "result"),
    [
        ("sad violin", "⏳ Still finishing “sad violin”…", "Done. I was interrupted while it was made"),
        ("悲伤的小提琴", "⏳ 正在继续完成“悲伤的小提琴”…", "完成了。制作时我被打断"),
        ("sad violin", "While you were away: “sad violin”", "Done. I was interrupted while it was made"),
    ],
    ids=["still going on", "in Chinese", "finished meanwhile"],
)
async def test_what_was_left_is_named_and_its_lost_description_is_excused(
    api: ScriptedApi, open_it: Open, store: Store, tmp_path: Path, wish: str, opening: str, result: str
) -> None:
    """A conversation begins anew after its process ended in the middle of a job, which the service has finished."""
    api.on("POST", RUN, HELD)
    async with open_it() as bot:
        wishing, _ = await Talk(bot, tmp_path).begin(wish)
        await cancel_and_wait(wishing)
    api.on("GET", STATE, timeline(bgm("Sad Violin")))
    looked = asyncio.Event()
    api.on("GET", RENDERED, replace(reply({"code": 0, "status": "completed"}), before=looked))
    async with open_it() as bot:
        if "away" in opening:
            looked.set()
            await until_gone(lambda: store.journal.queue(Conversation.of(ME, HERE)))
        screen, again = RecordingScreen(tmp_path / "out"), RecordingScreen()
        resuming = asyncio.create_task(bot.resume(ME, HERE, screen))
        await screen.until(lambda seen: bool(seen.texts))
        looked.set()
        await resuming
        await bot.resume(ME, HERE, again)
    assert screen.texts[0] == opening
    assert screen.texts[1].startswith(result)
    assert "Sad Violin" in screen.texts[1]
    assert screen.files
    assert again.shown == []
