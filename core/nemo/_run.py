"""Sending a message to the agent: the one request that costs, so it goes out once, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass

import httpx

from core import metrics
from core.errors import OutcomeUnknown, ServiceFault
from core.nemo._answers import check, content_type, error_of, request_id, whole
from core.nemo._http import LARGEST_ANSWER, failure, new_client
from core.nemo._stream import agent_events
from core.nemo.model import AgentEvent, Backend


@asynccontextmanager
async def run(
    backend: Backend, headers: Mapping[str, str], session_id: str, message: str
) -> AsyncGenerator[AsyncIterator[AgentEvent]]:
    """Send `message` and stream what the agent does; see `core.nemo.client.NemoClient.run`."""
    deadlines = backend.deadlines
    timeout = httpx.Timeout(deadlines.request, connect=deadlines.connect, read=None)
    now = asyncio.get_running_loop().time()
    watchdog = _Watchdog(deadlines.stream_silence, end=now + deadlines.stream_total, last=now)
    async with new_client(backend.api_url, timeout) as client, AsyncExitStack() as stack:
        exchange = client.stream(
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
        try:
            async with watchdog.left():
                response = await stack.enter_async_context(exchange)
        except httpx.RequestError as error:
            raise failure(error) from error
        except TimeoutError as error:
            raise OutcomeUnknown("no answer within the deadline") from error
        await _refuse_other_answers(response, watchdog)
        with metrics.STREAMS.track_inprogress():
            async with aclosing(agent_events(_chunks(response, watchdog), watchdog.heard)) as events:
                yield events


@dataclass
class _Watchdog:
    """The two deadlines of a stream: for its whole length, and for the time without news (heartbeats are none).

    In seconds; `end` and `last`, when the last news came, by the clock of the event loop.
    """

    silence: float
    end: float
    last: float

    def heard(self) -> None:
        """Note that there was news."""
        self.last = asyncio.get_running_loop().time()

    def left(self) -> asyncio.Timeout:
        """Return a context that ends with `TimeoutError` when the nearer deadline passes."""
        return asyncio.timeout_at(min(self.end, self.last + self.silence))


async def _refuse_other_answers(response: httpx.Response, watchdog: _Watchdog) -> None:
    """Raise the error that an answer is which is no stream: a refusal, or unknown where the service broke."""
    # No type at all counts as a stream.
    if response.is_success and content_type(response) in ("text/event-stream", ""):
        return
    try:
        async with watchdog.left():
            answer = await whole(response, LARGEST_ANSWER)
    except (httpx.RequestError, TimeoutError, ServiceFault) as error:
        if response.is_client_error:
            raise error_of(response.status_code, None, response.headers, about_session=True) from error
        raise _unknown(f"HTTP {response.status_code}, cut", response) from error
    if not response.is_server_error:
        check(answer, about_session=True)
    raise _unknown(f"HTTP {response.status_code} instead of a stream", response)


async def _chunks(response: httpx.Response, watchdog: _Watchdog) -> AsyncIterator[bytes]:
    chunks = aiter(response.aiter_bytes())
    while True:
        try:
            async with watchdog.left():
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except httpx.RequestError as error:
            raise _unknown(f"the stream broke: {type(error).__name__}", response) from error
        except TimeoutError as error:
            raise _unknown("the stream went silent or on for too long", response) from error
        yield chunk


def _unknown(detail: str, response: httpx.Response) -> OutcomeUnknown:
    return OutcomeUnknown(detail, request_id=request_id(response.headers))
