"""Readers and writers of JSON, one for each type: making one takes milliseconds, a thousand times its use."""

from __future__ import annotations

from typing import TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")

_made: dict[type[object], object] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Return the reader and writer of this type."""
    if kind not in _made:
        _made[kind] = TypeAdapter(kind)
    return cast(TypeAdapter[T], _made[kind])
