"""Text cut to what a platform takes in one message."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

MOST_PARTS = 5
"""More messages than this in a row nobody reads."""

# Where a text may be cut, best first; the mark stays with the part before it.
_MARKS = ("\n\n", "\n", "。", ". ", " ")


def length(text: str) -> int:
    """Return the length in UTF-16 units: the strictest way in which the platforms count."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, first: int, other: int | None = None, *, most: int = MOST_PARTS) -> list[str]:
    """Cut `text` into parts of at most `first` (then `other`) UTF-16 units, at paragraphs, lines or words if possible.

    Nothing but white space at the cuts is lost, unless there were more than `most` parts: then the last one ends with
    an ellipsis. At least one part is returned.
    """
    parts: list[str] = []
    limit = first
    rest = text.strip()
    while len(parts) < most - 1 and length(rest[: limit + 1]) > limit:
        head = _fitting(rest, limit)
        end = next((at + len(mark) for mark in _MARKS if (at := head.rfind(mark)) >= len(head) // 3), len(head))
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
        limit = first if other is None else other
    return [*parts, cut(rest, limit)]


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` UTF-16 units, with an ellipsis where something is missing."""
    return text if length(text[: limit + 1]) <= limit else _fitting(text, limit - 1).rstrip() + "…"


def slices(text: str, limit: int) -> Iterator[str]:
    """Yield all of `text` in pieces of at most `limit` characters, cut behind white space where there is some."""
    start = 0
    while start < len(text):
        end = start + limit
        if end < len(text):
            end = max(text.rfind(" ", start, end), text.rfind("\n", start, end)) + 1 or end
        yield text[start:end]
        start = end


def _fitting(text: str, limit: int) -> str:
    lengths = accumulate(2 if character > "\uffff" else 1 for character in text[:limit])
    return text[: sum(1 for total in lengths if total <= limit)]
