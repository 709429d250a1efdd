"""HTTP as this client needs it: one pooled client for short calls, one client for each long exchange.

httpx's pool stays full for good when requests are cancelled early or twice (encode/httpx #3782, encode/httpcore
#1093), and a person may cancel at any moment. So a short call runs to its end even when its caller goes away, and
every stream, upload and download has a client of its own. They share one TLS context: building it is the
expensive part of a client.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import cache

import httpx
from pydantic import JsonValue, SecretStr

from core import metrics
from core.errors import OutcomeUnknown, ServiceUnreachable
from core.nemo._answers import retry_after, whole
from core.nemo._identity import request_headers
from core.nemo.model import Backend

LARGEST_ANSWER = 1_000_000
"""Bytes of a short answer; a session's state may have more."""
RETRIES = 2
"""How often a request that may be repeated is repeated after a failure."""
FIRST_PAUSE = 0.5
"""Seconds before the first repetition; doubled for the next."""

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
PASSING_TROUBLE = {500, 502, 503, 504}

Sleep = Callable[[float], Awaitable[None]]
Send = Callable[[], Awaitable[httpx.Response]]

_tls = cache(httpx.create_ssl_context)


def new_client(base_url: str, timeout: httpx.Timeout) -> httpx.AsyncClient:
    """Return a client for one address. A proxy from the environment is used, but not for this machine."""
    host = httpx.URL(base_url).host
    is_here = host == "localhost"
    with suppress(ValueError):
        is_here = ipaddress.ip_address(host).is_loopback
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=timeout,
        verify=_tls(),
        trust_env=not is_here,
        follow_redirects=False,
    )


def failure(error: httpx.RequestError) -> ServiceUnreachable | OutcomeUnknown:
    """Return what a broken exchange means: whether the request can have arrived."""
    what = type(error).__name__
    never_left = isinstance(error, _NEVER_LEFT)
    metrics.API_ERRORS.labels("unreachable" if never_left else "broken").inc()
    return ServiceUnreachable(what) if never_left else OutcomeUnknown(what)


class ShortCalls:
    """Requests with small answers over one pooled client, until the context is left."""

    def __init__(self, backend: Backend, *, sleep: Sleep = asyncio.sleep) -> None:
        """`sleep` takes seconds: the waits between repetitions and after a rate limit."""
        self.backend = backend
        self._sleep = sleep
        timeout = httpx.Timeout(backend.deadlines.request, connect=backend.deadlines.connect)
        self._client = new_client(backend.api_url, timeout)
        self._under_way: set[asyncio.Task[httpx.Response]] = set()

    async def __aexit__(self, *_: object) -> None:
        """Give up what is under way and close the connections."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._client.aclose()

    async def _call(
        self,
        method: str,
        path: str,
        token: SecretStr | None,
        body: Mapping[str, JsonValue] | None = None,
        *,
        repeatable: bool,
        headers: Mapping[str, str] = {},
        most: int = LARGEST_ANSWER,
    ) -> httpx.Response:
        """Send a free request and return its answer, whatever its status.

        `repeatable`: a second arrival does no harm, so that any failure may be retried; else only a request
        that never left is sent again. `most`: bytes that the answer may have. Raises `ServiceUnreachable`,
        `OutcomeUnknown`, `ServiceFault` (a longer answer).
        """
        headers = {**request_headers(self.backend, token), **headers}

        async def exchange() -> httpx.Response:
            try:
                # httpx's own deadline is for each read: an answer that drips would take for ever.
                async with (
                    asyncio.timeout(self.backend.deadlines.request),
                    self._client.stream(method, path, headers=headers, json=body) as response,
                ):
                    return await whole(response, most)
            except TimeoutError:
                raise httpx.ReadTimeout("the whole answer") from None

        async def send() -> httpx.Response:
            task = asyncio.create_task(exchange())
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            return await asyncio.shield(task)

        return await self._persist(send, repeatable=repeatable)

    async def _persist(self, send: Send, *, repeatable: bool) -> httpx.Response:
        """Send a request that costs nothing until it is answered; see `_call`. Waits once on a rate limit."""
        waited = False
        failures = 0
        while True:
            try:
                response = await send()
            except httpx.RequestError as error:
                failed = failure(error)
                if failures >= RETRIES or not (repeatable or isinstance(failed, ServiceUnreachable)):
                    raise failed from error
            else:
                if response.status_code == 429 and not waited:
                    waited = True
                    most, asked = self.backend.deadlines.rate_limit_wait, retry_after(response.headers)
                    await self._sleep(most if asked is None else min(asked, most))
                    continue
                if failures >= RETRIES or not (repeatable and response.status_code in PASSING_TROUBLE):
                    return response
            await self._sleep(FIRST_PAUSE * 2**failures)
            failures += 1
