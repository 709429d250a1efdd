"""What an adapter leaves for other processes: where a person is answered, what a file is found by. Compact JSON."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class PersistedRef:
    """The base of them all; a field that this version doesn't know makes a text unreadable."""

    version: Literal[1] = 1


def write_ref(kept: PersistedRef) -> str:
    """Return it as text, which may hold a secret (the token of an interaction): it is never logged."""
    return TypeAdapter(type(kept)).dump_json(kept).decode()


def read_ref(kind: type[Kind], text: str, unreadable: Exception) -> Kind:
    """Return what a text holds. Raises `unreadable` where that is nothing of this kind and version."""
    try:
        return TypeAdapter(kind).validate_json(text)
    except ValidationError:
        raise unreadable from None
