"""What an answer means: its fields, read tolerantly, or one of `core.errors`. The table is that of the API's codes.

Unknown fields are ignored, numbers may stand where texts are expected, and an optional field that is misshapen counts
as missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
from pydantic import ConfigDict, OnErrorOmit, SecretStr, TypeAdapter, ValidationError
from pydantic_core import from_json

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
from core.nemo._identity import strike

T = TypeVar("T")
JsonObject = dict[str, object]

Kind = Callable[[object], T]
"""What reads a value, and raises `ValidationError` for one that is not of this kind."""

_CONFIG = ConfigDict(coerce_numbers_to_str=True, allow_inf_nan=False)
TEXT: Kind[str] = TypeAdapter(str, config=_CONFIG).validate_python
NUMBER: Kind[float] = TypeAdapter(float, config=_CONFIG).validate_python
INTEGER: Kind[int] = TypeAdapter(int).validate_python
FLAG: Kind[bool] = TypeAdapter(bool).validate_python
OBJECT: Kind[JsonObject] = TypeAdapter(JsonObject).validate_python
OBJECTS: Kind[list[JsonObject]] = TypeAdapter(list[OnErrorOmit[JsonObject]]).validate_python
"""Those items of a list that are objects."""

_BY_CODE: Mapping[int, type[ServiceError]] = {
    1001: TokenRefused,
    1002: SessionGone,
    2001: NoCredits,
    4001: UnsupportedFile,
    4002: FileTooLarge,
}
_BY_STATUS: Mapping[int, type[ServiceError]] = {401: TokenRefused, 402: PlanRefused}
_COUNTED_STATUSES = {400, 401, 402, 403, 404, 413, 415, 422, 429, 500, 502, 503, 504}
_LONGEST_REASON = 300
LONGEST_WAIT = 86_400.0
"""Seconds; whoever asks for more means never."""
_OF_THE_TRANSFER = ("content-encoding", "content-length", "transfer-encoding")
_REQUEST_IDS = ("x-request-id", "x-amzn-requestid", "x-trace-id", "cf-ray")


def read_json(data: bytes | str) -> object:
    """Return JSON as a client with a large heart reads it: what can't be shown becomes U+FFFD.

    Half signs (lone surrogates), raw control characters, a byte order mark and bytes of another encoding cost nobody
    the rest of an answer. Raises `ValueError` for what is no JSON at all.
    """
    try:
        return from_json(data, allow_inf_nan=False)
    except ValueError:
        text = data if isinstance(data, str) else data.decode("utf-8-sig", "replace")
        return _shown(json.loads(text.removeprefix("\ufeff"), strict=False, parse_constant=lambda _: None))


def _shown(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, dict):
        return {_shown(name): _shown(item) for name, item in value.items()}
    return value


def field(kind: Kind[T], value: object, name: str) -> T | None:
    """Return a field of a JSON object, None where there is none of this kind."""
    if not isinstance(value, dict) or value.get(name) is None:
        return None
    try:
        return kind(value[name])
    except ValidationError:
        return None


def first_of(places: Iterable[object], kind: Kind[T], *names: str) -> T | None:
    """Return the first field of this kind by any of these names, in the places' order; None where none has one."""
    found = (field(kind, place, name) for place in places for name in names)
    return next((value for value in found if value is not None), None)


def fraction(value: float | None) -> float | None:
    """Return a share 0..1 from one that may be told in percent; 1 is read as all."""
    if value is None:
        return None
    return min(1.0, max(0.0, value / 100 if value > 1 else value))


async def whole(response: httpx.Response, most: int) -> httpx.Response:
    """Return a streamed answer with its body, unpacked; raises `ServiceFault` beyond `most` bytes of that."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > most:
            raise fault(f"an answer of more than {most} bytes", response)
    headers = response.headers.copy()
    for name in _OF_THE_TRANSFER:
        headers.pop(name, None)
    return httpx.Response(response.status_code, headers=headers, content=bytes(body), request=response.request)


def check(response: httpx.Response, *, about_session: bool = False) -> object:
    """Return the body as JSON, None where it is none; raises the error that this answer is, if it is one.

    `about_session`: a 404 means that the session is gone.
    """
    body: object = None
    # Nesting without end is no answer either.
    with suppress(ValueError, RecursionError):
        body = read_json(response.content)
    code = field(INTEGER, body, "code")
    refused = field(FLAG, body, "success") is False
    if code or refused or not response.is_success:
        reason = reason_of(body, response) if refused else None
        raise error_of(response.status_code, code, response.headers, about_session=about_session, reason=reason)
    return body


def reason_of(body: object, response: httpx.Response) -> str | None:
    """Return why the service refused or failed, in its own words without the token; None where it says nothing."""
    data, error = field(OBJECT, body, "data"), field(OBJECT, body, "error") or field(OBJECT, body, "output")
    said = first_of((body, data, error), TEXT, "error", "reason") or field(TEXT, error, "message")
    if said is None and field(FLAG, body, "success") is False:
        said = field(TEXT, body, "message")
    if said is None:
        return None
    token = response.request.headers.get("authorization", "").removeprefix("Bearer ")
    return strike(" ".join(said.split()), SecretStr(token))[:_LONGEST_REASON]


def data_of(response: httpx.Response, *, about_session: bool = False) -> list[JsonObject]:
    """Return the objects in which an answer may carry its fields, at least one: its `data`, and the answer itself.

    Raises what `check` raises, and `ServiceFault` where the body is no JSON object.
    """
    body = check(response, about_session=about_session)
    if not isinstance(body, dict):
        # The body is not quoted: it may hold a token.
        raise fault("an answer without its fields", response)
    data = field(OBJECT, body, "data")
    return [body] if data is None else [data, body]


def needed(response: httpx.Response, kind: Kind[T], name: str, *, about_session: bool = False) -> tuple[T, JsonObject]:
    """Return a field that an answer must carry, and the object that holds it."""
    for data in data_of(response, about_session=about_session):
        value = field(kind, data, name)
        if value is not None:
            return value, data
    raise fault("an answer without its fields", response)


def content_type(response: httpx.Response) -> str:
    """Return the media type of an answer without its parameters, in lower case; "" where none is told."""
    told: str = response.headers.get("content-type", "")
    return told.partition(";")[0].strip().lower()


def fault(detail: str, response: httpx.Response) -> ServiceFault:
    """Return a fault of the service with the id and status of the answer that shows it."""
    return ServiceFault(detail, request_id=request_id(response.headers), status=response.status_code)


@contextmanager
def known_by(kind: type[ServiceError], *statuses: int) -> Iterator[None]:
    """Tell a fault of which the status, or a code that repeats it, says more at this endpoint than elsewhere."""
    try:
        yield
    except ServiceFault as error:
        if not {error.status, error.code} & {*statuses}:
            raise
        known = kind(error.detail, request_id=error.request_id, code=error.code, status=error.status)
        known.reason = error.reason
        raise known from None


def error_of(
    status: int,
    code: int | None,
    headers: Mapping[str, str],
    *,
    about_session: bool = False,
    reason: str | None = None,
) -> ServiceError:
    """Return the error for a status and an envelope code.

    `reason`: the service's own words, which are for the person alone.
    """
    # Counted by its code, its status, or the class of that: a server may say anything.
    known = code if code in _BY_CODE else status if status in _COUNTED_STATUSES else None
    unknown = f"{status // 100}xx" if status >= 400 else "other"
    metrics.API_ERRORS.labels(str(known or unknown)).inc()
    request = request_id(headers)
    kind = _BY_CODE.get(code or 0)
    if kind is None and status == 429:
        return RateLimited("HTTP 429", request_id=request, retry_after=retry_after(headers))
    if kind is None and status == 404 and about_session:
        kind = SessionGone
    # Any code but 0 is an error even on HTTP 200; some of them repeat an HTTP status.
    kind = kind or _BY_STATUS.get(status) or _BY_STATUS.get(code or 0, ServiceFault)
    error = kind(f"HTTP {status}, code {code}", request_id=request, code=code, status=status)
    error.reason = reason
    return error


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the id under which the service's operators find a request, by the headers of its answer."""
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
