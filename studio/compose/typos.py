"""Typing errors in English words about music: "upbaet enrgetic pinao"."""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from language.features import QUOTED
from language.patterns import listed
from language.phrases import table
from studio.compose.instrument_parser import INSTRUMENT_NAMES
from studio.compose.lexicon import SENSES
from studio.compose.scenes import SCENES

_WORD = re.compile(r"(?<![\w.@/-])[a-z]{5,20}(?![\w@/-])", re.IGNORECASE)
_SHORTEST, _LONG = 5, 8
"""Letters of a word that is looked at, and of one in which any one error is recognised; shorter ones may be right words
that are not known here, so that only letters that changed places are errors there."""


def corrected(wish: str) -> str:
    """Return an English wish with misspelt words about music as they are spelt; words that are right stay.

    So do titles in quotation marks.
    """
    quoted = [found.span() for found in QUOTED.finditer(wish)]

    def one(found: re.Match[str]) -> str:
        inside = any(start <= found.start() < end for start, end in quoted)
        return found[0] if inside else _meant(found[0].lower()) or found[0]

    return _WORD.sub(one, wish)


@cache
def _meant(word: str) -> str | None:
    """Return the one word about music that a word unknown otherwise may mean, None where there is none."""
    if word in _right_words():
        return None
    near = extract(word, _music_words(), scorer=OSA.distance, score_cutoff=1, limit=2)
    found = [(known, errors) for known, errors, _ in near if known[0] == word[0]]
    if not found or (len(found) > 1 and found[0][1] == found[1][1]):
        return None
    known = found[0][0]
    return known if len(word) >= _LONG or sorted(known) == sorted(word) else None


@cache
def _music_words() -> tuple[str, ...]:
    """Return the words of the lexicon and of the instruments that are long enough to be recognised."""
    forms = [form for senses in SENSES.values() for sense in senses for form in sense.en]
    forms += [form for names in INSTRUMENT_NAMES.values() for form in names.en]
    words = {word for form in forms for word in form.split()} | set(listed("typo.compared"))
    return tuple(sorted(word for word in words if len(word) >= _SHORTEST and word.isalpha()))


@cache
def _right_words() -> frozenset[str]:
    """Return words that are right: those about music, and those that people's phrases and scenes hold."""
    said = list(table("en", "phrases.toml").values())
    said += [scene for scenes in SCENES.values() for scene in scenes]
    return frozenset(_music_words()) | {word for text in said for word in re.findall(r"[a-z]+", text.lower())}
