"""The message stream, from bytes to `AgentEvent`s: httpx-sse decodes the frames, this module mends what it can't.

What httpx-sse 0.4.3 does not bear, and what is done about it before it sees the bytes: comments are invisible to it
(each becomes an event named heartbeat), a byte order mark costs the first event (stripped), a last event without
its empty line is dropped (the line is added at a clean end), and it looks at the content type case-sensitively and
decodes by its charset (it is given its own; the true one was checked before).
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing

import httpx
from httpx_sse import EventSource
from pydantic import JsonValue
from pydantic_core import from_json

from core.errors import OutcomeUnknown
from core.nemo._answers import FLAG, INTEGER, NUMBER, TEXT, JsonObject, field, fraction, part, parts
from core.nemo.model import AgentError, AgentEvent, AgentText, Heartbeat, ToolCall, ToolResult

LARGEST_EVENT = 4_000_000
"""Bytes; the service sends events of 1 MB."""
LARGEST_STREAM = 64_000_000
"""Bytes of all events of a run."""
_PIECE = 65_536
_EMPTY_LINES = (b"\n\n", b"\r\r", b"\n\r\n")
_BOM = b"\xef\xbb\xbf"
_COMMENT = re.compile(rb"(?<=[\r\n]):")
_HEARTBEAT_LINE = b"event:heartbeat\n:"
_NUMBER = re.compile(r"[0-9]{1,9}")
_CODE = re.compile(r"[A-Z0-9_]{1,60}")
_TYPE = re.compile(r"[A-Z][A-Za-z]{0,60}(?:Error|Exception)\b")


def is_event_stream(content_type: str) -> bool:
    """Return whether an answer with this content type is to be read as a stream; none at all counts as one."""
    return content_type.partition(";")[0].strip().lower() in ("text/event-stream", "")


async def agent_events(chunks: AsyncIterator[bytes], heard: Callable[[], None]) -> AsyncGenerator[AgentEvent]:
    """Yield what the agent does, however the bytes are cut into chunks; ends when they end.

    `heard` is called for every event that is more than a heartbeat. Events that show nothing (reasoning,
    changes of state) come out as `Heartbeat`.
    """
    source = EventSource(
        httpx.Response(
            200,
            headers={"content-type": "text/event-stream; charset=utf-8"},
            stream=_Mended(chunks),
            request=httpx.Request("POST", "stream:"),
        )
    )
    async with aclosing(source.aiter_sse()) as events:
        async for event in events:
            if not event.data.strip():
                yield Heartbeat()
                continue
            seen = _read(event.data)
            if seen or event.event != "heartbeat":
                heard()
            for item in seen or [Heartbeat()]:
                yield item


class _Mended(httpx.AsyncByteStream):
    """Bytes of a stream, changed so that httpx-sse reads them all; see the module's docstring.

    Raises `OutcomeUnknown` where an event, or the whole of them, grows beyond every size.
    """

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._in_all = self._of_event = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        tail = b"\n"
        async for chunk in _without_bom(_in_small(self._chunks)):
            self._count(tail + chunk, len(chunk))
            before = tail[-1:]
            yield _COMMENT.sub(_HEARTBEAT_LINE, before + chunk)[1:]
            tail = (tail + chunk)[-4:]
        if not tail.replace(b"\r\n", b"\n").replace(b"\r", b"\n").endswith(b"\n\n"):
            yield b"\n\n"

    def _count(self, seen: bytes, fresh: int) -> None:
        self._in_all += fresh
        self._of_event += fresh
        end = max(seen.rfind(mark) + len(mark) if mark in seen else -1 for mark in _EMPTY_LINES)
        if end > 0:
            self._of_event = len(seen) - end
        if self._of_event > LARGEST_EVENT or self._in_all > LARGEST_STREAM:
            raise OutcomeUnknown("the stream, or an event of it, has no end")


async def _in_small(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """Cut what came at once (a packed stream unpacks to any size) into pieces that can be counted."""
    async for chunk in chunks:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]


async def _without_bom(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    head: bytes | None = b""
    async for chunk in chunks:
        if head is None:
            yield chunk
            continue
        head += chunk
        if len(head) >= len(_BOM):
            yield head.removeprefix(_BOM)
            head = None
    if head:
        yield head


def _read(data: str) -> list[AgentEvent]:
    """Return what one event shows. Data that is no JSON shows nothing, unless it is an unescaped error."""
    try:
        event: JsonValue = from_json(data)
    except ValueError:
        return [AgentError()] if data.lstrip().startswith('{"error') else []
    return [*_content(event), *_failure(event)] if isinstance(event, dict) else []


def _content(event: JsonObject) -> Iterator[AgentEvent]:
    by_agent = field(TEXT, event, "author") != "user"
    partial = field(FLAG, event, "partial") or False
    text = ""
    for item in parts(part(event, "content"), "parts"):
        piece = field(TEXT, item, "text")
        call, response = part(item, "functionCall"), part(item, "functionResponse")
        if piece and by_agent and not field(FLAG, item, "thought"):
            text += piece
        elif not partial and (call is not None or response is not None):
            if text:
                yield AgentText(text, whole=True)
                text = ""
            if call is not None:
                yield ToolCall(field(TEXT, call, "name") or "")
            if response is not None:
                yield _tool_result(response)
    if text:
        yield AgentText(text, whole=not partial)


def _tool_result(response: JsonObject) -> ToolResult:
    report = part(response, "response")
    share = field(NUMBER, report, "fraction")
    return ToolResult(
        field(TEXT, response, "name") or "",
        stage=field(TEXT, report, "stage") or field(TEXT, report, "status"),
        fraction=fraction(field(NUMBER, report, "progress") if share is None else share),
    )


def _failure(event: JsonObject) -> Iterator[AgentError]:
    """Yield an error inside the stream by its three forms: `error`, `errorCode`, and an envelope as an event."""
    error, word = event.get("error"), field(TEXT, event, "errorCode")
    code = field(INTEGER, event, "code")
    if error is not None:
        # The error's text begins with its type; the rest may quote anybody.
        named = _TYPE.match(error) if isinstance(error, str) else None
        inner = field(INTEGER, error, "code") if isinstance(error, dict) else code
        yield AgentError(named.group() if named else "", inner)
    elif word:
        number = int(word) if _NUMBER.fullmatch(word) else None
        yield AgentError(word if _CODE.fullmatch(word) else "", number)
    elif code:
        yield AgentError(code=code)
