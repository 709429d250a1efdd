"""First contact, tokens, sessions, attribution, credits and status: what the service asks of a client, kept."""

from __future__ import annotations

import asyncio
import logging
import uuid
from dataclasses import replace

import pytest

from core.commands import Action
from core.messages import Outcome
from core.nemo.model import Deadlines
from tests.support.conversation import ME, Asking, Talk
from tests.support.endpoints import CREDITS, RUN, SESSION, STATE, TOKEN
from tests.support.scripted_api import Answer, ScriptedApi, balance, bgm, data, raw, reply, says, stream, timeline

OTHER = replace(ME, id="8")


@pytest.mark.parametrize("command", [Action.MUSIC, Action.CREDITS])
async def test_first_contact_is_one_brief_line_without_token_or_id(
    api: ScriptedApi, talk: Talk, caplog: pytest.LogCaptureFixture, command: Action
) -> None:
    caplog.set_level(logging.DEBUG)
    _, screen = await talk.say("calm piano", command)
    assert [drawn.text for drawn in screen.drawn].count("⏳ Setting up…") == 1
    for text in (screen.text, caplog.text):
        for secret in ("nmv_usr", "s1", "t1", '"code"', api.asked("POST", TOKEN)[0].headers["x-client-id"]):
            assert secret not in text.replace(api.url, "").replace("/me/s1/", "")


async def test_the_client_id_is_a_uuid_and_kept_for_good(api: ScriptedApi, asking: Asking) -> None:
    await asking.say("", Action.CREDITS)
    api.on("GET", CREDITS, reply({"code": 1001}), balance(100))
    outcome, screen = await asking.say("", Action.CREDITS)
    assert (outcome, screen.stages) == (Outcome.FULFILLED, ["asking"])
    first, second = (uuid.UUID(it.headers["x-client-id"]) for it in api.asked("POST", TOKEN))
    assert first == second


async def test_a_client_id_that_is_not_taken_is_replaced_once(api: ScriptedApi, talk: Talk) -> None:
    api.on("POST", TOKEN, reply({"code": 400}, 400), data({"token": "nmv_usr_second"}))
    outcome, screen = await talk.say("", Action.CREDITS)
    assert outcome is Outcome.FULFILLED
    assert "100 credits" in screen.texts[-1]
    first, second = (it.headers["x-client-id"] for it in api.asked("POST", TOKEN))
    assert first != second


@pytest.mark.parametrize("token", [None, "nmv_operator"])
async def test_every_request_carries_the_attribution(api: ScriptedApi, asking: Asking, token: str | None) -> None:
    api.on("GET", STATE, timeline(bgm()))
    for text in ("export", "/music calm piano"):
        await asking.say(text, token=token, web_url="https://a.example")
    assert len({it.target.split("/render_")[0] for it in api.requests}) >= 6
    for request in api.requests:
        assert request.headers["x-skill-source"] == "music-generator-free"
        assert request.headers["x-skill-version"] == "1.0.0"
        assert request.headers["x-skill-platform"] == "test"
        assert ("authorization" in request.headers) is (request.target != TOKEN)
    assert bool(api.asked("POST", TOKEN)) is (token is None)


async def test_an_operators_token_wins_and_people_see_their_own_share_of_it(api: ScriptedApi, asking: Asking) -> None:
    token = "nmv_operator"
    api.on("GET", CREDITS, balance(5000), balance(4900))
    api.on("GET", STATE, timeline(), timeline(bgm()))
    api.on("POST", SESSION, data({"session_id": "mine"}), data({"session_id": "theirs"}))
    for person in (ME, OTHER, ME):
        await asking.say("calm piano", Action.MUSIC, person=person, token=token)
    assert [it.json["session_id"] for it in api.asked("POST", RUN)] == ["mine", "theirs", "mine"]
    for person, used in ((ME, 100), (OTHER, 0)):
        _, share = await asking.say("how many credits do I have left?", person=person, token=token)
        assert f"used {used} credits so far" in share.texts[-1]
        assert "4900" not in share.text
        assert "5000" not in share.text
    assert {it.headers["authorization"] for it in api.requests} == {"Bearer nmv_operator"}
    assert not api.asked("POST", TOKEN)


@pytest.mark.parametrize("command", [Action.MUSIC, Action.EXPORT, Action.STATUS])
async def test_an_operators_token_that_is_refused_is_said_to_be(
    api: ScriptedApi, asking: Asking, command: Action
) -> None:
    token = "nmv_operator"
    if command is Action.STATUS:
        await asking.say("export", token=token)
        api.on("GET", STATE, reply({"code": 1001}))
    else:
        api.on("POST", SESSION, reply({"code": 1001}, 401))
    outcome, screen = await asking.say("calm piano", command, token=token)
    assert outcome is Outcome.REFUSED
    assert "check NEMO_TOKEN" in screen.texts[-1]
    assert token not in screen.text
    assert not api.asked("POST", TOKEN)


@pytest.mark.parametrize("before", [(), (reply({"code": 400}, 400),)], ids=["at once", "behind a refused client id"])
async def test_when_the_address_has_had_its_tokens_another_way_is_offered(
    api: ScriptedApi, talk: Talk, before: tuple[Answer, ...]
) -> None:
    api.on("POST", TOKEN, *before, raw(b"", 429))
    outcome, screen = await talk.say("calm piano", Action.MUSIC)
    assert outcome is Outcome.REFUSED
    for told in ("no more free tokens", "NEMO_TOKEN", "BACKEND=studio"):
        assert told in screen.texts[-1]


async def test_a_session_is_in_the_language_of_the_message(api: ScriptedApi, asking: Asking) -> None:
    for person, text in ((ME, "做一首欢快的歌"), (OTHER, "make a happy song")):
        await asking.say(text, person=person)
    assert [it.json for it in api.asked("POST", SESSION)] == [
        {"task_name": "project", "language": language} for language in ("zh-CN", "en")
    ]


async def test_answers_follow_the_language_of_each_message(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", CREDITS, balance(40, frozen=60))
    _, chinese = await talk.say("还剩多少积分？")
    _, english = await talk.say("how many credits do I have?")
    _, kept = await talk.say("", Action.CREDITS)
    assert "积分" in chinese.texts[-1]
    told = "You have 40 credits left.\n60 more are held for work under way.\n100 in all."
    assert english.texts[-1] == kept.texts[-1] == told


@pytest.mark.parametrize("refusals", [1, 2])
async def test_1001_gets_a_new_token_unseen_and_the_message_goes_out(
    api: ScriptedApi, talk: Talk, refusals: int
) -> None:
    """The first message meets the refused token, before anything ran; the second one is the only one that may run."""
    api.on("POST", TOKEN, data({"token": "nmv_usr_first"}), data({"token": "nmv_usr_second"}))
    api.on("POST", RUN, *[reply({"code": 1001}, 401)] * refusals, stream(says("Here is calm piano.")))
    _, screen = await talk.say("calm piano", Action.MUSIC)
    if refusals == 1:
        assert screen.texts == ["Here is calm piano."]
    else:
        assert "would not let me in" in screen.texts[-1]
        assert "This did not cost credits." in screen.texts[-1]
    tokens = [it.headers["authorization"] for it in api.asked("POST", RUN)]
    assert tokens == ["Bearer nmv_usr_first", "Bearer nmv_usr_second"]


@pytest.mark.parametrize("lost", [1, 2])
async def test_1002_on_a_message_opens_a_session_and_says_so_once(api: ScriptedApi, talk: Talk, lost: int) -> None:
    api.on("POST", SESSION, *(data({"session_id": f"s{number}"}) for number in (1, 2, 3)))
    gone = [raw(b'{"detail":"Session not found: s1"}', 404)] * lost
    api.on("POST", RUN, *gone, stream(says("Here is calm piano.")))
    outcome, screen = await talk.say("calm piano", Action.MUSIC)
    assert outcome is (Outcome.FULFILLED if lost == 1 else Outcome.FAILED)
    assert "no longer exists" in screen.texts[0]
    assert screen.text.count("no longer exists") == 1
    assert [it.json["session_id"] for it in api.asked("POST", RUN)] == ["s1", "s2"]


async def test_the_status_has_the_documented_form(api: ScriptedApi, talk: Talk) -> None:
    await talk.say("export")
    video = {"tt": 0, "sg": [{"d": 10_000, "m": {"name": "city timelapse"}}]}
    api.on("GET", STATE, timeline(video, bgm()))
    _, screen = await talk.say("show tracks")
    form = "Timeline (2 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%)"
    assert screen.texts[-1] == form


async def test_two_messages_at_once_on_one_balance_are_not_told_each_others_cost(
    api: ScriptedApi, asking: Asking
) -> None:
    """With one account for all, a difference of its balance says nothing while two messages run."""
    token, both = "nmv_operator", asyncio.Event()
    api.on("GET", CREDITS, balance(500), balance(500), balance(300))
    api.on("GET", STATE, timeline(), timeline(), timeline(bgm()))
    api.on("POST", RUN, stream(both, says("Done.")))
    told = [asking.say("calm piano", Action.MUSIC, person=person, token=token) for person in (ME, OTHER)]
    jobs = asyncio.gather(*told)
    await api.receive("POST", RUN, 2)
    both.set()
    assert not any("It cost" in screen.text for _, screen in await jobs)
    _, share = await asking.say("", Action.CREDITS, token=token)
    assert "used 0 credits so far" in share.texts[-1]


def test_the_deadlines_are_the_documented_ones() -> None:
    assert Deadlines() == Deadlines(
        stream_total=15 * 60,
        stream_silence=10 * 60,
        still_working=2 * 60,
        rate_limit_wait=30,
        recover_first=30,
        recover_next=60,
        recover_reads=5,
        render_first=30,
        render_every=30,
        render_polls=10,
    )


@pytest.mark.parametrize(
    ("token", "told"),
    [(None, "https://a.example/register?bind=t9"), ("nmv_operator", "Top up credits in your account")],
)
async def test_without_credits_the_way_to_register_or_to_top_up_is_told(
    api: ScriptedApi, asking: Asking, token: str | None, told: str
) -> None:
    """The task id, which the address to register names, may come with the state only."""
    api.on("POST", SESSION, data({"session_id": "s1"}))
    api.on("GET", STATE, data({"task_id": "t9", "state": {"draft": {}}}))
    api.on("POST", RUN, reply({"code": 2001}))
    _, screen = await asking.say("calm piano", Action.MUSIC, web_url="https://a.example", token=token)
    assert told in screen.texts[-1]
    assert ("/register" in screen.texts[-1]) is (token is None)
