"""The agent's sentences: the same in every language, all used, none missing."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import studio
from studio.instruments import INSTRUMENTS
from studio.texts import LANGUAGES, catalogue, nearest, say


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_and_placeholders(language: str) -> None:
    def shape(sentences: dict[str, str]) -> dict[str, set[str | None]]:
        return {key: {field for _, field, _, _ in Formatter().parse(text)} - {None} for key, text in sentences.items()}

    assert shape(catalogue(language)) == shape(catalogue("en"))


def test_no_sentence_is_unused() -> None:
    code = "\n".join(path.read_text("utf-8") for path in Path(studio.__file__).parent.rglob("*.py"))
    made_up = re.compile(
        r"(?:note|role|page|limit|title|mode|mood|player|shape|style|tonic)\.|(?:edit|track|timeline)\.(?:no_)?fade_"
    )
    assert [
        key for key in catalogue("en") if f'"{key}"' not in code and f"'{key}'" not in code and not made_up.match(key)
    ] == []


@pytest.mark.parametrize(
    ("tag", "language"), [("zh-Hans-CN", "zh"), ("zh_TW", "zh"), ("EN", "en"), ("sv", "en"), ("", "en")]
)
def test_the_nearest_language(tag: str, language: str) -> None:
    assert nearest(tag) == language


LATIN = {"en", "es", "pt", "fr", "de", "id"}
"""Languages in Latin letters, in which a loan word looks like English."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_player_has_a_name(language: str) -> None:
    names = {name: say(language, f"player.{name.replace(' ', '_')}") for name in INSTRUMENTS}
    assert all(names.values())
    assert language in LATIN or not [name for name, said in names.items() if re.search("[a-z]", said)]
