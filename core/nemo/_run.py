"""Sending a message to the agent: the one request that costs, so it goes out once, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager

import httpx

from core import metrics
from core.errors import OutcomeUnknown, ServiceFault
from core.nemo._answers import check, error_of, request_id, whole
from core.nemo._http import LARGEST_ANSWER, failure, new_client
from core.nemo._stream import agent_events, is_event_stream
from core.nemo.model import AgentError, AgentEvent, Backend, Deadlines


@asynccontextmanager
async def run(
    backend: Backend, headers: Mapping[str, str], session_id: str, message: str
) -> AsyncGenerator[AsyncIterator[AgentEvent]]:
    """Send `message` and stream what the agent does; see `core.nemo.client.NemoClient.run`."""
    deadlines = backend.deadlines
    timeout = httpx.Timeout(deadlines.request, connect=deadlines.connect, read=None)
    watchdog = _Watchdog(deadlines)
    async with new_client(backend.api_url, timeout) as client:
        request = client.build_request(
            "POST",
            "/run_sse",
            headers={**headers, "Accept": "text/event-stream", "Cache-Control": "no-store"},
            json={
                "app_name": "nemo_agent",
                "user_id": "me",
                "session_id": session_id,
                "new_message": {"role": "user", "parts": [{"text": message}]},
            },
        )
        response = await _send(client, request, watchdog)
        try:
            await _refuse_other_answers(response, watchdog)
            with metrics.STREAMS.track_inprogress():
                async with aclosing(_events(response, watchdog)) as events:
                    yield events
        finally:
            await response.aclose()


class _Watchdog:
    """The two deadlines of a stream: for its whole length, and for the time without news (heartbeats are none)."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._now = asyncio.get_running_loop().time
        self._silence = deadlines.stream_silence
        self._end = self._now() + deadlines.stream_total
        self.heard()

    def heard(self) -> None:
        """Note that there was news."""
        self._last = self._now()

    def left(self) -> asyncio.Timeout:
        """Return a context that ends with `TimeoutError` when the nearer deadline passes."""
        return asyncio.timeout_at(min(self._end, self._last + self._silence))


async def _send(client: httpx.AsyncClient, request: httpx.Request, watchdog: _Watchdog) -> httpx.Response:
    try:
        async with watchdog.left():
            return await client.send(request, stream=True)
    except httpx.RequestError as error:
        raise failure(error) from error
    except TimeoutError as error:
        raise OutcomeUnknown("no answer within the deadline") from error


async def _refuse_other_answers(response: httpx.Response, watchdog: _Watchdog) -> None:
    """Raise the error that an answer is which is no stream: a refusal, or unknown where the service broke."""
    if response.is_success and is_event_stream(response.headers.get("content-type", "")):
        return
    try:
        async with watchdog.left():
            answer = await whole(response, LARGEST_ANSWER)
    except (httpx.RequestError, TimeoutError, ServiceFault) as error:
        if response.is_client_error:
            raise error_of(response.status_code, None, response.headers, about_session=True) from error
        raise OutcomeUnknown(f"HTTP {response.status_code}, cut", request_id=request_id(response.headers)) from error
    if not response.is_server_error:
        check(answer, about_session=True)
    raise OutcomeUnknown(f"HTTP {response.status_code} instead of a stream", request_id=request_id(response.headers))


async def _events(response: httpx.Response, watchdog: _Watchdog) -> AsyncGenerator[AgentEvent]:
    try:
        async with aclosing(agent_events(_chunks(response, watchdog), watchdog.heard)) as events:
            async for event in events:
                if isinstance(event, AgentError):
                    metrics.API_ERRORS.labels("agent").inc()
                yield event
    except httpx.RequestError as error:
        raise OutcomeUnknown(
            f"the stream broke: {type(error).__name__}", request_id=request_id(response.headers)
        ) from error
    except TimeoutError as error:
        raise OutcomeUnknown(
            "the stream went silent or on for too long", request_id=request_id(response.headers)
        ) from error


async def _chunks(response: httpx.Response, watchdog: _Watchdog) -> AsyncIterator[bytes]:
    chunks = aiter(response.aiter_bytes())
    while True:
        try:
            async with watchdog.left():
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        yield chunk
