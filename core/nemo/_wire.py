"""The service's JSON, read tolerantly: unknown fields are ignored, a missing or misshapen optional one is None."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Generic, TypeAlias, TypeVar

from pydantic import ConfigDict, JsonValue, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic.alias_generators import to_camel

T = TypeVar("T")


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except ValidationError:
        return None


Lenient: TypeAlias = Annotated[T | None, WrapValidator(_or_none)]
"""A field that is None instead of an error when it is not what the API describes."""

Items: TypeAlias = Lenient[list[Lenient[T]]]
"""A list of which the readable items count."""


def readable(items: list[T | None] | None) -> list[T]:
    """Return the items that could be read."""
    return [item for item in items or () if item is not None]


def fraction(value: float | None) -> float | None:
    """Return a share 0..1 from one that may be told in percent; 1 is read as all."""
    if value is None:
        return None
    return min(1.0, max(0.0, value / 100 if value > 1 else value))


class Wire:
    """A JSON object of the service; numbers may stand where ids are expected, and no number is infinite."""

    __pydantic_config__ = ConfigDict(extra="ignore", coerce_numbers_to_str=True, allow_inf_nan=False)


class Camel(Wire):
    """The same with camelCase keys."""

    __pydantic_config__ = ConfigDict(**Wire.__pydantic_config__, alias_generator=to_camel)


W = TypeVar("W", bound=Wire)


class Reader(Generic[W]):
    """Reads one kind of object from JSON."""

    def __init__(self, kind: type[W]) -> None:
        self._kind = kind
        self._adapter: TypeAdapter[W] = TypeAdapter(kind)

    def json(self, text: str | bytes) -> W | None:
        """Return what a JSON text holds, None where it does not hold this."""
        try:
            return self._adapter.validate_json(text)
        except ValidationError:
            return None

    def value(self, value: JsonValue) -> W | None:
        """Return what a JSON value holds, None where it does not hold this."""
        try:
            return self._adapter.validate_python(value)
        except ValidationError:
            return None


@dataclass(frozen=True)
class Envelope(Wire):
    """`{"code": 0, "message": …, "data": …}`; some answers carry their fields beside `code`, or have no `code`."""

    code: Lenient[int] = None
    message: Lenient[str] = None
    detail: Lenient[str] = None
    data: JsonValue = None


@dataclass(frozen=True)
class TokenData(Wire):
    """`data` of the token request."""

    token: str
    credits: Lenient[int] = None


@dataclass(frozen=True)
class SessionData(Wire):
    """`data` of a new session."""

    session_id: str
    task_id: Lenient[str] = None


@dataclass(frozen=True)
class ClaimData(Wire):
    """`data` of a claim."""

    claim_token: str


@dataclass(frozen=True)
class CreditsData(Wire):
    """`data` of the balance; `frozen` is held for work under way."""

    available: float
    frozen: Lenient[float] = None
    total: Lenient[float] = None


@dataclass(frozen=True)
class FileData(Wire):
    """One uploaded file."""

    name: Lenient[str] = None
    file_id: Lenient[str] = None
    mime_type: Lenient[str] = None
    duration: Lenient[float] = None
    url: Lenient[str] = None


@dataclass(frozen=True)
class UploadData(FileData):
    """`data` of an upload: a list of files, or the one file itself."""

    files: Items[FileData] = None


@dataclass(frozen=True)
class MediaData(Wire):
    """One item of `generated_media`."""

    type: Lenient[str] = None
    url: Lenient[str] = None
    name: Lenient[str] = None
    duration: Lenient[float] = None


@dataclass(frozen=True)
class StateBody(Wire):
    """`data.state`."""

    draft: JsonValue = None
    generated_media: Items[MediaData] = None
    task_id: Lenient[str] = None


@dataclass(frozen=True)
class StateData(Wire):
    """`data` of the state request."""

    state: Lenient[StateBody] = None
    task_id: Lenient[str] = None


@dataclass(frozen=True)
class RenderOutput(Wire):
    """Where a finished render is."""

    url: Lenient[str] = None


@dataclass(frozen=True)
class RenderData(Wire):
    """A render's status, at top level or in `data`; `progress` 0..1 or 0..100."""

    status: Lenient[str] = None
    progress: Lenient[float] = None
    output: Lenient[RenderOutput] = None


ENVELOPE = Reader(Envelope)
TOKEN = Reader(TokenData)
SESSION = Reader(SessionData)
CLAIM = Reader(ClaimData)
CREDITS = Reader(CreditsData)
UPLOAD = Reader(UploadData)
STATE = Reader(StateData)
RENDER = Reader(RenderData)
