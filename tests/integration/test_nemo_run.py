"""One message to the agent, over sockets: sent once, read to its end, and honest about what is not known."""

from __future__ import annotations

import asyncio
import json
import traceback
from dataclasses import replace

import pytest

from core.errors import (
    BotError,
    OutcomeUnknown,
    RateLimited,
    ServiceFault,
    ServiceUnreachable,
    SessionGone,
    TokenRefused,
)
from core.nemo import NemoClient
from core.nemo.model import AgentEvent, AgentText, Heartbeat
from tests.support.scripted_api import (
    OURS,
    RUN,
    SECRET,
    Answer,
    End,
    ScriptedApi,
    nemo_at,
    raw,
    refused_url,
    reply,
    stream,
)

HELLO = b'data: {"content":{"parts":[{"text":"Hello"}]}}\n\n'
PING = b": ping\n\n"


async def read(client: NemoClient, into: list[AgentEvent]) -> None:
    async with client.run(OURS, "s1", "make music") as events:
        async for event in events:
            into.append(event)  # noqa: PERF401 — what came before a failure counts


async def outcome(api: ScriptedApi, answer: Answer, **deadlines: float) -> tuple[list[AgentEvent], BotError | None]:
    """Return what came and how it failed; the message is sent once, whatever happens."""
    api.on("POST", RUN, answer)
    came: list[AgentEvent] = []
    error = None
    async with nemo_at(api.url, **deadlines) as client:
        try:
            await read(client, came)
        except BotError as failed:
            error = failed
    assert len(api.requests) == 1
    assert SECRET not in "".join(traceback.format_exception(error) if error else ())
    return came, error


async def test_the_message_goes_out_as_documented(api: ScriptedApi) -> None:
    assert await outcome(api, stream(HELLO)) == ([AgentText("Hello", True)], None)
    (request,) = api.requests
    assert request.json == {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": "s1",
        "new_message": {"role": "user", "parts": [{"text": "make music"}]},
    }
    assert request.headers["accept"] == "text/event-stream"
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert {"x-skill-source", "x-skill-version", "x-skill-platform"} <= set(request.headers)
    assert SECRET not in request.target


@pytest.mark.parametrize(
    "content_type",
    ["Text/Event-Stream", "text/event-stream; charset=iso-8859-1", "text/event-stream;charset=UTF-8", ""],
)
async def test_the_content_type_may_be_written_in_any_way(api: ScriptedApi, content_type: str) -> None:
    text = json.dumps({"content": {"parts": [{"text": "音乐"}]}}, ensure_ascii=False).encode()
    came, error = await outcome(api, stream(b"data: " + text + b"\n\n", content_type=content_type))
    assert (came, error) == ([AgentText("音乐", True)], None)


async def test_a_clean_end_without_text_is_no_error(api: ScriptedApi) -> None:
    assert await outcome(api, stream(PING)) == ([Heartbeat()], None)
    api.requests.clear()
    assert await outcome(api, stream()) == ([], None)


@pytest.mark.parametrize("body", [(), (HELLO,), (HELLO, b'data: {"content')])
async def test_a_cut_is_not_a_clean_end(api: ScriptedApi, body: tuple[bytes, ...]) -> None:
    came, error = await outcome(api, stream(*body, end=End.CUT))
    assert type(error) is OutcomeUnknown
    assert came == ([AgentText("Hello", True)] if body else [])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply({"code": 1001}), TokenRefused),
        (reply({"detail": "Session not found: s1"}, 404), SessionGone),
        (reply({}, 429), RateLimited),
        (raw(b"moved", 302, Location="/elsewhere"), ServiceFault),
        (raw(b"{", 404, end=End.CUT, **{"Content-Length": "9"}), SessionGone),
        (reply({}, 500), OutcomeUnknown),
        (raw(b"<html>", 502, **{"Content-Type": "text/html"}), OutcomeUnknown),
        (raw(b"<html>", 200, **{"Content-Type": "text/html"}), OutcomeUnknown),
        (reply({"code": 0}), OutcomeUnknown),
        (raw(b"{", 200, end=End.CUT, **{"Content-Length": "9", "Content-Type": "application/json"}), OutcomeUnknown),
        (Answer(200, {"Content-Length": "5"}, (), End.CUT), OutcomeUnknown),
    ],
)
async def test_an_answer_that_is_no_stream(api: ScriptedApi, answer: Answer, error: type[BotError]) -> None:
    came, failed = await outcome(api, answer)
    assert (came, type(failed)) == ([], error)


async def test_no_connection_means_that_nothing_left() -> None:
    async with nemo_at(refused_url()) as client:
        with pytest.raises(ServiceUnreachable):
            await read(client, [])


BRIEF_SILENCE = {"stream_silence": 0.15}


@pytest.mark.parametrize(
    ("answer", "deadlines", "told"),
    [
        (Answer(200, {}, before=asyncio.Event()), BRIEF_SILENCE, set()),
        (stream(HELLO, end=End.HOLD), BRIEF_SILENCE, {AgentText("Hello", True)}),
        (replace(stream(PING), every=0.02), BRIEF_SILENCE, {Heartbeat()}),
        (replace(stream(HELLO), every=0.02), {"stream_total": 0.2}, {AgentText("Hello", True)}),
    ],
    ids=["no headers", "silence", "heartbeats alone", "news without end"],
)
async def test_a_stream_ends_at_its_deadlines(
    api: ScriptedApi, answer: Answer, deadlines: dict[str, float], told: set[AgentEvent]
) -> None:
    came, error = await outcome(api, answer, **deadlines)
    assert (set(came), type(error)) == (told, OutcomeUnknown)


async def test_cancelled_streams_leave_nothing_open(api: ScriptedApi) -> None:
    api.on("POST", RUN, stream(HELLO, end=End.HOLD))
    async with nemo_at(api.url) as client:
        for _ in range(12):
            came: list[AgentEvent] = []
            task = asyncio.create_task(read(client, came))
            while not came:  # noqa: ASYNC110 — a list has no event
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    await api.all_closed()
    assert len(api.requests) == 12


async def test_leaving_early_closes_the_stream(api: ScriptedApi) -> None:
    api.on("POST", RUN, stream(HELLO, end=End.HOLD))
    async with nemo_at(api.url) as client:
        async with client.run(OURS, "s1", "make music") as events:
            assert await anext(events) == AgentText("Hello", True)
        await api.all_closed()


async def test_an_error_of_the_reader_stays_its_own(api: ScriptedApi) -> None:
    api.on("POST", RUN, stream(HELLO))

    async def stumble(client: NemoClient) -> None:
        async with client.run(OURS, "s1", "make music") as events:
            async for _ in events:
                raise TimeoutError("mine")

    async with nemo_at(api.url) as client:
        with pytest.raises(TimeoutError, match="mine"):
            await stumble(client)
