"""What words mean for music: genres, moods and uses, in English and Chinese; the words are in `lexicon.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files

from pydantic import TypeAdapter


class WordKind(StrEnum):
    """What sort of word it is: a genre decides, a use (what the film is for) suggests, a mood colours."""

    GENRE = "genre"
    USE = "use"
    MOOD = "mood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """The meaning of a group of words.

    `styles` are votes. `valence` -1..1 and `energy` 0..1 where the words say something about them. `near`: the
    style is only similar to what is meant.
    """

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    styles: dict[str, float] = field(default_factory=dict)
    valence: float | None = None
    energy: float | None = None
    near: bool = False


@dataclass(frozen=True, slots=True)
class LexiconMatch:
    """A word that was recognised at `start`..`end` of the text."""

    kind: WordKind
    sense: Sense
    start: int
    end: int


def pattern_of(words: list[str]) -> str:
    """Return a regular expression for words: whole ones in Latin letters, anywhere in Chinese; the longest first."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    chinese = "|".join(re.escape(word) for word in ordered if not word.isascii())
    # Under one border, an alternative that can't match is left at its first letter.
    latin = "|".join(re.escape(word) for word in ordered if word.isascii())
    return "|".join(part for part in (chinese, whole(latin) if latin else "") if part)


def whole(pattern: str) -> str:
    """Return a regular expression that matches whole Latin words only; a Chinese sign may stand beside them."""
    return rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])"


def load_toml(name: str) -> object:
    """Read a table of words that lies beside this module."""
    return tomllib.loads((files(__package__) / name).read_text("utf-8"))


SENSES = TypeAdapter(dict[WordKind, tuple[Sense, ...]]).validate_python(load_toml("lexicon.toml"))
"""Every group of words that the composer understands."""

_INDEX = {
    word: (kind, sense) for kind in reversed(WordKind) for sense in SENSES[kind] for word in (*sense.en, *sense.zh)
}  # a genre wins over a use, a use over a mood
_WORDS = re.compile(pattern_of(list(_INDEX)))


def find(text: str) -> tuple[LexiconMatch, ...]:
    """Return the known words of a lower-case text, in order, without overlaps."""
    return tuple(LexiconMatch(*_INDEX[match[0]], match.start(), match.end()) for match in _WORDS.finditer(text))
