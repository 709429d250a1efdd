"""What an adapter leaves for other processes: where a screen stands, and what a file is found by. Compact JSON."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class PersistedRef:
    """The base of them all; a field that this version doesn't know makes a text unreadable."""

    version: Literal[1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(PersistedRef):
    """What outlives a process of every screen made of messages; adapters add where the messages are.

    `progress` is the id of the message that shows progress and that the next result takes the place of;
    `progress_lost`: the person took it away, and it does not come back. `delivered` are the marks of those messages of
    the item shown last that have arrived: after a crash the core may show that item once more.
    """

    language: str | None
    progress: int | None = None
    progress_lost: bool = False
    delivered: tuple[str, ...] = ()


def write_ref(kept: PersistedRef) -> str:
    """Return it as text, which may hold a secret (the token of an interaction): it is never logged."""
    return TypeAdapter(type(kept)).dump_json(kept).decode()


def read_ref(kind: type[Kind], text: str) -> Kind | None:
    """Return what a text holds, None where that is nothing of this kind and version."""
    try:
        return TypeAdapter(kind).validate_json(text)
    except ValidationError:
        return None
