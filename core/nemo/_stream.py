"""The message stream, from bytes to `AgentEvent`s: httpx-sse decodes the frames, this module mends what it can't.

What httpx-sse 0.4.3 does not bear, and what is done about it before it sees the bytes: comments are invisible to it
(each becomes an event named heartbeat), a byte order mark costs the first event (stripped), a last event without
its empty line is dropped (the line is added at a clean end), and it looks at the content type case-sensitively and
decodes by its charset (it is given its own; the true one was checked before).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing

import httpx
from httpx_sse import EventSource

from core import metrics
from core.errors import OutcomeUnknown
from core.nemo._answers import FLAG, INTEGER, NUMBER, OBJECT, OBJECTS, TEXT, JsonObject, field, fraction, read_json
from core.nemo.model import AgentError, AgentEvent, AgentText, Heartbeat, ToolCall, ToolResult

LARGEST_EVENT = 4_000_000
"""Bytes; the service sends events of 1 MB."""
LARGEST_STREAM = 64_000_000
"""Bytes of all events of a run."""
_PIECE = 65_536
"""Bytes that are counted at a time: what came at once may be a packed stream, which unpacks to any size."""
_TO_THE_LAST_EVENT = re.compile(r".*(?:\n\n|\r\r|\n\r\n)", re.DOTALL)
_COMMENT = re.compile(r"(?<=[\r\n]):")
_HEARTBEAT_LINE = "event:heartbeat\n:"
_CODE = re.compile(r"[A-Z0-9_]{1,60}")
_TYPE = re.compile(r"[A-Z][A-Za-z]{0,60}(?:Error|Exception)\b")


async def agent_events(chunks: AsyncIterator[bytes], heard: Callable[[], None]) -> AsyncGenerator[AgentEvent]:
    """Yield what the agent does, however the bytes are cut into chunks; ends when they end.

    `heard` is called for every event that is more than a heartbeat. Events that show nothing (reasoning,
    changes of state) come out as `Heartbeat`.
    """
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    source = EventSource(httpx.Response(200, headers=headers, content=_mended(chunks)))
    async with aclosing(source.aiter_sse()) as events:
        async for event in events:
            if not event.data.strip():
                yield Heartbeat()
                continue
            seen = _read(event.data)
            if any(not isinstance(item, Heartbeat) for item in seen) or (not seen and event.event != "heartbeat"):
                heard()
            for item in seen or [Heartbeat()]:
                if isinstance(item, AgentError):
                    metrics.API_ERRORS.labels("agent").inc()
                yield item


async def _mended(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Change the bytes of a stream so that httpx-sse reads them all; see the module's docstring.

    Raises `OutcomeUnknown` where an event, or the whole of them, grows beyond every size.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    in_all = of_event = 0
    tail = "\n"
    async for chunk in chunks:
        for start in range(0, len(chunk), _PIECE):
            piece = chunk[start : start + _PIECE]
            seen = tail + decoder.decode(piece)
            ended = _TO_THE_LAST_EVENT.match(seen)
            in_all += len(piece)
            of_event = len(seen) - ended.end() if ended else of_event + len(piece)
            if of_event > LARGEST_EVENT or in_all > LARGEST_STREAM:
                raise OutcomeUnknown("the stream, or an event of it, has no end")
            yield _COMMENT.sub(_HEARTBEAT_LINE, seen[len(tail) - 1 :])[1:].encode()
            tail = seen[-4:]
    yield b"\n\n"


def _read(data: str) -> list[AgentEvent]:
    """Return what one event shows. Data that is no JSON shows nothing, unless it is an unescaped error."""
    try:
        event = read_json(data)
    except (ValueError, RecursionError):
        return [AgentError()] if data.lstrip().startswith('{"error') else []
    if not isinstance(event, dict):
        return []
    return [*_typed(event)] if isinstance(event.get("type"), str) else [*_content(event), *_failure(event)]


def _typed(event: JsonObject) -> Iterator[AgentEvent]:
    """Yield what an event of the vendor's other documented shape shows, which names its kind in `type`."""
    match event["type"]:
        case "text":
            if text := field(TEXT, event, "content") or field(TEXT, event, "text"):
                yield AgentText(text, whole=not field(FLAG, event, "partial"))
        case "tool_call":
            yield ToolCall(field(TEXT, event, "name") or "")
        case "tool_result":
            yield _tool_result({"name": event.get("name"), "response": event.get("result")})
        case "heartbeat":
            yield Heartbeat()
        case "error":
            word = field(TEXT, event, "code") or ""
            yield AgentError(word if _CODE.fullmatch(word) else "", field(INTEGER, event, "code"))
        case _:
            yield from _content(event)
            yield from _failure(event)


def _content(event: JsonObject) -> Iterator[AgentEvent]:
    by_agent = field(TEXT, event, "author") != "user"
    partial = field(FLAG, event, "partial") or False
    text = ""
    for item in field(OBJECTS, field(OBJECT, event, "content"), "parts") or []:
        piece = field(TEXT, item, "text")
        call, response = field(OBJECT, item, "functionCall"), field(OBJECT, item, "functionResponse")
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
    report = field(OBJECT, response, "response")
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
        yield AgentError(word if _CODE.fullmatch(word) else "", field(INTEGER, event, "errorCode"))
    elif code:
        yield AgentError(code=code)
