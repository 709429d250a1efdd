"""The words of rules, out of every language's `rules.toml`: code says what is meant, by name.

An entry is a list of alternatives, each a small regular expression. In Latin letters they are whole words; one that
begins with "~" has borders of its own. In Chinese they may stand anywhere. `{{name}}` stands for another entry of the
same section and language, or for what the code gives under that name.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

from language.phrases import DATA

_WRITTEN_IN = ("en", "zh")
"""Languages that have rules of their own; what is said in others is glossed in English first."""
_PLACE = re.compile(r"\{\{(\w+)\}\}")


def words(name: str, **given: str) -> str:
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
        parts = [_filled(part, language, section, given) for part in parts]
    if not parts:
        raise KeyError(name)
    return f"(?:{'|'.join(parts)})"


def pattern(name: str, flags: int = 0, **given: str) -> re.Pattern[str]:
    """Return the compiled entry `section.key`. Raises KeyError where no language has it."""
    return re.compile(words(name, **given), flags)


def listed(name: str) -> tuple[str, ...]:
    """Return the words of an entry in all languages, as they stand there."""
    section, key = name.split(".")
    return tuple(entry for language in _WRITTEN_IN for entry in _rules(language).get(section, {}).get(key, []))


def numbered(name: str) -> dict[str, int]:
    """Return the words of an entry whose lines are `word=number`, with their numbers."""
    return {word: int(number) for word, _, number in (entry.partition("=") for entry in listed(name))}


def whole(alternatives: str) -> str:
    """Return a regular expression that matches whole Latin words only; Chinese characters may touch them."""
    return rf"(?<![a-z0-9])(?:{alternatives})(?![a-z0-9])"


def _filled(part: str, language: str, section: str, given: dict[str, str]) -> str:
    """Return an alternative with what its places stand for, which may have places itself."""

    def one(place: re.Match[str]) -> str:
        if place[1] in given:
            return given[place[1]]
        return _filled(f"(?:{'|'.join(_rules(language)[section][place[1]])})", language, section, given)

    return _PLACE.sub(one, part)


@cache
def _rules(language: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((DATA / language / "rules.toml").read_text("utf-8"))
