"""What words can tell about a wish. Each language gives its words for these (`en.toml`, `zh.toml`).

Spelling: one form for what is written in many, and slips of the pen in the keywords.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cache
from importlib.resources import files
from itertools import chain, product

from core.commands import Action


class Topic(StrEnum):
    """What small talk is about."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    LICENCE = "licence"
    IDENTITY = "identity"
    STYLES = "styles"
    LENGTH = "length"
    FORMATS = "formats"
    PRICE = "price"
    LANGUAGES = "languages"
    OFF_TOPIC = "off_topic"
    """A wish or question that is about neither music nor video."""
    FOREIGN = "foreign"
    """Whatever is said in a language that is not spoken here."""
    OTHER = "other"
    """Nothing that tells what is wanted: "ok", an emoji."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a message wants.

    `language` is that of the words ("en" or "zh"), else the hint's. `urls` are the addresses in it, in order.
    `vague`: it asks for music or a change without saying which ("make it better"), so that advice may help.
    `topic`: all of it is small talk or a simple question about this; what it asks for then is an answer in words.
    `foreign`: it is in a language that is not spoken here, so that nothing can be made of it but its files.
    """

    action: Action
    language: str
    urls: tuple[str, ...] = ()
    vague: bool = False
    topic: Topic | None = None
    foreign: bool = False


_CHOICE = re.compile(r"[()]")


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


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a language: phrase → meaning, and other spelling → usual spelling."""

    phrases: Mapping[str, Meaning]
    spellings: Mapping[str, str]


def lexicon(language: str) -> Mapping[str, Meaning]:
    """Return phrase → meaning from a language's file."""
    return vocabulary(language).phrases


@cache
def vocabulary(language: str) -> Vocabulary:
    """Return the words of a language's file. A phrase that stands twice is a mistake of the file."""
    tables: dict[str, dict[str, str]] = tomllib.loads((files(__package__) / f"{language}.toml").read_text("utf-8"))
    lists: list[tuple[Meaning, str]] = [(Cue(name), phrases) for name, phrases in tables["cues"].items()]
    for table, sure in (("maybe", False), ("surely", True)):
        lists += [(Asking(Action(name), sure), phrases) for name, phrases in tables[table].items()]
    entries: dict[str, Meaning] = {}
    for meaning, phrases in lists:
        for phrase in chain.from_iterable(map(_spelled_out, phrases.replace("\n", " ").split(","))):
            if entries.setdefault(phrase, meaning) != meaning:
                raise ValueError(f"{phrase!r} means two things")
    characters = tables["spellings"].get("characters", "").split()
    return Vocabulary(entries, {**pairs(tables["spellings"]["words"]), **{one[0]: one[1] for one in characters}})


def _spelled_out(pattern: str) -> list[str]:
    """Return the phrases of a pattern: "(cancel|stop) it" is two, "做(好|)" as well."""
    parts = [part.split("|") for part in _CHOICE.split(pattern.strip())]
    return [phrase for phrase in map("".join, product(*parts)) if phrase]


_LENGTHENED = re.compile(r"(\w)\1{2,}")
_TURNED, _DROPPED = 4, 6
"""Letters from which on a word is known with two letters turned round, and with one letter left out."""


def plain(text: str) -> str:
    """Return a text in one width and case (NFKC), without what cannot be seen: joiners, marks of direction."""
    seen = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return seen.replace("’", "'").replace("\ufe0f", "").casefold()


def pairs(table: str) -> dict[str, str]:
    """Return other spelling → usual spelling from "u = you, r = are"."""
    split = [entry.partition("=") for entry in table.replace("\n", " ").split(",")]
    return {other.strip(): usual.strip() for other, _, usual in split}


def slips(keywords: Iterable[str], known: Collection[str]) -> Mapping[str, str]:
    """Return misspelling → keyword; one that is a word of its own, or could be of two keywords, is left out."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for keyword in keywords:
        for slip in _slips_of(keyword):
            if found.setdefault(slip, keyword) != keyword:
                doubtful.add(slip)
    return {slip: word for slip, word in found.items() if slip not in doubtful and slip not in known}


def _slips_of(word: str) -> set[str]:
    turned = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    # The letters at both ends are seldom left out, and "credit", "points" would be taken for each other.
    dropped = {word[:at] + word[at + 1 :] for at in range(1, len(word) - 1)}
    return (turned if len(word) >= _TURNED else set()) | (dropped if len(word) >= _DROPPED else set())


def shortened(word: str, known: Collection[str]) -> str:
    """Return a word without the letters that only lengthen it: "stooop" is "stop", "pleeease" is "please"."""
    if word in known or not _LENGTHENED.search(word):
        return word
    once = _LENGTHENED.sub(r"\1", word)
    return once if once in known else _LENGTHENED.sub(r"\1\1", word)
