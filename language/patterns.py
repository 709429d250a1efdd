"""The words of rules, out of every language's `rules.toml`: code says what is meant, by name.

An entry is a list of alternatives, each a small regular expression. In Latin letters they are whole words; one that
begins with "~" has borders of its own. In Chinese they may stand anywhere.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

from language.phrases import DATA

_WRITTEN_IN = ("en", "zh")
"""Languages that have rules of their own; what is said in others is glossed in English first."""


def words(name: str) -> str:
    """Return a regular expression for an entry, named as `section.key`, in all languages that have it.

    Raises
    ------
    KeyError
        No language has it.
    """
    section, key = name.split(".")
    parts: list[str] = []
    for language in _WRITTEN_IN:
        entries = _rules(language).get(section, {}).get(key, [])
        listed = [entry for entry in entries if not entry.startswith("~")]
        if listed:
            parts.append(whole("|".join(listed)) if language == "en" else "|".join(listed))
        parts += [entry[1:] for entry in entries if entry.startswith("~")]
    if not parts:
        raise KeyError(name)
    return f"(?:{'|'.join(parts)})"


def pattern(name: str, flags: int = 0) -> re.Pattern[str]:
    """Return the compiled entry `section.key`. Raises KeyError where no language has it."""
    return re.compile(words(name), flags)


def whole(alternatives: str) -> str:
    """Return a regular expression that matches whole Latin words only; Chinese characters may touch them."""
    return rf"(?<![a-z0-9])(?:{alternatives})(?![a-z0-9])"


@cache
def _rules(language: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((DATA / language / "rules.toml").read_text("utf-8"))
