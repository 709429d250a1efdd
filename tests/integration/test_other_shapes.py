"""The service in the other shapes of answers that its vendor has documented: nothing that a person paid for is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.commands import Action
from core.messages import Outcome
from core.nemo.model import RenderState
from tests.support.conversation import Open, Talk
from tests.support.endpoints import DOWNLOAD
from tests.support.files import make
from tests.support.scripted_api import (
    CREDITS,
    OURS,
    RENDER,
    RENDERED,
    RUN,
    SECRET,
    SESSION,
    STATE,
    TOKEN,
    UPLOAD,
    ScriptedApi,
    bgm,
    data,
    nemo_at,
    raw,
    reply,
    timeline,
)


@pytest.fixture
def api(api: ScriptedApi, film: bytes) -> ScriptedApi:
    api.on("GET", DOWNLOAD, raw(film, Content_Type="video/mp4"))
    return api


def frames(*events: object) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


async def test_an_agent_that_names_its_events_is_heard(api: ScriptedApi, talk: Talk) -> None:
    events = (
        {"type": "heartbeat"},
        {"type": "tool_call", "name": "generate_music", "args": {}},
        {"type": "tool_result", "name": "generate_music", "result": {"status": "success"}},
        {"type": "text", "content": "Golden hour is ready."},
        {"content": {"parts": [{"text": "And a word in the usual shape."}]}},
    )
    api.on("POST", RUN, raw(frames(*events), Content_Type="text/event-stream"))
    api.on("GET", STATE, timeline(), timeline(bgm()))
    _, screen = await talk.say("calm piano", Action.MUSIC)
    assert "Golden hour is ready." in screen.text
    assert "usual shape" in screen.text
    assert screen.files


async def test_a_film_is_fetched_from_whatever_address_an_answer_held(
    api: ScriptedApi, talk: Talk, film: bytes
) -> None:
    api.on("GET", STATE, timeline(bgm()))
    api.on("GET", RENDERED, data({"status": "completed", "progress": 100, "outputUrl": f"{api.url}/films/1.mp4"}))
    api.on("GET", "/films/1.mp4", raw(film, Content_Type="video/mp4"))
    api.on("GET", DOWNLOAD, reply({"code": 404, "message": "not found"}, 404))
    outcome, screen = await talk.say("", Action.EXPORT)
    assert outcome is Outcome.FULFILLED
    assert screen.files[0].read_bytes() == film


@pytest.mark.parametrize("where", [("POST", RENDER), ("GET", RENDERED)])
async def test_why_the_service_failed_reaches_the_person_without_the_token(
    api: ScriptedApi, talk: Talk, where: tuple[str, str]
) -> None:
    api.on("POST", TOKEN, data({"token": SECRET}))
    api.on("GET", STATE, timeline(bgm()))
    api.on(*where, reply({"success": False, "error": f"The video track is longer than {SECRET} allows."}))
    outcome, screen = await talk.say("", Action.EXPORT)
    assert outcome is Outcome.FAILED
    assert "The service says: “The video track is longer than *** allows.”" in screen.text
    assert SECRET not in screen.text


async def test_a_file_that_is_not_in_the_session_is_told_before_anything_is_paid_for(
    api: ScriptedApi, talk: Talk, tmp_path: Path
) -> None:
    api.on("POST", UPLOAD, data({"files": [{"filename": "a.mp4"}], "session_state_applied": False}))
    outcome, _ = await talk.say("calm piano under this", Action.MUSIC, make(tmp_path / "a.mp4", seconds=1))
    assert outcome is Outcome.FAILED
    assert not api.asked("POST", RUN)


async def test_who_registers_is_named_by_the_id_that_came_with_the_token(
    api: ScriptedApi, open_it: Open, tmp_path: Path
) -> None:
    api.on("POST", TOKEN, data({"token": SECRET, "user_id": "anon_42"}))
    api.on("POST", SESSION, data({"session_id": "s1", "task_id": "t9"}))
    api.on("POST", RUN, reply({"code": 2001}))
    async with open_it(web_url="https://pages.test") as bot:
        _, screen = await Talk(bot, tmp_path).say("calm piano", Action.MUSIC)
    assert "https://pages.test/register?bind=anon_42" in screen.text


STRANGE = {
    "half signs": b'{"code":0,"data":{"available":7,"name":"caf\\ud83d"}}',
    "a mark": b'\xef\xbb\xbf{"code":0,"data":{"available":7}}',
    "a raw tab": b'{"code":0,"data":{"available":7,"name":"a\tb"}}',
    "Latin-1": '{"code":0,"data":{"available":7,"name":"café"}}'.encode("latin-1"),
    "another envelope": b'{"success":true,"data":{"available":7}}',
    "no number": b'{"code":0,"data":{"available":7,"frozen":NaN}}',
}


@pytest.mark.parametrize("kind", STRANGE)
async def test_json_that_one_parser_bears_and_another_does_not_is_read(api: ScriptedApi, kind: str) -> None:
    api.on("GET", CREDITS, raw(STRANGE[kind]))
    async with nemo_at(api.url) as client:
        assert (await client.credits(OURS)).available == 7


async def test_a_state_with_half_a_sign_in_a_title_is_read_and_exported(api: ScriptedApi, talk: Talk) -> None:
    state = json.dumps(
        {"code": 0, "data": {"state": {"draft": {"t": [{"tt": 1, "sg": [{"d": 5000, "m": {"title": "Sun\ud83d"}}]}]}}}}
    )
    api.on("GET", STATE, raw(state.encode()))
    outcome, _ = await talk.say("", Action.EXPORT)
    assert outcome is Outcome.FULFILLED
    _, screen = await talk.say("", Action.STATUS)
    assert "Sun\ufffd" in screen.text


async def test_a_render_in_data_with_percents_is_followed(api: ScriptedApi) -> None:
    api.on("GET", RENDERED, data({"status": "processing", "progress": 40}))
    async with nemo_at(api.url) as client:
        status = await client.render_status(OURS, "render_1")
    assert (status.state, status.fraction) == (RenderState.PROCESSING, 0.4)


async def test_with_few_credits_left_a_person_is_asked_before_anything_is_sent(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", CREDITS, data({"available": 7, "frozen": 2, "total": 9}))
    api.on("GET", STATE, timeline(), timeline(), timeline(bgm()))
    outcome, asked = await talk.say("calm piano", Action.MUSIC)
    assert outcome is Outcome.REFUSED
    assert "You have 7 credits left" in asked.texts[-1]
    assert not api.asked("POST", RUN)
    outcome, _ = await talk.say(press=asked.button("continue").id)
    assert outcome is Outcome.FULFILLED
    assert len(api.asked("POST", RUN)) == 1
    _, told = await talk.say("", Action.CREDITS)
    assert told.texts[-1].splitlines()[:3] == [
        "You have 7 credits left.",
        "2 more are held for work under way.",
        "9 in all.",
    ]


async def test_a_project_is_opened_in_the_language_of_the_person_with_the_region_for_chinese(
    api: ScriptedApi, talk: Talk
) -> None:
    await talk.say("来一首安静的钢琴曲", Action.MUSIC)
    (opened,) = api.asked("POST", SESSION)
    assert json.loads(opened.body)["language"] == "zh-CN"


async def test_a_cancelled_export_is_stopped_at_the_service(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", STATE, timeline(bgm()))
    api.on("GET", RENDERED, reply({"code": 0, "status": "processing"}))
    job, screen = await talk.begin("", Action.EXPORT, until="rendering")
    await talk.say(press=screen.button("cancel").id)
    await job
    (stopped,) = [it for it in api.asked("POST", RENDERED) if it.target.endswith("/cancel")]
    (started,) = api.asked("POST", RENDER)
    assert json.loads(started.body)["id"] in stopped.target
