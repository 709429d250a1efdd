"""Reading a message: its words, what each tells, and which of them only describe."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from core.intent.cues import Cue, Meaning, lexicon

_ENGLISH = lexicon("en")
_CHINESE = lexicon("zh")
_LONGEST = max(*(len(phrase.split()) for phrase in _ENGLISH), *map(len, _CHINESE))
"""Words of an English phrase, characters of a Chinese one."""
_TOO_LONG = 4000
"""Characters of a message that are read; what follows cannot change what is wanted."""
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》|(?<!\w)'[^']*'(?!\w)|‘[^’]*’")
_NUMBER = re.compile(
    r"(?<![\w-])\d+(?:[.:,]\d+)*[\s-]?(?:%|s|secs?|seconds?|m|mins?|minutes?|bars?|bpm|hz|x|th|st|nd|rd)?(?![\w-])"
    r"|\d+\s?(?:秒|分钟|分鐘|分|拍|小节)"
)
_CLAUSE_END = re.compile(r"[.,;:!?\n，。；：！？、…()（）]+")
_RUN = re.compile(r"(?P<han>[\u3400-\u9fff]+)|(?P<latin>[^\W_](?:[^\W\u3400-\u9fff]|['&-](?=\w))*)")


class Word(NamedTuple):
    """A word or phrase, and what it tells (None: nothing known); `clause` counts the parts between punctuation."""

    text: str
    meaning: Meaning | None
    clause: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as its words; numbers and what stands in quotation marks are left out."""

    words: tuple[Word, ...]

    def count(self, *cues: Cue) -> int:
        """Return how many words tell one of these."""
        return sum(word.meaning in cues for word in self.words)

    @property
    def unknown(self) -> int:
        """How many words tell nothing known."""
        return sum(word.meaning is None for word in self.words)


def read(text: str) -> Reading:
    """Read a message, in any mix of the languages."""
    plain = unicodedata.normalize("NFKC", text[:_TOO_LONG]).replace("’", "'").casefold()
    unquoted = _NUMBER.sub(" ", _QUOTED.sub(" ", plain))
    return Reading(
        tuple(
            Word(phrase, meaning, number)
            for number, clause in enumerate(_CLAUSE_END.split(unquoted))
            for phrase, meaning in _phrases(clause)
        )
    )


def _phrases(clause: str) -> Iterator[tuple[str, Meaning | None]]:
    """Yield the phrases of a clause: Latin words in a row together, Han characters in a row together."""
    latin: list[str] = []
    for run in _RUN.finditer(clause):
        if run["latin"]:
            latin.append(run["latin"])
        else:
            yield from _longest_matches(latin, _ENGLISH, " ")
            latin.clear()
            yield from _longest_matches(list(run["han"]), _CHINESE, "")
    yield from _longest_matches(latin, _ENGLISH, " ")


def _longest_matches(
    units: list[str], lexicon: Mapping[str, Meaning], joint: str
) -> Iterator[tuple[str, Meaning | None]]:
    at = 0
    while at < len(units):
        for end in range(min(len(units), at + _LONGEST), at, -1):
            phrase = joint.join(units[at:end])
            if phrase in lexicon or end == at + 1:
                yield phrase, lexicon.get(phrase)
                at = end
                break
