"""A service that answers without measure, tells secrets or breaks off behind fine words: bounded, struck out, told."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.commands import Action
from core.errors import BotError, OutcomeUnknown, ServiceFault, SessionGone, StoreUnavailable
from core.flows import context as flows
from core.flows.listen import MOST_LETTERS, MOST_NOTES
from core.nemo import NemoClient
from core.nemo._answers import LONGEST_WAIT, retry_after
from core.nemo._http import LARGEST_ANSWER
from core.nemo._stream import LARGEST_STREAM
from core.nemo.model import AgentText
from tests.support.conversation import Talk
from tests.support.endpoints import CLAIM, CREDITS, RUN, SESSION, STATE, TOKEN, UPLOAD
from tests.support.scripted_api import (
    OURS,
    SECRET,
    Answer,
    End,
    ScriptedApi,
    balance,
    bgm,
    calls,
    data,
    event,
    nemo_at,
    raw,
    says,
    stream,
    timeline,
)

JSON = {"Content-Type": "application/json"}
MP4 = {"Content-Type": "video/mp4"}
FILM = b"\0\0\0\x18ftypisom" + bytes(1000)
ENDPOINT = "/api/render/proxy/render_1/download"


@pytest.fixture
async def client(api: ScriptedApi) -> AsyncIterator[NemoClient]:
    async with nemo_at(api.url) as made:
        yield made


# Without measure


def padded(size: int) -> bytes:
    return b'{"available":1,"x":"' + b"A" * size + b'"}'


def packed(body: bytes) -> Answer:
    return raw(gzip.compress(body, 1), **JSON, **{"Content-Encoding": "gzip"})


LARGE = raw(padded(LARGEST_ANSWER), **JSON)


@pytest.mark.parametrize(
    "answer",
    [LARGE, replace(LARGE, status=500), packed(padded(50_000_000))],
    ids=["plain", "of an error", "unpacked"],
)
async def test_a_short_answer_is_not_read_beyond_its_size(
    api: ScriptedApi, client: NemoClient, tmp_path: Path, answer: Answer
) -> None:
    api.on("GET", CREDITS, packed(padded(500_000)), answer)
    assert (await client.credits(OURS)).available == 1
    with pytest.raises(ServiceFault, match="more than 1000000 bytes"):
        await client.credits(OURS)
    assert len(api.asked("GET", CREDITS)) == 2
    (tmp_path / "a").write_bytes(b"x")
    api.on("POST", UPLOAD, answer)
    with pytest.raises(ServiceFault, match="more than"):
        await client.upload_file(OURS, "s1", tmp_path / "a", "a.mp4", "video/mp4", lambda _: None)


async def test_a_state_may_be_larger_and_has_a_largest_size_too(api: ScriptedApi, client: NemoClient) -> None:
    api.on("GET", STATE, timeline(bgm("x" * 3_000_000)), timeline(bgm("x" * 16_000_000)))
    assert (await client.state(OURS, "s1")).timeline.can_export
    with pytest.raises(ServiceFault, match="more than 16000000 bytes"):
        await client.state(OURS, "s1")


SMALL = event({"content": {}, "x": "A" * 500_000})
PACKED = gzip.compress(says("Hello") + b"data: " + b"A" * 40_000_000, 1)


def endless(*body: bytes) -> Answer:
    return stream(says("Hello"), *body, asyncio.Event(), end=End.HOLD)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (endless(b"data: ", *[b"A" * 100_000] * 50), OutcomeUnknown),
        (endless(b":", *[b":" * 100_000] * 50), OutcomeUnknown),
        (endless(*[b"data: " + b"A" * 100_000 + b"\n"] * 50), OutcomeUnknown),
        (endless(*[SMALL] * (LARGEST_STREAM // len(SMALL) + 1)), OutcomeUnknown),
        (replace(raw(PACKED), headers={**stream().headers, "Content-Encoding": "gzip"}), OutcomeUnknown),
        (replace(LARGE, body=(*LARGE.body, asyncio.Event())), OutcomeUnknown),
        (replace(LARGE, body=(*LARGE.body, asyncio.Event()), status=404), SessionGone),
    ],
    ids=["line", "comment", "lines", "small events", "packed", "no stream", "refused"],
)
async def test_an_event_or_a_stream_without_end_is_broken_off(
    api: ScriptedApi, client: NemoClient, answer: Answer, error: type[BotError]
) -> None:
    api.on("POST", RUN, answer)
    came: list[object] = []

    async def listen() -> None:
        async with asyncio.timeout(120), client.run(OURS, "s1", "calm piano") as events:
            async for it in events:
                came.append(it)  # noqa: PERF401 - what came before a failure counts

    with pytest.raises(error):
        await listen()
    assert came[:1] == ([] if LARGE.body[0] in answer.body else [AgentText("Hello", True)])


async def download(client: NemoClient, folder: Path, address: str | None = None) -> int:
    async with asyncio.timeout(120):
        return await client.download(OURS, "render_1", address, folder / "film.mp4", lambda _: None)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {**MP4, "Content-Length": "3000000000"}, (FILM,), End.HOLD),
        Answer(200, {**MP4, "Transfer-Encoding": "chunked"}, (b"A" * 100_000,) * 11, End.HOLD),
    ],
    ids=["told", "untold"],
)
async def test_a_film_without_end_is_broken_off(
    api: ScriptedApi, client: NemoClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    monkeypatch.setattr("core.nemo._files.LARGEST_FILE", 1_000_000)
    api.on("GET", ENDPOINT, answer)
    with pytest.raises(ServiceFault, match="no end"):
        await download(client, tmp_path)


@pytest.mark.parametrize(
    "address", ["http://[::1", "http://a\nb/", "x" * 100_000, "file:///etc/passwd", "http://a:99999/", "//[", "/1.mp4"]
)
async def test_an_address_of_a_film_that_is_none_is_passed_over(
    api: ScriptedApi, client: NemoClient, tmp_path: Path, address: str
) -> None:
    api.on("GET", "/1.mp4", raw(b"", 302, Location="http://[::1/x"))
    api.on("GET", ENDPOINT, raw(FILM, **MP4))
    assert await download(client, tmp_path, address) == len(FILM)


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("9" * 400, LONGEST_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_nobody_is_asked_to_wait_longer_than_a_day(told: str, wait: float | None) -> None:
    assert retry_after({"retry-after": told}) == wait


# Many words


async def test_a_few_texts_are_told_at_once_and_the_others_together(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", STATE, timeline(), timeline(bgm()))
    pairs = [it for number in range(300) for it in (says(f"Step {number}."), calls("generate_music"))]
    api.on("POST", RUN, stream(*pairs))
    _, screen = await talk.say("calm piano", Action.MUSIC)
    assert screen.texts[:MOST_NOTES] == [f"Step {number}." for number in range(MOST_NOTES)]
    assert "Step 5.\nStep 6." in screen.texts[MOST_NOTES]
    assert len(screen.texts) <= MOST_NOTES + 2


async def test_a_text_that_can_not_be_noted_now_is_told_with_the_result(
    api: ScriptedApi, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object, text: str) -> None:
        raise StoreUnavailable(text)

    api.on("POST", RUN, stream(says("A first clip."), calls("generate_music"), says("The whole piece.")))
    monkeypatch.setattr(flows.Talk, "note", away)
    _, screen = await talk.say("calm piano", Action.MUSIC)
    assert screen.texts[-1] == "A first clip.\nThe whole piece."
    assert len(api.wishes) == 1


@pytest.mark.parametrize("partial", [False, True])
async def test_an_endless_answer_is_cut(api: ScriptedApi, talk: Talk, *, partial: bool) -> None:
    api.on("POST", RUN, stream(*[says("word " * 1000, partial=partial)] * 100))
    _, screen = await talk.say("calm piano", Action.MUSIC)
    letters = sum(map(len, screen.texts))
    assert MOST_LETTERS * 0.9 < letters < MOST_LETTERS * 1.1
    assert "…" in screen.texts[-1]


# Failures behind fine words


@pytest.mark.parametrize(
    ("error", "left", "told"),
    [
        ({"code": 1002, "message": "x"}, 100, "the service reported an error, and the timeline is as it was"),
        ({"code": 2001}, 97, "no credits left"),
    ],
)
async def test_a_failure_behind_the_first_words_is_told_with_its_cost(
    api: ScriptedApi, talk: Talk, error: object, left: int, told: str
) -> None:
    api.on("GET", CREDITS, balance(100), balance(left))
    api.on("POST", RUN, stream(says("Sure! I will compose a calm piano piece now."), event(error)))
    _, screen = await talk.say("calm piano", Action.MUSIC)
    assert told in screen.texts[-1]
    assert ("It cost 3 credits." if left < 100 else "This did not cost credits.") in screen.texts[-1]
    assert len(api.wishes) == 1


async def test_a_failure_behind_a_result_is_dropped(api: ScriptedApi, talk: Talk) -> None:
    api.on("GET", STATE, timeline(), timeline(bgm()))
    api.on("POST", RUN, stream(says("Here is calm piano."), event({"error": "RuntimeError: boom"})))
    _, screen = await talk.say("calm piano", Action.MUSIC)
    assert screen.texts[0] == "Here is calm piano."
    assert "error" not in screen.text


# Secrets


async def test_the_token_is_struck_out_of_what_the_service_says(api: ScriptedApi, talk: Talk) -> None:
    api.on("POST", TOKEN, data({"token": SECRET, "credits": 100}))
    api.on("GET", STATE, timeline(), timeline(bgm(f"Song {SECRET}")))
    pieces = says(f"Key: {SECRET[:5]}", partial=True), says(SECRET[5:], partial=True)
    api.on("POST", RUN, stream(says(f"It is {SECRET}!"), calls("generate_music"), *pieces))
    _, screen = await talk.say("calm piano", Action.MUSIC)
    assert "***" in screen.texts[0]
    _, status = await talk.say("", Action.STATUS)
    for text in (screen.text, status.text):
        assert SECRET[4:-4] not in text
    assert "***" in status.text


async def test_the_token_is_struck_out_of_names_and_links(api: ScriptedApi, client: NemoClient) -> None:
    api.on("POST", UPLOAD, data({"files": [{"name": f"{SECRET}.mp3"}]}))
    assert (await client.upload_url(OURS, "s1", "https://files.example/a.mp3")).name == "***.mp3"
    api.on("POST", SESSION, data({"session_id": "s1", "task_id": SECRET}))
    assert (await client.create_session(OURS, "en")).task_id == "***"
    api.on("POST", CLAIM, data({"claim_token": SECRET}))
    assert SECRET not in str(await client.claim_link(OURS, "t1", "s1"))
    api.on("GET", STATE, timeline(bgm(f"x {SECRET} y")))
    state = await client.state(OURS, "s1")
    assert state.timeline.tracks[0].segments[0].name == "x *** y"
    assert SECRET not in state.draft_json
    # A short token is no reason to strike out words.
    short = await client.state(SecretStr("x"), "s1")
    assert short.timeline.tracks[0].segments[0].name.startswith("x ")
