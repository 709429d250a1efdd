"""Several things in one message, in twelve languages; and what only looks like it."""

from __future__ import annotations

import pytest

from language import several
from tests.support.tables import rows


@pytest.mark.parametrize(("language", "files", "text", "things"), rows("several.tsv"))
def test_each_thing_is_said_in_the_persons_own_words(language: str, files: str, text: str, things: str) -> None:
    found = several(text, language, int(files))
    said = [part.text if part.file is None else f"{part.text} #{part.file + 1}" for part in found]
    assert said == ([] if things == "-" else things.split(" | "))


@pytest.mark.parametrize(
    "text",
    ["two versions " * 340, "the first, " * 370, "15 s and " * 450, "one and " * 500, "version 1," + "1," * 1900],
)
def test_hostile_repetitions_end(text: str) -> None:
    assert isinstance(several(text, "en", 3), tuple)
