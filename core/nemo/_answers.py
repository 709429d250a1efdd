"""What an answer means: its data, or one of `core.errors`. The table is that of the API's error codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from pydantic import JsonValue, TypeAdapter, ValidationError

from core import metrics
from core.errors import (
    FileTooLarge,
    NoCredits,
    PlanRefused,
    RateLimited,
    ServiceError,
    ServiceFault,
    SessionGone,
    TokenRefused,
    UnsupportedFile,
)
from core.nemo._wire import ENVELOPE, Envelope, Reader, W

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)

_BY_CODE: Mapping[int, type[ServiceError]] = {
    1001: TokenRefused,
    1002: SessionGone,
    2001: NoCredits,
    4001: UnsupportedFile,
    4002: FileTooLarge,
}
_BY_STATUS: Mapping[int, type[ServiceError]] = {
    401: TokenRefused,
    402: PlanRefused,
}
_COUNTED_STATUSES = {400, 401, 402, 403, 404, 413, 415, 422, 429, 500, 502, 503, 504}
LONGEST_WAIT = 86_400.0
"""Seconds; whoever asks for more means never."""
_OF_THE_TRANSFER = {"content-encoding", "content-length", "transfer-encoding"}
_REQUEST_IDS = ("x-request-id", "x-amzn-requestid", "x-trace-id", "cf-ray")


async def whole(response: httpx.Response, most: int) -> httpx.Response:
    """Return a streamed answer with its body, unpacked; raises `ServiceFault` beyond `most` bytes of that."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > most:
            raise ServiceFault(
                f"an answer of more than {most} bytes", request_id=request_id(response), status=response.status_code
            )
    headers = [it for it in response.headers.multi_items() if it[0].lower() not in _OF_THE_TRANSFER]
    return httpx.Response(response.status_code, headers=headers, content=bytes(body), request=response.request)


def json_of(response: httpx.Response) -> JsonValue:
    """Return the body as JSON; raises `ServiceFault` where it is none."""
    try:
        return _JSON.validate_json(response.content)
    except ValidationError:
        raise ServiceFault(
            "an answer without readable JSON", request_id=request_id(response), status=response.status_code
        ) from None  # the cause quotes the body, which may hold a token


def data_of(response: httpx.Response, reader: Reader[W], *, about_session: bool = False) -> W:
    """Return what an answer carries, from `data` or from the top level; raises what `check` raises."""
    check(response, about_session=about_session)
    body = json_of(response)
    data = reader.value(body.get("data")) if isinstance(body, dict) else None
    data = data or reader.value(body)
    if data is None:
        raise ServiceFault("an answer without its fields", request_id=request_id(response), status=response.status_code)
    return data


def check(response: httpx.Response, *, about_session: bool = False) -> None:
    """Raise the error that this answer is, if it is one. `about_session`: a 404 means that the session is gone."""
    envelope = ENVELOPE.json(response.content) or Envelope()
    if response.is_success and not envelope.code:
        return
    raise error_of(response.status_code, envelope.code, response.headers, about_session=about_session)


@contextmanager
def known_by(kind: type[ServiceError], *statuses: int) -> Iterator[None]:
    """Tell a fault of which the status, or a code that repeats it, says more at this endpoint than elsewhere."""
    try:
        yield
    except ServiceFault as fault:
        if not {fault.status, fault.code} & {*statuses}:
            raise
        raise kind(fault.detail, request_id=fault.request_id, code=fault.code, status=fault.status) from None


def error_of(status: int, code: int | None, headers: Mapping[str, str], *, about_session: bool = False) -> ServiceError:
    """Return the error for a status and an envelope code; without the service's sentence, which may quote a person."""
    count(status, code)
    request = _request_id(headers)
    kind = _BY_CODE.get(code or 0)
    if kind is None and status == 429:
        return RateLimited("HTTP 429", request_id=request, retry_after=retry_after(headers))
    if kind is None:
        kind = SessionGone if status == 404 and about_session else _BY_STATUS.get(status) or _by_repeated_status(code)
    return kind(f"HTTP {status}, code {code}", request_id=request, code=code, status=status)


def count(status: int, code: int | None = None) -> None:
    """Count an answer that was an error, by its code, its status, or the class of that: a server may say anything."""
    known = code if code in _BY_CODE else status if status in _COUNTED_STATUSES else None
    unknown = f"{status // 100}xx" if status >= 400 else "other"
    metrics.API_ERRORS.labels(str(known or unknown)).inc()


def _by_repeated_status(code: int | None) -> type[ServiceError]:
    """Any code but 0 is an error even on HTTP 200; some of them repeat an HTTP status."""
    return _BY_STATUS.get(code or 0, ServiceFault)


def request_id(response: httpx.Response) -> str | None:
    """Return the id under which the service's operators find this request."""
    return _request_id(response.headers)


def _request_id(headers: Mapping[str, str]) -> str | None:
    return next((headers[name] for name in _REQUEST_IDS if name in headers), None)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of `Retry-After`, which may be a date (RFC 9110, 10.2.3); a day at most."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return min(float(value), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    left = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(0.0, left), LONGEST_WAIT)
