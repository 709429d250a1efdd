"""Tables of phrases for parametrised tests: what is expected, and everything that people say for it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pytest


def said(names: str, table: Mapping[Hashable, str] | str) -> pytest.MarkDecorator:
    """Parametrise a test over phrases, which are separated by "|", each with what the table expects of it.

    `names` are the test's arguments, the phrase first. A key of the table that is a tuple is several values.
    """
    if isinstance(table, str):
        return pytest.mark.parametrize(names, [phrase.strip() for phrase in table.split("|")])
    rows = [
        (phrase.strip(), *(expected if isinstance(expected, tuple) else (expected,)))
        for expected, text in table.items()
        for phrase in text.split("|")
    ]
    return pytest.mark.parametrize(names.split(), rows)
