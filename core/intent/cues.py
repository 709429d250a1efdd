"""What words can tell about a wish. Each language gives its words for these (`en.toml`, `zh.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cache
from importlib.resources import files
from itertools import chain, product

from core.intent.model import Action
from core.intent.spelling import pairs

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
