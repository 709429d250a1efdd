"""The lexicon: what words mean for music (genres, moods and uses); the words are in `lexicon.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from pydantic import TypeAdapter

from language.patterns import whole

once = lru_cache(maxsize=64)
"""For what is read out of a text: the rules ask for the same words of one message a dozen times."""


class WordKind(StrEnum):
    """The kind of a word: a genre decides the style, a use (what the film is for) suggests it, a mood colours it."""

    GENRE = "genre"
    USE = "use"
    MOOD = "mood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """The meaning of a group of words."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    styles: dict[str, float] = field(default_factory=dict)
    """Votes for styles."""
    valence: float | None = None
    """-1..1; None where the words don't express it."""
    energy: float | None = None
    """0..1; None where the words don't express it."""
    near: bool = False
    """Whether the style is only similar to what is meant; the rest brings it nearer, where nothing else is said."""
    bpm: tuple[float, float] | None = None
    """The slowest and the fastest tempo."""
    mode: str | None = None
    players: tuple[str, ...] = ()
    """Names in `studio.instruments.INSTRUMENTS`."""


@dataclass(frozen=True, slots=True)
class LexiconMatch:
    """A word that was recognised at `start`..`end` of a text."""

    kind: WordKind
    sense: Sense
    start: int
    end: int


def pattern_of(words: list[str]) -> str:
    """Return a regular expression for words, longest first: whole words in Latin letters, anywhere in Chinese."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    chinese = "|".join(re.escape(word) for word in ordered if not word.isascii())
    # Within one pair of borders, an alternative that can't match fails at its first letter.
    latin = "|".join(re.escape(word) for word in ordered if word.isascii())
    return "|".join(part for part in (chinese, whole(latin) if latin else "") if part)


def load_toml(name: str) -> object:
    """Load a table of words from this package."""
    return tomllib.loads((files(__package__) / name).read_text("utf-8"))


SENSES = TypeAdapter(dict[WordKind, tuple[Sense, ...]]).validate_python(load_toml("lexicon.toml"))
"""Every group of words that the composer understands."""

_INDEX = {
    word: (kind, sense) for kind in reversed(WordKind) for sense in SENSES[kind] for word in (*sense.en, *sense.zh)
}  # a genre wins over a use, a use over a mood
_WORDS = re.compile(pattern_of(list(_INDEX)))


@once
def find(text: str) -> tuple[LexiconMatch, ...]:
    """Return the known words of a lower-case text, in order, without overlaps."""
    return tuple(LexiconMatch(*_INDEX[match[0]], match.start(), match.end()) for match in _WORDS.finditer(text))
