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
from dataclasses import dataclass

import httpx
from httpx_sse import EventSource
from pydantic import JsonValue

from core.errors import OutcomeUnknown
from core.nemo._wire import Camel, Items, Lenient, Reader, fraction, readable
from core.nemo.model import AgentError, AgentEvent, AgentText, Heartbeat, ToolCall, ToolResult

LARGEST_EVENT = 4_000_000
"""Bytes; the service sends events of 1 MB."""
LARGEST_STREAM = 64_000_000
"""Bytes of all events of a run."""
_PIECE = 65_536
_EMPTY_LINES = (b"\n\n", b"\r\r", b"\n\r\n")
_BOM = b"\xef\xbb\xbf"
_COMMENT = re.compile(rb"(?<=[\r\n]):")
_HEARTBEAT = "heartbeat"
_HEARTBEAT_LINE = b"event:heartbeat\n:"
_NUMBER = re.compile(r"[0-9]{1,9}")
_CODE = re.compile(r"[A-Z0-9_]{1,60}")
_TYPE = re.compile(r"[A-Z][A-Za-z]{0,60}(?:Error|Exception)\b")


@dataclass(frozen=True)
class _Call(Camel):
    name: Lenient[str] = None


@dataclass(frozen=True)
class _Response(Camel):
    name: Lenient[str] = None
    response: JsonValue = None


@dataclass(frozen=True)
class _Part(Camel):
    text: Lenient[str] = None
    thought: Lenient[bool] = None
    function_call: Lenient[_Call] = None
    function_response: Lenient[_Response] = None


@dataclass(frozen=True)
class _Content(Camel):
    parts: Items[_Part] = None


@dataclass(frozen=True)
class _Event(Camel):
    author: Lenient[str] = None
    content: Lenient[_Content] = None
    partial: Lenient[bool] = None
    error: JsonValue = None
    error_code: Lenient[str] = None
    error_message: Lenient[str] = None
    code: Lenient[int] = None
    message: Lenient[str] = None


@dataclass(frozen=True)
class _Report(Camel):
    """What a tool's response may tell of its progress."""

    stage: Lenient[str] = None
    status: Lenient[str] = None
    progress: Lenient[float] = None
    fraction: Lenient[float] = None


_EVENT = Reader(_Event)
_REPORT = Reader(_Report)


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
            if seen or event.event != _HEARTBEAT:
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
    event = _EVENT.json(data)
    if event is None:
        return [AgentError()] if data.lstrip().startswith('{"error') else []
    return [*_content(event), *_failure(event)]


def _content(event: _Event) -> Iterator[AgentEvent]:
    text = ""
    for part in readable(event.content.parts) if event.content else ():
        if part.text and not part.thought and event.author != "user":
            text += part.text
        elif (part.function_call or part.function_response) and not event.partial:
            if text:
                yield AgentText(text, whole=True)
                text = ""
            yield from _tool(part)
    if text:
        yield AgentText(text, whole=not event.partial)


def _tool(part: _Part) -> Iterator[AgentEvent]:
    if part.function_call:
        yield ToolCall(part.function_call.name or "")
    if part.function_response:
        report = _REPORT.value(part.function_response.response) or _Report()
        yield ToolResult(
            part.function_response.name or "",
            stage=report.stage or report.status,
            fraction=fraction(report.fraction if report.fraction is not None else report.progress),
        )


def _failure(event: _Event) -> Iterator[AgentEvent]:
    """The three forms of an error inside the stream: `error`, `errorCode`, and an envelope as an event."""
    if event.error is not None:
        inner = _EVENT.value(event.error) or event
        yield AgentError(_name(event.error), inner.code)
    elif event.error_code:
        code = int(event.error_code) if _NUMBER.fullmatch(event.error_code) else None
        yield AgentError(event.error_code if _CODE.fullmatch(event.error_code) else "", code)
    elif event.code:
        yield AgentError(code=event.code)


def _name(error: JsonValue) -> str:
    """Return the type that an error text begins with, "" where there is none; the rest may quote anybody."""
    named = _TYPE.match(error) if isinstance(error, str) else None
    return named.group() if named else ""
