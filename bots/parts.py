"""Text cut to what a platform takes in one message."""

from __future__ import annotations

from itertools import accumulate

# Where a text may be cut, best first; the mark stays with the part before it.
_MARKS = ("\n\n", "\n", "。", ". ", " ")


def length(text: str) -> int:
    """Return the length in UTF-16 units: the strictest way in which the platforms count."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, first: int, other: int | None = None) -> list[str]:
    """Cut `text` into parts of at most `first` (then `other`) UTF-16 units, at paragraphs, lines or words if possible.

    Nothing but white space at the cuts is lost. At least one part is returned.
    """
    parts: list[str] = []
    limit = first
    rest = text.strip()
    while length(rest) > limit:
        head = _fitting(rest, limit)
        cut = next((at + len(mark) for mark in _MARKS if (at := head.rfind(mark)) >= len(head) // 3), len(head))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
        limit = first if other is None else other
    return [*parts, rest]


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` UTF-16 units, with an ellipsis where something is missing."""
    return text if length(text) <= limit else _fitting(text, limit - 1).rstrip() + "…"


def _fitting(text: str, limit: int) -> str:
    lengths = accumulate(2 if character > "\uffff" else 1 for character in text)
    return text[: sum(1 for total in lengths if total <= limit)]
