"""Labelled phrases of every language: what people say, by what they mean."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from language.meaning import Meaning

DATA = Path(__file__).parent / "data"
WEIGHTS = DATA / "weights.npz"
"""What `language.training` learnt from the phrases."""

LANGUAGES = ("en", "zh", "es", "pt", "fr", "de", "ja", "ko", "ru", "hi", "id", "ar")
"""BCP 47 tags, each with a folder of data."""


def labelled_phrases() -> Iterator[tuple[str, Meaning, str]]:
    """Yield every labelled phrase: its language, what it means and its words."""
    for language in LANGUAGES:
        for meaning, phrases in table(language, "phrases.toml").items():
            for phrase in phrases.strip().splitlines():
                yield language, Meaning(meaning), phrase


def table(language: str, name: str) -> dict[str, str]:
    """Return a file of a language: texts by their names."""
    return tomllib.loads((DATA / language / name).read_text("utf-8"))
