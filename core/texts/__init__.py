"""The sentences people read, one file per language; everything else names them by key.

A file holds sections of keys ("music": {"ready": …} is named `music.ready`). A value is a sentence with
`{placeholders}`, or one for each plural category of the language (CLDR: {"one": …, "other": …}), chosen by `count`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.plural import PluralRule

from language.phrases import LANGUAGES as READ

DEFAULT = "en"
LANGUAGES = tuple(language for language in READ if (files(__package__) / f"{language}.json").is_file())
"""BCP 47 tags. People are understood in more languages than they are answered in."""

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
    language = nearest(language)
    sentence = catalogue(language)[key]
    if isinstance(sentence, dict):
        sentence = sentence.get(_plural(language)(float(values.get("count", 0))), sentence["other"])
    return sentence.format(**values)


@cache
def _plural(language: str) -> PluralRule:
    return Locale(language).plural_form
