"""The sentences people read, one file per language; everything else names them by key.

A file holds sections of keys ("music": {"ready": …} is named `music.ready`). A value is a sentence with
`{placeholders}`, or {"one": …, "other": …} chosen by the placeholder `count`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

DEFAULT = "en"
LANGUAGES = ("en", "zh")

_Sentence = str | dict[str, str]


@cache
def catalogue(language: str) -> dict[str, _Sentence]:
    """Return every sentence of a language by its full key."""
    sections: dict[str, dict[str, _Sentence]] = json.loads((files(__package__) / f"{language}.json").read_text("utf-8"))
    return {f"{section}.{key}": value for section, keys in sections.items() for key, value in keys.items()}


def nearest(language: str | None) -> str:
    """Return the supported language closest to a BCP 47 tag."""
    primary = (language or DEFAULT).replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else DEFAULT


def say(language: str, key: str, **values: str | float) -> str:
    """Return the sentence `key` in `language`, filled with `values`. Raises KeyError for an unknown key."""
    sentence = catalogue(nearest(language))[key]
    if isinstance(sentence, dict):
        sentence = sentence["one" if values.get("count") == 1 else "other"]
    return sentence.format(**values)
