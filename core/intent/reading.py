"""Reading a message: its words, what each tells, which of them only describe, and which language they are in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from core.intent.cues import Asking, Cue, Meaning, plain, shortened, slips, vocabulary

_ENGLISH, _CHINESE = vocabulary("en"), vocabulary("zh")
_LONGEST = max(*(len(phrase.split()) for phrase in _ENGLISH.phrases), *map(len, _CHINESE.phrases))
"""Words of an English phrase, characters of a Chinese one."""
_KNOWN = {word for phrase in _ENGLISH.phrases for word in phrase.split()}
_KEYWORDS = [word for word, meaning in _ENGLISH.phrases.items() if isinstance(meaning, Asking) and " " not in word]
_USUAL = {**slips(_KEYWORDS, _KNOWN), **_ENGLISH.spellings}
_USUAL_HAN = re.compile("|".join(sorted(_CHINESE.spellings, key=len, reverse=True)))
_TOO_LONG, _TOO_MANY = 4000, 400
"""Characters and words of a message that are read; what follows cannot change what is wanted."""
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》|(?<!\w)'[^']*'(?!\w)|‘[^’]*’")
_NUMBER = re.compile(
    r"(?<![\w-])\d+(?:[.:,]\d+)*[\s-]?(?:%|s|secs?|seconds?|m|mins?|minutes?|bars?|bpm|hz|x|th|st|nd|rd)?(?![\w-])"
    r"|\d+\s?(?:秒|分钟|分鐘|分|拍|小节)"
)
_TIME = re.compile(r"\d:\d\d|\d\s?-?(?:s|secs?|seconds?|m|mins?|minutes?|bars?|秒|分钟|分|拍|小节)$")
# A mark ends a clause, and so do a dash and a gap between Chinese words.
_CLAUSE_END = re.compile(r"([.,;:!?\n、。…()]+|\s[-–—~]+\s|[–—]|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff]))")
_A_TIME = "@"
_RUN = re.compile(rf"{_A_TIME}|(?P<han>[\u3400-\u9fff]+)|(?P<latin>[^\W_](?:[^\W\u3400-\u9fff]|['&-](?=\w))*)")


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
    unquoted = _QUOTED.sub(" ", plain(text[:_TOO_LONG]).replace(_A_TIME, " "))
    usual = _USUAL_HAN.sub(lambda other: _CHINESE.spellings[other[0]], unquoted)
    return Reading(tuple(islice(_words(usual), _TOO_MANY)))


def _words(text: str) -> Iterator[Word]:
    # The parts and what ended each, in turn.
    parts = [*_CLAUSE_END.split(_NUMBER.sub(_time, text)), ""]
    for number, (clause, end) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        for phrase, meaning in _phrases(clause):
            yield Word(phrase, meaning, number)
        if "?" in end:
            yield Word("?", Cue.QUESTION, number)


def _time(number: re.Match[str]) -> str:
    """Return what stands for a number: a time of the piece tells something, other numbers don't."""
    return f" {_A_TIME} " if _TIME.search(number[0]) else " "


def _phrases(clause: str) -> Iterator[tuple[str, Meaning | None]]:
    """Yield the phrases of a clause: Latin words in a row together, Han characters in a row together."""
    latin: list[str] = []
    for run in _RUN.finditer(clause):
        if run["latin"]:
            word = shortened(run["latin"], _KNOWN)
            latin += _USUAL.get(word, word).split()
        else:
            yield from _longest_matches(latin, _ENGLISH.phrases, " ")
            latin.clear()
            if run["han"]:
                yield from _in_twos(_longest_matches(list(run["han"]), _CHINESE.phrases, ""))
            else:
                yield run[0], Cue.TIME
    yield from _longest_matches(latin, _ENGLISH.phrases, " ")


def _in_twos(phrases: Iterable[tuple[str, Meaning | None]]) -> Iterator[tuple[str, Meaning | None]]:
    """Join unknown characters by two, which is how long most Chinese words are."""
    single = ""
    for phrase, meaning in phrases:
        if meaning is None and not single:
            single = phrase
            continue
        if meaning is None:
            phrase = single + phrase
        elif single:
            yield single, None
        single = ""
        yield phrase, meaning
    if single:
        yield single, None


def _longest_matches(
    units: list[str], lexicon: Mapping[str, Meaning], joint: str
) -> Iterator[tuple[str, Meaning | None]]:
    at = 0
    while at < len(units):
        for end in range(min(len(units), at + _LONGEST), at, -1):
            phrase = joint.join(units[at:end])
            if phrase in lexicon or end == at + 1:
                yield phrase, lexicon.get(phrase) or _compared(phrase)
                at = end
                break


def _compared(word: str) -> Meaning | None:
    """Return what a word tells that compares: "warmer" and "funkier" ask for a change, as "warm" says how it is."""
    if not word.endswith("er"):
        return None
    stems = word[:-1], word[:-2], word[:-3], f"{word[:-3]}y"
    return Cue.CHANGE if any(_ENGLISH.phrases.get(stem) is Cue.STYLE for stem in stems) else None


_HAN = re.compile(r"[\u3400-\u9fff]")
# Chinese writes の as well (の alone makes nothing Japanese).
_KANA = re.compile(r"[\u3040-\u306d\u306f-\u30ff]")
_LATIN_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*", re.IGNORECASE)
_OURS = ("LATIN", "CJK", "BOPOMOFO", "IDEOGRAPHIC", "MODIFIER")
"""How the Unicode names of letters begin that English and Chinese are written with."""
_LEAST = 2
"""Letters; a single one is an ornament: ¯\\_(ツ)_/¯."""
_TELLING = {Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.CHANGE, Cue.MAKE}


def language_of(text: str, hint: str | None) -> str:
    """Return the language of a text, "en" or "zh", by its script; the hint's (BCP 47) where that does not tell.

    A Han character says about half as much as a word.
    """
    plain = unicodedata.normalize("NFKC", text)
    han = 0 if _KANA.search(plain) else len(_HAN.findall(plain))
    latin = len(_LATIN_WORD.findall(text))
    if han or latin:
        return "zh" if han * 2 >= latin else "en"
    return "zh" if (hint or "").lower().partition("-")[0].partition("_")[0] == "zh" else "en"


def is_foreign(text: str) -> bool:
    """Return whether a text is in a language that is not spoken here, as far as its script tells.

    It is not where its English or Chinese part is the greater one, or tells what is wanted: "lo-fi ビート".
    """
    plain = unicodedata.normalize("NFKC", text)
    foreign = [letter for letter in plain if unicodedata.category(letter)[0] == "L" and not _is_ours(letter)]
    if len(foreign) < _LEAST:
        return False
    # Between kana, Han characters are Japanese.
    japanese = bool(_KANA.search(plain))
    rest = "".join(it if _is_ours(it) and not (japanese and _HAN.match(it)) else " " for it in plain)
    if sum(map(str.isalpha, rest)) >= len(foreign):
        return False
    return not any(word.meaning in _TELLING or isinstance(word.meaning, Asking) for word in read(rest).words)


def _is_ours(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_OURS)
