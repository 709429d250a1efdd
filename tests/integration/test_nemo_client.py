"""The client over real sockets: every endpoint, every error of the table, what is repeated and what never is."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from core.errors import (
    FileTooLarge,
    NoCredits,
    OutcomeUnknown,
    PlanRefused,
    RateLimited,
    RenderRefused,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    SessionGone,
    TokenRefused,
    UnsupportedFile,
)
from core.nemo import NemoClient
from core.nemo.model import Credits, Media, RenderState, RenderStatus, SessionIds, TrackKind
from tests.support.scripted_api import (
    CLAIM,
    CREDITS,
    OURS,
    RENDER,
    RENDERED,
    SECRET,
    SESSION,
    TOKEN,
    Answer,
    End,
    ScriptedApi,
    data,
    nemo_at,
    raw,
    refused_url,
    reply,
)

STATE = "/api/state/nemo_agent/me/s1/latest"
CUT = raw(b"{", end=End.CUT, **{"Content-Length": "99"})
HELD = raw(b"{", end=End.HOLD, **{"Content-Length": "99"})


class Sleeps(list[float]):
    """A clock's sleep that only notes for how long."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def sleeps() -> Sleeps:
    return Sleeps()


@pytest.fixture
async def client(api: ScriptedApi, sleeps: Sleeps) -> AsyncIterator[NemoClient]:
    async with nemo_at(api.url, sleep=sleeps) as made:
        yield made


async def test_a_token_is_asked_for_with_the_client_id_and_the_attribution(
    api: ScriptedApi, client: NemoClient
) -> None:
    api.on("POST", TOKEN, data({"token": SECRET, "user_id": "anon_7", "credits": 100, "new": {"field": 1}}))
    granted = await client.anonymous_token("uuid-1")
    assert granted.token.get_secret_value() == SECRET
    assert granted.user_id == "anon_7"
    assert SECRET not in repr(granted)
    attribution = {
        "x-client-id": "uuid-1",
        "x-skill-source": "music-generator-free",
        "x-skill-version": "1.0.0",
        "x-skill-platform": "cursor",
    }
    assert attribution.items() <= api.requests[0].headers.items()
    assert "authorization" not in api.requests[0].headers


async def test_a_session_is_opened_in_the_persons_language(api: ScriptedApi, client: NemoClient) -> None:
    api.on("POST", SESSION, data({"task_id": 12, "session_id": "s1"}), data({"session_id": "s2"}))
    assert await client.create_session(OURS, "zh") == SessionIds("s1", "12")
    assert await client.create_session(OURS, "zh") == SessionIds("s2", None)
    request = api.requests[0]
    assert request.json == {"task_name": "project", "language": "zh-CN"}
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.headers["x-skill-source"] == "music-generator-free"


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ({"available": 60, "frozen": 40, "total": 100}, Credits(60, 40, 100)),
        ({"available": "60"}, Credits(60, 0)),
        ({"available": 1.5, "frozen": None, "total": "x"}, Credits(1.5, 0)),
    ],
)
async def test_the_balance_is_read(api: ScriptedApi, client: NemoClient, told: object, read: Credits) -> None:
    api.on("GET", CREDITS, data(told), reply(told))
    assert await client.credits(OURS) == read
    assert await client.credits(OURS) == read, "the fields may stand at top level too"


async def test_the_state_keeps_the_draft_as_it_came(api: ScriptedApi, client: NemoClient) -> None:
    draft = {"t": [{"tt": 1, "sg": [{"d": 1500, "m": {"name": "曲", "x": [1.5, None]}}]}], "zz": 12345678901234567890}
    media = [{"type": "audio", "url": "u", "name": "n", "duration": 2}, "nonsense"]
    api.on("GET", STATE, data({"state": {"draft": draft, "generated_media": media}, "task_id": "t1"}))
    state = await client.state(OURS, "s1")
    assert json.loads(state.draft_json) == draft
    assert state.timeline.tracks[0].kind is TrackKind.BGM
    assert state.generated == (Media("audio", "n", 2.0),)
    assert state.task_id == "t1"


@pytest.mark.parametrize("answer", [{}, {"state": None}, {"state": {"draft": None}}, {"state": {"draft": []}}])
async def test_an_empty_state_is_an_empty_timeline(api: ScriptedApi, client: NemoClient, answer: object) -> None:
    api.on("GET", STATE, data(answer))
    assert not (await client.state(OURS, "s1")).timeline.can_export


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ({"status": "pending"}, RenderStatus(RenderState.PENDING)),
        ({"code": 0, "status": "processing", "progress": 50}, RenderStatus(RenderState.PROCESSING, 0.5)),
        ({"status": "Rendering"}, RenderStatus(RenderState.PROCESSING)),
        ({"status": "completed", "output": {"url": "/f"}}, RenderStatus(RenderState.COMPLETED, None, "/f")),
        ({"code": 0, "data": {"status": "failed", "output": None}}, RenderStatus(RenderState.FAILED)),
    ],
)
async def test_a_render_is_followed(api: ScriptedApi, client: NemoClient, told: object, read: RenderStatus) -> None:
    api.on("GET", RENDERED, reply(told))
    assert await client.render_status(OURS, "render_1") == read
    api.on("GET", RENDERED, data({}))
    with pytest.raises(ServiceFault):
        await client.render_status(OURS, "render_2")


async def test_a_claim_link_is_for_people_and_holds_no_api_token(api: ScriptedApi, client: NemoClient) -> None:
    api.on("POST", CLAIM, data({"claim_token": "clm_1&2", "expires_in": 604800}))
    link = await client.claim_link(OURS, "t1", "s1")
    assert link == "https://people.example/workspace/claim?ct=clm_1%262"
    assert api.requests[0].json == {"task_id": "t1", "session_id": "s1"}


async def test_without_pages_for_people_no_claim_is_asked_for(api: ScriptedApi) -> None:
    async with nemo_at(api.url, web_url=None) as client:
        assert await client.claim_link(OURS, "t1", "s1") is None
    assert api.requests == []


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"code": 1001, "message": "expired"}, TokenRefused),
        (401, {"detail": "no"}, TokenRefused),
        (401, {"code": 1001}, TokenRefused),
        (200, {"code": 1002}, SessionGone),
        (404, {"detail": "Session not found: s1"}, SessionGone),
        (200, {"code": 2001}, NoCredits),
        (402, {"code": 2001}, NoCredits),
        (200, {"code": 4001}, UnsupportedFile),
        (415, {}, ServiceFault),
        (200, {"code": 4002}, FileTooLarge),
        (413, {}, ServiceFault),
        (402, {"message": "plan"}, PlanRefused),
        (400, {"message": "X-Client-Id"}, ServiceFault),
        (200, {"code": 7777}, ServiceFault),
        (500, {}, ServiceFault),
        (302, {}, ServiceFault),
    ],
)
async def test_every_error_of_the_table(
    api: ScriptedApi, client: NemoClient, status: int, body: object, error: type[ServiceError]
) -> None:
    api.on("GET", STATE, reply(body, status, x_request_id="r-77"))
    with pytest.raises(ServiceError) as caught:
        await client.state(OURS, "s1")
    assert type(caught.value) is error
    assert caught.value.status == status
    assert caught.value.request_id == "r-77"
    assert SECRET not in repr(caught.value) + str(caught.value)


async def test_404_is_a_lost_session_only_where_a_session_was_asked_for(api: ScriptedApi, client: NemoClient) -> None:
    api.on("GET", RENDERED, reply({}, 404))
    with pytest.raises(RenderRefused) as caught:
        await client.render_status(OURS, "render_9")
    assert caught.value.status == 404


@pytest.mark.parametrize("body", [b"<html>gateway</html>", b"", b"[1,2", b"\xff"])
async def test_an_unreadable_answer_is_a_fault(api: ScriptedApi, client: NemoClient, body: bytes) -> None:
    api.on("GET", CREDITS, raw(body))
    api.on("POST", RENDER, raw(body))
    with pytest.raises(ServiceFault):
        await client.credits(OURS)
    with pytest.raises(ServiceFault):
        await client.start_render(OURS, "s1", "r", "{}")


async def test_a_broken_answer_with_a_token_is_not_quoted(api: ScriptedApi, client: NemoClient) -> None:
    api.on("POST", TOKEN, raw(b'{"code":0,"data":{"token":"' + SECRET.encode()))
    with pytest.raises(ServiceFault) as caught:
        await client.anonymous_token("id")
    api.on("POST", TOKEN, data({"tokens": SECRET}))
    with pytest.raises(ServiceFault) as again:
        await client.anonymous_token("id")
    for told in (caught, again):
        assert SECRET not in "".join(traceback.format_exception(told.value))


@pytest.mark.parametrize(
    ("asked", "slept"), [(None, 30), ("7", 7), ("3600", 30), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", 30)]
)
async def test_a_rate_limit_is_waited_for_once(
    api: ScriptedApi, client: NemoClient, sleeps: Sleeps, asked: str | None, slept: float
) -> None:
    headers = {"retry_after": asked} if asked else {}
    limited = reply({}, 429, **headers)
    api.on("POST", TOKEN, limited, data({"token": "t"}))
    await client.anonymous_token("id")
    assert sleeps == [slept]


async def test_a_second_rate_limit_is_told_with_its_time(api: ScriptedApi, client: NemoClient, sleeps: Sleeps) -> None:
    api.on("GET", CREDITS, reply({}, 429, retry_after="90"))
    with pytest.raises(RateLimited) as caught:
        await client.credits(OURS)
    assert caught.value.retry_after == 90
    assert (len(api.requests), len(sleeps)) == (2, 1)


async def test_reads_are_repeated_after_faults_and_broken_connections(
    api: ScriptedApi, client: NemoClient, sleeps: Sleeps
) -> None:
    api.on("GET", CREDITS, reply({}, 503), CUT, data({"available": 3}))
    assert (await client.credits(OURS)).available == 3
    assert sleeps == [0.5, 1.0]


async def test_reads_are_not_repeated_for_ever(api: ScriptedApi, client: NemoClient) -> None:
    api.on("GET", CREDITS, reply({}, 503))
    with pytest.raises(ServiceFault):
        await client.credits(OURS)
    assert len(api.requests) == 3


async def test_what_makes_something_is_not_sent_again_once_it_may_have_arrived(
    api: ScriptedApi, client: NemoClient
) -> None:
    api.on("POST", SESSION, CUT)
    with pytest.raises(OutcomeUnknown):
        await client.create_session(OURS, "en")
    api.on("POST", SESSION, reply({}, 500))
    with pytest.raises(ServiceFault):
        await client.create_session(OURS, "en")
    assert len(api.asked("POST", SESSION)) == 2


async def test_nothing_listens() -> None:
    sleeps = Sleeps()
    async with nemo_at(refused_url(), sleep=sleeps) as client:
        with pytest.raises(ServiceUnreachable):
            await client.create_session(OURS, "en")
    assert len(sleeps) == 2, "what never left may be sent again"


@pytest.mark.parametrize("token", ["", "a b", "line\nbreak", "кириллица", "tab\t"])
async def test_a_token_that_no_header_can_carry_is_refused_without_being_quoted(
    api: ScriptedApi, client: NemoClient, token: str
) -> None:
    with pytest.raises(TokenRefused) as caught:
        await client.credits(SecretStr(token))
    assert caught.value.__cause__ is None
    assert not token or token not in str(caught.value)
    assert api.requests == []


async def test_cancelled_short_calls_leave_the_client_usable(api: ScriptedApi) -> None:
    """Cancelled together, at every moment of a call: httpx's pool of 100 would stay full."""
    async with nemo_at(api.url) as client:
        api.on("GET", CREDITS, data({"available": 1}))
        for moment in [10, 11, 12] * 27:
            calls = [asyncio.create_task(client.credits(OURS)) for _ in range(4)]
            for _ in range(moment):
                await asyncio.sleep(0)
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        assert (await client.credits(OURS)).available == 1


async def test_closing_ends_what_is_under_way(api: ScriptedApi) -> None:
    api.on("GET", CREDITS, HELD)
    async with nemo_at(api.url) as client:
        call = asyncio.create_task(client.credits(OURS))
        await api.receive("GET", CREDITS)
    with pytest.raises(asyncio.CancelledError):
        await call


@pytest.mark.parametrize("head", [False, True])
async def test_an_answer_that_comes_byte_by_byte_is_given_up(api: ScriptedApi, head: bool, sleeps: Sleeps) -> None:
    """Each byte comes well within the deadline; without an end to all of them a session would wait for ever."""
    length = {"Content-Length": "1000000"}
    drip = replace(raw(b" ", end=End.HOLD, **length), every=0.05)
    if head:
        # An interim answer, over and over: the head never ends.
        drip = Answer(103, {}, (b"HTTP/1.1 103 Early Hints\r\n\r\n",), End.HOLD, every=0.05)
    api.on("GET", CREDITS, drip)
    async with nemo_at(api.url, sleep=sleeps, connect=0.2, request=0.2) as client, asyncio.timeout(120):
        with pytest.raises(OutcomeUnknown):
            await client.credits(OURS)
        # The pool has room as before.
        api.on("GET", CREDITS, data({"available": 3}))
        assert (await client.credits(OURS)).available == 3
