"""Tables of phrases for parametrised tests: what is expected, and everything that people say for it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping


def phrases(text: str) -> list[str]:
    """Return the phrases of a text, which are separated by "|"."""
    return [phrase.strip() for phrase in text.split("|")]


def each(table: Mapping[Hashable, str]) -> list[tuple[object, ...]]:
    """Return a row (phrase, expected …) for each phrase of a table; a tuple as its key is several values."""
    return [
        (phrase, *(expected if isinstance(expected, tuple) else (expected,)))
        for expected, text in table.items()
        for phrase in phrases(text)
    ]
