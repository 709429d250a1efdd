"""Exports: checked first, one at a time, followed, tried once more, fetched one way or the other, picked up again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.cancellation import cancel_and_wait
from core.commands import Action
from core.flows import wording
from core.messages import Outcome
from core.nemo.model import Durations
from tests.support.conversation import Asking, Open, Talk
from tests.support.endpoints import CLAIM, CREDITS, DOWNLOAD, RENDER, RENDERED, RUN, SESSION, STATE
from tests.support.scripted_api import Answer, End, ScriptedApi, balance, bgm, data, raw, reply, says, stream, timeline

PAGES = "https://pages.example"
FAILED = reply({"code": 0, "status": "failed"})
COMPLETED = reply({"code": 0, "status": "completed"})
BROKEN = raw(b"", end=End.CUT, Content_Length="9")


@pytest.fixture
def api(api: ScriptedApi) -> ScriptedApi:
    api.on("GET", STATE, timeline(bgm()))
    return api


@pytest.fixture
async def talk(open_it: Open, tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_it(web_url=PAGES, durations=Durations()) as bot:
        yield Talk(bot, tmp_path / "out")


async def test_an_export_is_told_as_documented_with_file_size_and_claim_link(
    api: ScriptedApi, talk: Talk, film: bytes
) -> None:
    halfway = reply({"code": 0, "status": "processing", "progress": 50})
    done = {"code": 0, "status": "completed", "output": {"url": f"{api.url}/files/a.mp4"}}
    api.on("GET", RENDERED, reply({"code": 0, "status": "pending"}), halfway, reply(done))
    api.on("GET", "/files/a.mp4", raw(film, Content_Type="video/mp4"))
    _, screen = await talk.say("导出")
    assert screen.files[0].read_bytes() == film
    rendering = [drawn.text for drawn in screen.drawn if drawn.stage == "rendering"]
    assert rendering == ["⏳ 正在渲染 约 30 秒", "⏳ 正在渲染… 50%"]
    for told in ("✅", wording.megabytes(len(film)), f"{PAGES}/workspace/claim?ct=clm_1"):
        assert told in screen.file.text
    assert not api.asked("GET", DOWNLOAD)


async def test_the_same_export_again_is_said_to_be_the_same(api: ScriptedApi, talk: Talk) -> None:
    same = "Nothing has changed since the last export."
    screens = [(await talk.say("", Action.EXPORT))[1] for _ in range(3)]
    assert [same in screen.file.text for screen in screens] == [False, True, True]
    assert len(api.asked("POST", RENDER)) == 1
    api.on("GET", STATE, timeline(bgm("AppContext")))
    _, changed = await talk.say("", Action.EXPORT)
    assert same not in changed.file.text


async def test_the_request_has_the_documented_shape(api: ScriptedApi, talk: Talk) -> None:
    await talk.say("export")
    (request,) = api.asked("POST", RENDER)
    shape = {"sessionId": "s1", "draft": {"t": [bgm()]}, "output": {"format": "mp4", "quality": "high"}}
    assert request.json == {"id": request.json["id"], **shape}
    assert re.fullmatch(r"render_\w+", request.json["id"])


async def test_an_empty_timeline_is_not_sent_and_music_is_offered(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", STATE, timeline({"tt": 1, "sg": []}))
    _, screen = await talk.say("export")
    assert "nothing to export yet" in screen.texts[-1]
    assert "/music" in screen.texts[-1]
    assert not api.asked("POST", RENDER)


@pytest.mark.parametrize(
    ("answers", "renders"),
    [
        ((FAILED, COMPLETED), 2),
        ((BROKEN, BROKEN, BROKEN, reply({"code": 7}), COMPLETED), 1),
        ((reply({"code": 1001}), reply({"code": 404}, 404), COMPLETED), 2),
    ],
    ids=["failed", "polls that fail", "out of reach for a new token"],
)
async def test_a_render_that_fails_or_is_gone_is_tried_once_more_under_a_new_id(
    api: ScriptedApi, talk: Talk, answers: tuple[Answer, ...], renders: int
) -> None:
    api.on("GET", RENDERED, *answers)
    outcome, screen = await talk.say("export")
    assert outcome is Outcome.FULFILLED
    assert screen.files
    ids = {it.json["id"] for it in api.asked("POST", RENDER)}
    assert len(ids) == len(api.asked("POST", RENDER)) == renders


@pytest.mark.parametrize(
    ("path", "answer", "told", "renders", "polls"),
    [
        (RENDERED, FAILED, "twice in a row", 2, 2),
        (RENDERED, reply({"code": 0, "status": "processing"}), "Shorter pieces are faster", 1, 10),
        (RENDER, reply({"code": 400}, 400), "did not take this timeline", 1, 0),
        (RENDER, reply({"code": 422}, 422), "did not take this timeline", 1, 0),
        (RENDER, reply({"code": 429}, 429, Retry_After="180"), "try again in 3 minutes", 2, 0),
    ],
    ids=["failed twice", "slow", "400", "422", "429"],
)
async def test_an_export_that_does_not_come_is_told_not_repeated_and_found_by_its_button(
    api: ScriptedApi, talk: Talk, path: str, answer: Answer, told: str, renders: int, polls: int
) -> None:
    method = "POST" if path == RENDER else "GET"
    api.on(method, path, answer)
    _, screen = await talk.say("export")
    assert told in screen.texts[-1]
    assert len(api.asked("POST", RENDER)) == renders
    assert len(api.asked("GET", RENDERED)) == polls
    api.on(method, path, COMPLETED)
    _, late = await talk.say(press=screen.button("export").id)
    assert "Nothing has changed" not in late.file.text  # it was never delivered
    # A render that was begun is kept, and not made anew.
    assert len(api.asked("POST", RENDER)) == renders + (path == RENDER)


async def test_a_session_that_is_gone_at_the_export_is_told_and_its_draft_goes_nowhere_else(
    api: ScriptedApi, talk: Talk
) -> None:
    api.on("POST", SESSION, data({"session_id": "s1"}), data({"session_id": "s2"}))
    api.on("POST", RENDER, reply({"code": 1002}))
    _, screen = await talk.say("export")
    assert "its timeline is gone" in screen.texts[0]
    assert "nothing to export yet" in screen.texts[-1]
    assert len(api.asked("POST", RENDER)) == 1


@pytest.mark.parametrize(
    "refusal",
    [reply({"code": 402}, 402), reply({"code": 402}), reply({"detail": "scope"}, 403)],
    ids=["402", "402 in the envelope", "a token without the scope"],
)
async def test_a_plan_that_refuses_is_a_normal_outcome_with_reason_link_cost_and_another_way(
    api: ScriptedApi, talk: Talk, refusal: Answer
) -> None:
    api.on("POST", RENDER, refusal)
    api.on("GET", STATE, timeline(), timeline(bgm()))
    api.on("GET", CREDITS, balance(100), balance(0))
    outcome, screen = await talk.say("calm piano", Action.MUSIC)
    assert outcome is Outcome.REFUSED
    for told in (
        "Register or upgrade your plan to unlock export.",
        "nothing to do with credits",
        f"{PAGES}/workspace/claim?ct=clm_1",
        "BACKEND=studio",
        "It cost 100 credits.",
    ):
        assert told in screen.texts[-1]
    assert len(api.asked("POST", RENDER)) == 1


@pytest.mark.parametrize(
    ("text", "named"), [("give me the mp3", "MP3"), ("把 wav 发给我", "WAV"), ("dame el wav", "WAV"), ("export", None)]
)
async def test_a_kind_of_file_that_can_not_be_made_is_named_and_the_film_comes(
    talk: Talk, text: str, named: str | None
) -> None:
    outcome, screen = await talk.say(text)
    assert outcome is Outcome.FULFILLED
    assert any(named and named in said and "MP4" in said for said in (screen.text, *screen.texts)) is bool(named)


async def test_music_that_was_paid_for_keeps_its_price_when_the_export_fails(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", STATE, timeline(), timeline(bgm()))
    api.on("GET", CREDITS, balance(100), balance(0))
    api.on("GET", RENDERED, FAILED)
    _, screen = await talk.say("calm piano", Action.MUSIC)
    assert "Your timeline is safe" in screen.texts[-1]
    assert "It cost 100 credits." in screen.texts[-1]


async def test_without_a_claim_token_the_file_comes_all_the_same(api: ScriptedApi, talk: Talk) -> None:
    api.on("POST", CLAIM, reply({"code": 500}, 500))
    _, screen = await talk.say("export")
    assert "claim" not in screen.file.text


async def test_a_render_under_way_is_picked_up_after_a_restart_and_not_started_again(
    api: ScriptedApi, open_it: Open, asking: Asking, tmp_path: Path
) -> None:
    api.on("GET", STATE, timeline(), timeline(bgm()))
    api.on("GET", RENDERED, replace(COMPLETED, before=asyncio.Event()))
    async with open_it() as bot:
        job, _ = await Talk(bot, tmp_path).begin("calm piano 5 seconds", until="rendering")
        await api.receive("GET", RENDERED)
        await cancel_and_wait(job)
    api.on("GET", RENDERED, COMPLETED)
    _, screen = await asking.say("export")
    assert len(screen.files) == 2
    assert len(api.wishes) == 1
    # The export that was asked for now delivers the render that was under way.
    assert len(api.asked("POST", RENDER)) == 1


async def test_the_agents_export_button_runs_the_export(api: ScriptedApi, talk: Talk) -> None:
    api.on("POST", RUN, stream(says("点击导出按钮下载视频。")))
    _, screen = await talk.say("我要看看结果", Action.MUSIC)
    assert screen.files
    assert "点击" not in screen.text
    assert len(api.wishes) == 1
