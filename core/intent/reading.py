"""Reading a message: its words, what each tells, and which language they are in.

Each language gives its words for the cues in a file (`en.toml`, `zh.toml`). A word that is written in several ways, or
with a slip of the pen in a keyword, is read in one form.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cache
from importlib.resources import files
from itertools import islice, product
from operator import attrgetter, methodcaller
from typing import NamedTuple

from core.commands import Action


class Cue(StrEnum):
    """What a word or phrase tells."""

    FILLER = auto()
    """Says nothing: politeness, auxiliaries, pronouns, time."""
    DEFINITE = auto()
    """Points at something that is there: the, my, this."""
    INDEFINITE = auto()
    """Asks for something that is not there yet: a, some, another."""
    NEGATION = auto()
    OPENER = auto()
    """Makes a question where it stands first: is, do, how."""
    QUESTION = auto()
    """Makes a question anywhere: who, why, 吗, a question mark."""
    READY = auto()
    """Says that something is finished; in a question it asks for the status."""
    MAKE = auto()
    """Asks for something to be made."""
    MUSIC = auto()
    """Names a piece of music."""
    STYLE = auto()
    """Says how music sounds: genre, mood, instrument, use."""
    LIKENESS = auto()
    """Makes what stands before it a description: style, themed."""
    ABOUT = auto()
    """Makes what stands behind it a description: about, for, called."""
    OF = auto()
    """Chinese 的: makes what stands before it a description of the music behind it."""
    PIECE = auto()
    """Names what the service makes: video, file, mp4."""
    CHANGE = auto()
    """Asks for a change of what is there."""
    TEXT = auto()
    """Names words in the picture: title, caption."""
    TIME = auto()
    """A time in the piece: 0:45, 10 seconds. No language lists it."""
    BETTER = auto()
    """Asks for a change without saying which."""
    COST = auto()
    """Speaks of what is paid; in a question it asks for the credits."""
    HOW_TO = auto()
    """Asks for the way to do something."""
    SHOW = auto()
    """Asks to see what is there."""
    HAND = auto()
    """Asks to be given something: send, give."""
    GET = auto()
    """Speaks of having something: get, want, 给我."""
    ELSEWHERE = auto()
    """Belongs to other trades than music."""
    GREETING = auto()
    """Belongs to manners alone: hello, thanks."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A word or phrase that asks for an action. `sure`: it can hardly mean anything else."""

    action: Action
    sure: bool


Meaning = Cue | Asking


class Word(NamedTuple):
    """A word or phrase, and what it tells (None: nothing known); `clause` counts the parts between punctuation."""

    text: str
    meaning: Meaning | None
    clause: int


_MEANING: Callable[[Word], Meaning | None] = attrgetter("meaning")


def meanings(words: Iterable[Word]) -> list[Meaning | None]:
    """Return what each of the words tells."""
    return [*map(_MEANING, words)]


@cache
def vocabulary(language: str) -> tuple[Mapping[str, Meaning], Mapping[str, str]]:
    """Return phrase → meaning and other spelling → usual spelling from a language's file.

    Raises ValueError where a phrase is given two meanings.
    """
    tables: dict[str, dict[str, str]] = tomllib.loads((files(__package__) / f"{language}.toml").read_text("utf-8"))
    phrases: dict[str, Meaning] = {}
    for table in ("cues", "maybe", "surely"):
        for name, patterns in tables[table].items():
            meaning = Cue(name) if table == "cues" else Asking(Action(name), sure=table == "surely")
            for phrase in _spelled_out(patterns):
                if phrases.setdefault(phrase, meaning) != meaning:
                    raise ValueError(f"{phrase!r} means two things")
    spellings: dict[str, str] = {}
    for entry in tables["spellings"]["words"].replace("\n", " ").split(","):
        other, _, usual = entry.partition("=")
        spellings[other.strip()] = usual.strip()
    for pair in tables["spellings"].get("characters", "").split():
        spellings[pair[0]] = pair[1]
    return phrases, spellings


def _spelled_out(patterns: str) -> Iterator[str]:
    """Yield the phrases of a list of patterns: "(cancel|stop) it" is two, "做(好|)" as well."""
    for pattern in patterns.replace("\n", " ").split(","):
        choices = map(methodcaller("split", "|"), re.split(r"[()]", pattern.strip()))
        yield from filter(None, map("".join, product(*choices)))


_TURNED, _DROPPED = 4, 6
"""Letters from which on a word is known with two letters turned round, and with one letter left out."""


def _slips(phrases: Mapping[str, Meaning], known: Collection[str]) -> Mapping[str, str]:
    """Return misspelling → keyword, "" where it could be of two; one that is a word of its own is left out."""
    found: dict[str, str] = {}
    for word, meaning in phrases.items():
        if not isinstance(meaning, Asking) or " " in word:
            continue
        for at in range(len(word) - 1):
            slips = []
            if len(word) >= _TURNED:
                slips.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
            # The letters at both ends are seldom left out, and "credit", "points" would be taken for each other.
            if len(word) >= _DROPPED and at:
                slips.append(word[:at] + word[at + 1 :])
            for slip in slips:
                if slip not in known and found.setdefault(slip, word) != word:
                    found[slip] = ""
    return found


_ENGLISH, _ENGLISH_SPELLINGS = vocabulary("en")
_CHINESE, _CHINESE_SPELLINGS = vocabulary("zh")
_LONGEST = max(*map(len, map(str.split, _ENGLISH)), *map(len, _CHINESE))
"""Words of an English phrase, characters of a Chinese one."""
_KNOWN = {*" ".join(_ENGLISH).split()}
_USUAL = {**_slips(_ENGLISH, _KNOWN), **_ENGLISH_SPELLINGS}
_USUAL_HAN = re.compile("|".join(sorted(_CHINESE_SPELLINGS, key=len, reverse=True)))
_LENGTHENED = re.compile(r"(\w)\1{2,}")
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


def read(text: str) -> Sequence[Word]:
    """Return the words of a message, in any mix of the languages, without numbers and what is in quotation marks."""
    unquoted = _QUOTED.sub(" ", _plain(text[:_TOO_LONG]).replace(_A_TIME, " "))
    usual = _USUAL_HAN.sub(lambda other: _CHINESE_SPELLINGS[other[0]], unquoted)
    return tuple(islice(_words(usual), _TOO_MANY))


def _plain(text: str) -> str:
    """Return a text in one width and case (NFKC), without what cannot be seen: joiners, marks of direction."""
    seen = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return seen.replace("’", "'").replace("\ufe0f", "").casefold()


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
            word = _shortened(run["latin"])
            latin += (_USUAL.get(word) or word).split()
        else:
            yield from _longest_matches(latin, _ENGLISH, " ")
            latin.clear()
            if run["han"]:
                yield from _in_twos(_longest_matches(list(run["han"]), _CHINESE, ""))
            else:
                yield run[0], Cue.TIME
    yield from _longest_matches(latin, _ENGLISH, " ")


def _shortened(word: str) -> str:
    """Return a word without the letters that only lengthen it: "stooop" is "stop", "pleeease" is "please"."""
    if word in _KNOWN or not _LENGTHENED.search(word):
        return word
    once = _LENGTHENED.sub(r"\1", word)
    return once if once in _KNOWN else _LENGTHENED.sub(r"\1\1", word)


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
    return Cue.CHANGE if any(_ENGLISH.get(stem) is Cue.STYLE for stem in stems) else None


HAN = re.compile(r"[\u3400-\u9fff]")
# Chinese writes の as well (の alone makes nothing Japanese).
KANA = re.compile(r"[\u3040-\u306d\u306f-\u30ff]")
_OURS = ("LATIN", "CJK", "BOPOMOFO", "IDEOGRAPHIC", "MODIFIER")
"""How the Unicode names of letters begin that English and Chinese are written with."""
_LEAST = 2
"""Letters; a single one is an ornament: ¯\\_(ツ)_/¯."""
_TELLING = {Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.CHANGE, Cue.MAKE}


def is_foreign(text: str) -> bool:
    """Return whether a text is in a language that is not spoken here, as far as its script tells.

    It is not where its English or Chinese part is the greater one, or tells what is wanted: "lo-fi ビート".
    """
    plain = unicodedata.normalize("NFKC", text)
    # Between kana, Han characters are Japanese.
    japanese = bool(KANA.search(plain))
    foreign, own = 0, ""
    for letter in plain:
        is_ours = unicodedata.name(letter, "").startswith(_OURS)
        foreign += not is_ours and unicodedata.category(letter)[0] == "L"
        own += letter if is_ours and not (japanese and HAN.match(letter)) else " "
    if foreign < _LEAST or sum(map(str.isalpha, own)) >= foreign:
        return False
    return not any(meaning in _TELLING or isinstance(meaning, Asking) for meaning in meanings(read(own)))
