"""The agent's texts, one file per language; code refers to a sentence by its key."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from language.phrases import LANGUAGES as READ

DEFAULT = "en"
LANGUAGES = tuple(language for language in READ if (files(__package__) / f"{language}.json").is_file())


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return every sentence of a language by its full key, such as `track.ready`."""
    sections: dict[str, dict[str, str]] = json.loads((files(__package__) / f"{language}.json").read_text("utf-8"))
    return {f"{section}.{key}": sentence for section, keys in sections.items() for key, sentence in keys.items()}


def nearest(language: str) -> str:
    """Return the supported language closest to a BCP 47 tag."""
    primary = language.replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else DEFAULT


def say(language: str, key: str, /, **values: str | float) -> str:
    """Return the sentence `key` filled with `values`. Raises KeyError for an unknown key."""
    return catalogue(nearest(language))[key].format(**values)
