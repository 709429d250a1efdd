"""From bytes to what the agent does."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.nemo._stream import agent_events
from core.nemo.model import AgentError, AgentEvent, AgentText, Heartbeat, ToolCall, ToolResult

BEATS = [
    line + b"\n\n"
    for line in (b": ping", b":", b"data:", b"data", b"data: ", b"event: heartbeat\ndata: {}", b"event: heartbeat")
]
STRANGE = [b"[DONE]", b"42", b"null", b"[]", b'"text"', b"{", b"\xff\xfe", b"[" * 5000]
STRANGE += [b'{"content":{"parts":7}}', b'{"content":[]}']


async def read(*chunks: bytes) -> list[AgentEvent]:
    async def source() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return [event async for event in agent_events(source(), lambda: None)]


def event(*parts: object, **fields: object) -> bytes:
    return b"data: " + json.dumps({"content": {"parts": parts}, **fields}, ensure_ascii=False).encode() + b"\n\n"


def shown(events: list[AgentEvent]) -> list[AgentEvent]:
    return [item for item in events if not isinstance(item, Heartbeat)]


async def test_pieces_come_as_pieces_and_the_whole_text_replaces_them() -> None:
    stream = event({"text": "Hel"}, partial=True) + event({"text": "lo"}, partial=True) + event({"text": "Hello"})
    assert await read(stream) == [AgentText("Hel", False), AgentText("lo", False), AgentText("Hello", True)]


async def test_several_parts_of_an_event_keep_their_order_and_texts_between_tools_are_one() -> None:
    call = {"functionCall": {"id": "1", "name": "generate_music", "args": {"prompt": "upbeat"}}}
    assert await read(event({"text": "I "}, {"text": "begin"}, call, {"text": "now"})) == [
        AgentText("I begin", True),
        ToolCall("generate_music"),
        AgentText("now", True),
    ]


@pytest.mark.parametrize(
    ("response", "stage", "fraction"),
    [
        ({"status": "pending", "job_id": "9"}, "pending", None),
        ({"stage": "compose", "progress": 40}, "compose", 0.4),
        ({"stage": "mix", "fraction": 0.5, "progress": 7}, "mix", 0.5),
        ({"progress": "half"}, None, None),
        ("done", None, None),
        (None, None, None),
    ],
)
async def test_a_tool_may_tell_its_progress(response: object, stage: str | None, fraction: float | None) -> None:
    stream = event({"functionResponse": {"id": "1", "name": "generate_music", "response": response}})
    assert await read(stream) == [ToolResult("generate_music", stage, fraction)]


async def test_reasoning_and_the_persons_own_words_are_hidden() -> None:
    stream = event({"text": "hmm", "thought": True}) + event({"text": "make music"}, author="user")
    assert shown(await read(stream)) == []


@pytest.mark.parametrize("beat", BEATS)
@pytest.mark.parametrize("before", [b"", b"id: 7\n\n", b'id: 7\ndata: {"id":"x"}\n\n'])
async def test_every_form_of_heartbeat_is_heard(beat: bytes, before: bytes) -> None:
    assert len(await read(before + beat)) == len(await read(before)) + 1
    assert (await read(before + beat))[-1] == Heartbeat()


async def test_a_comment_inside_an_event_does_not_hurt_it() -> None:
    assert await read(b': hi\ndata: {"content":\n: ping\ndata: {"parts":[{"text":"a"}]}}\n\n') == [AgentText("a", True)]


async def test_colons_inside_lines_are_no_comments() -> None:
    assert await read(event({"text": "at 1:02: the drop"})) == [AgentText("at 1:02: the drop", True)]


async def test_the_last_event_needs_no_empty_line() -> None:
    assert await read(event({"text": "a"}).rstrip()) == [AgentText("a", True)]


async def test_a_byte_order_mark_costs_nothing() -> None:
    assert await read(b"\xef\xbb\xbf" + event({"text": "a"})) == [AgentText("a", True)]
    assert await read(b"\xef", b"\xbb", b"\xbf" + event({"text": "a"})) == [AgentText("a", True)]


@pytest.mark.parametrize(
    ("line", "kind", "code"),
    [
        (b'{"error": "RuntimeError: no", "error_details": {"error_type": "RuntimeError"}}', "RuntimeError", None),
        (b'{"error": "ValueError: a song for my wife"}', "ValueError", None),
        (b'{"error": "bad nmv_usr_a-bc123 and clm_x-yz"}', "", None),
        (b'{"error": "KeyError: "draft" is missing"}', "", None),
        (b'{"errorCode": "UNKNOWN", "errorMessage": "a song for my wife"}', "UNKNOWN", None),
        (b'{"errorCode": "nmv_usr_a-bc", "errorMessage": "x"}', "", None),
        (b'{"errorCode": "2001", "errorMessage": "x"}', "2001", 2001),
        (b'{"code": 2001, "message": "no credits"}', "", 2001),
        (b'{"error": {"code": 1002, "message": "gone"}}', "", 1002),
    ],
)
async def test_an_error_in_any_form_is_known_by_its_kind_and_never_by_what_it_quotes(
    line: bytes, kind: str, code: int | None
) -> None:
    assert await read(b"data: " + line + b"\n\n") == [AgentError(kind, code)]


@pytest.mark.parametrize("data", STRANGE)
async def test_strange_data_is_passed_over(data: bytes) -> None:
    assert shown(await read(b"data: " + data + b"\n\n" + event({"text": "a"}))) == [AgentText("a", True)]


async def test_an_event_of_a_megabyte_comes_whole() -> None:
    text = "乐" * 400_000
    stream = event({"text": text})
    assert await read(*(stream[at : at + 65536] for at in range(0, len(stream), 65536))) == [AgentText(text, True)]


async def test_only_news_is_heard_as_news() -> None:
    heard: list[None] = []

    async def source() -> AsyncIterator[bytes]:
        yield b": ping\n\ndata:\n\nevent: heartbeat\ndata: {}\n\n"
        yield event({"text": "thinking", "thought": True}) + event({"text": "a"})

    async for _ in agent_events(source(), lambda: heard.append(None)):
        pass
    assert len(heard) == 2


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FRAMES = st.one_of(
    TEXT.map(lambda text: event({"text": text}, partial=True)),
    TEXT.map(lambda text: event({"text": text})),
    TEXT.map(lambda name: event({"functionCall": {"name": name}})),
    st.sampled_from([*BEATS, b":\n", b"data\r\n\r\n", b"id: 4\n\n", b"retry: 9\n\n"]),
    st.binary(max_size=30).map(lambda noise: b"data: " + noise + b"\n\n"),
    st.sampled_from([b"\r", b"\r\r", b"\r\n\r\n", b'data: {"error": "x"}\r\r']),
)


@given(frames=st.lists(FRAMES, max_size=8), cuts=st.lists(st.integers(0, 400), max_size=12), bom=st.booleans())
async def test_chunks_make_no_difference(frames: list[bytes], cuts: list[int], bom: bool) -> None:
    stream = (b"\xef\xbb\xbf" if bom else b"") + b"".join(frames)
    edges = sorted({0, *(cut for cut in cuts if cut < len(stream)), len(stream)})
    chunks = [stream[start:end] for start, end in itertools.pairwise(edges)]
    assert await read(*chunks) == await read(stream)
    assert await read(*(stream[at : at + 1] for at in range(len(stream)))) == await read(stream)


WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Z"], exclude_characters="\u2028\u2029"), min_size=1)
TOLD: st.SearchStrategy[tuple[bytes, list[AgentEvent]]] = st.one_of(
    WORDS.map(lambda text: (event({"text": text}, partial=True), [AgentText(text, whole=False)])),
    WORDS.map(lambda text: (event({"text": text}), [AgentText(text, whole=True)])),
    WORDS.map(lambda text: (event({"text": text, "thought": True}), [Heartbeat()])),
    WORDS.map(lambda name: (event({"functionCall": {"name": name}}), [ToolCall(name)])),
    st.integers(1, 100).map(
        lambda percent: (
            event({"functionResponse": {"name": "mix", "response": {"fraction": percent / 100}}}),
            [ToolResult("mix", None, percent / 100)],
        )
    ),
    st.sampled_from([": ping", "data:", "event: heartbeat\ndata:", "data: {broken"]).map(
        lambda line: (line.encode() + b"\n\n", [Heartbeat()])
    ),
    st.integers(1000, 4999).map(
        lambda code: (b'data: {"errorCode": "%d", "errorMessage": "no"}\n\n' % code, [AgentError(str(code), code)])
    ),
)


@given(st.lists(TOLD, max_size=10), st.sampled_from([b"\n", b"\r\n", b"\r"]), st.integers(1, 50), st.booleans())
async def test_whatever_is_told_is_heard_in_order(
    told: list[tuple[bytes, list[AgentEvent]]], newline: bytes, size: int, closed: bool
) -> None:
    """Texts, tools, progress, errors and heartbeats in every line ending and cut; the last line may lack its end."""
    stream = b"".join(frame for frame, _ in told).replace(b"\n", newline)
    if not closed and stream.endswith(newline * 2):
        stream = stream[: -len(newline)]
    chunks = [stream[at : at + size] for at in range(0, len(stream), size)]
    heard = [item for item in await read(*chunks) if not isinstance(item, Heartbeat)]
    assert heard == [item for _, items in told for item in items if not isinstance(item, Heartbeat)]
