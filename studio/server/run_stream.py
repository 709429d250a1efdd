"""POST /run_sse: takes a message and streams the run's events as they happen."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from studio.server.api import person_of, read, services_of, session_of
from studio.server.responses import InvalidRequest, SessionNotFound, StoppingRun
from studio.server.run_service import AgentRun, RunService
from studio.server.services import StudioServices
from studio.settings import Quirks

SILENCE = 15.0
"""Seconds without an event after which the stream sends a ping."""

HEARTBEATS = (": ping\n\n", "data:\n\n", "event: heartbeat\ndata:\n\n")
"""The forms of heartbeat that the cloud uses."""

PING = HEARTBEATS[0]


@dataclass(frozen=True)
class _TextPart:
    text: Annotated[str, Field(max_length=20_000)] = ""


@dataclass(frozen=True)
class _NewMessage:
    parts: Annotated[list[_TextPart], Field(max_length=100)]
    role: str = "user"


@dataclass(frozen=True)
class _RunRequest:
    session_id: Annotated[str, Field(max_length=200)]
    new_message: _NewMessage


_REQUEST = TypeAdapter(_RunRequest)


class CutStream(ConnectionError):
    """The connection was broken on purpose, as a quirk demands."""


async def run_sse(request: Request) -> Response:
    """Start a run for a message and stream its events."""
    services, person = services_of(request), person_of(request)
    body = await read(request, _REQUEST)
    try:
        session = session_of(request, body.session_id)
    except SessionNotFound:
        return JSONResponse({"detail": f"Session not found: {body.session_id}"}, 404)
    message = " ".join(part.text for part in body.new_message.parts).strip()
    if not message:
        raise InvalidRequest("new_message.parts: there is no text.")
    services.refuse_while_stopping(StoppingRun)
    run = await services.runs.start(person, session, message)
    frames = _follow(run, services)
    return StreamingResponse(frames, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _follow(run: AgentRun, services: StudioServices) -> AsyncIterator[str]:
    with services.metrics.streams.track_inprogress():
        async for frame in _frames(run, services.runs, services.settings.quirks):
            yield frame


async def _frames(run: AgentRun, runs: RunService, quirks: Quirks) -> AsyncIterator[str]:
    seen = beats = 0
    cut = random.random() < quirks.cut_stream
    ping_after = SILENCE if quirks.heartbeat is None else quirks.heartbeat
    try:
        while True:
            for frame in run.frames[seen:]:
                yield f"data: {frame}\n\n"
                seen += 1
                if cut and seen >= 2:
                    raise CutStream
            if run.finished and seen == len(run.frames):
                return
            if not await run.wait(seen, ping_after):
                yield PING if quirks.heartbeat is None else HEARTBEATS[beats % len(HEARTBEATS)]
                beats += 1
    finally:
        if quirks.cancel_with_client and not run.finished:
            runs.cancel(run)


ROUTES = [Route("/run_sse", run_sse, methods=["POST"])]
