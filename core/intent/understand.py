"""From a message to an `Intent`, and what small talk is about.

A message has a topic only where the topic's phrases cover all of it, so that "thanks, now make it faster" stays an
edit and "a thank-you song" stays music. The phrases stand in `topics_en.toml` and `topics_zh.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import TypeAlias

from core.commands import Action
from core.intent.judge import asks_for_file, is_vague, judge
from core.intent.reading import HAN, KANA, Cue, Meaning, is_foreign, meanings, read

_LONGEST = 200
"""Characters; what is longer is no small talk."""
_MUSICAL = {Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.CHANGE, Cue.PIECE}
_ASKING = {Cue.OPENER, Cue.QUESTION, Cue.HOW_TO}

_Form: TypeAlias = tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]
"""How messages about a topic look: the first covers all of one, which holds the second, or the third and the fourth."""


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


def topic_of(text: str, told: Collection[Meaning | None]) -> Topic | None:
    """Return what a message is about that wants nothing done, None where it may want something; never raises.

    `told` is what its words tell.
    """
    if len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    for topic, (whole, says, asks, about) in _FORMS.items():
        if whole.fullmatch(plain) and (says.search(plain) or (asks.search(plain) and about.search(plain))):
            return topic
    return Topic.OFF_TOPIC if _ELSEWHERE.match(plain) and not _MUSICAL & {*told} else None


def _manner_of(told: Collection[Meaning | None]) -> Topic:
    """Return what a message is about that is known to be small talk: manners, or something from another trade."""
    if Cue.ELSEWHERE in told or (None in told and _ASKING & {*told}):
        return Topic.OFF_TOPIC
    return Topic.GREETING if Cue.GREETING in told else Topic.OTHER


def _phrases(section: str, *names: str) -> list[str]:
    """Return the phrases that all languages list under these names, the longest first."""
    found = set()
    for table in _TABLES:
        for name in names:
            for phrase in table.get(section, {}).get(name, "").split(","):
                found.add(" ".join(phrase.split()))
    return sorted(found - {""}, key=len, reverse=True)


def _any_of(phrases: Iterable[str]) -> str:
    """Return a pattern for the first phrase that fits; Latin words are whole ones, Han ones stand anywhere."""
    patterns = []
    for phrase in phrases:
        spaced = re.escape(phrase).replace(r"\ ", r"\s+")
        latin = phrase[0].isascii() and phrase[0].isalnum()
        patterns.append(rf"(?<![a-z0-9]){spaced}(?![a-z0-9])" if latin else spaced)
    return "|".join(patterns) or r"(?!)"


def _forms() -> dict[Topic, _Form]:
    forms = {}
    for topic in Topic:
        if says := _phrases(topic, "says"):
            asks, about = _phrases(topic, "asks"), _phrases(topic, "about")
            every = sorted({*_COMMON, *says, *asks, *about, *_phrases(topic, "filler")}, key=len, reverse=True)
            # What is taken is never given back: a message that does not fit is left in one pass.
            whole = rf"(?>{_any_of(every)}|[\W_]+)*+"
            forms[topic] = (
                re.compile(whole),
                re.compile(_any_of(says)),
                re.compile(_any_of(asks)),
                re.compile(_any_of(about)),
            )
    return forms


_TABLES: tuple[Mapping[str, Mapping[str, str]], ...] = (
    tomllib.loads((files(__package__) / "topics_en.toml").read_text("utf-8")),
    tomllib.loads((files(__package__) / "topics_zh.toml").read_text("utf-8")),
)
_COMMON = _phrases("common", "filler")
_FORMS = _forms()
_ELSEWHERE = re.compile(rf"(?>{_any_of(_COMMON)}|[\W_]+)*+(?:{_any_of(_phrases(Topic.OFF_TOPIC, 'begins'))})")


_URL = re.compile(
    r"(?:https?://|www\.|(?:open\.)?spotify\.com/|youtu\.be/|(?:music\.|m\.)?youtube\.com/)[^\s<>\"'，。！？、）)\]]+",
    re.IGNORECASE,
)
_MUSIC_PLATFORM = re.compile(r"//(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|spotify\.com)(?:[/:?#]|$)", re.IGNORECASE)
_LATIN_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*", re.IGNORECASE)
_NO_MATTER_THE_LINK = {Action.CREDITS, Action.STATUS, Action.NEW, Action.CANCEL, Action.HELP}
_TOLD_IN_WORDS = {Action.CREDITS, Action.STATUS, Action.UPLOAD, Action.HELP, Action.SMALLTALK}


def understand(text: str, *, has_files: bool, language_hint: str | None) -> Intent:
    """Return what a message wants. `language_hint` is BCP 47, used where the words don't tell; never raises."""
    urls = tuple(map(_with_scheme, _URL.findall(text)))
    words = _URL.sub(" ", text)
    reading = read(words)
    action = judge(reading, has_files=has_files)
    if any(map(_MUSIC_PLATFORM.search, urls)):
        action = action if action in _NO_MATTER_THE_LINK else Action.LINK
    elif (urls or has_files) and action in (None, Action.SMALLTALK):
        action = Action.UPLOAD
    elif action is None:
        action = Action.SMALLTALK if words.strip() else Action.EMPTY
    topic = None
    if not urls and not has_files:
        told = meanings(reading)
        topic = topic_of(words, told) or (_manner_of(told) if action is Action.SMALLTALK else None)
    foreign = is_foreign(words) and action is not Action.LINK
    if foreign:
        action, topic = (Action.UPLOAD, None) if urls or has_files else (Action.SMALLTALK, Topic.FOREIGN)
    elif topic and action not in _TOLD_IN_WORDS:
        action = Action.SMALLTALK
    language = speaks(text, language_hint)
    return Intent(action, language, urls, vague=is_vague(reading, action), topic=topic, foreign=foreign)


def speaks(text: str, hint: str | None) -> str:
    """Return the language of a message, "en" or "zh", by its script; the hint's (BCP 47) where that does not tell.

    A Han character says about half as much as a word.
    """
    words = _URL.sub(" ", text)
    plain = unicodedata.normalize("NFKC", words)
    han = 0 if KANA.search(plain) else len(HAN.findall(plain))
    latin = len(_LATIN_WORD.findall(words))
    if han or latin:
        return "zh" if han * 2 >= latin else "en"
    return "zh" if (hint or "").lower().partition("-")[0].partition("_")[0] == "zh" else "en"


def wants_file(text: str) -> bool:
    """Return whether a wish also asks for the finished file; never raises."""
    return asks_for_file(read(_URL.sub(" ", text)))


def _with_scheme(url: str) -> str:
    url = url.rstrip(".,;:!?")
    return url if "://" in url else f"https://{url}"
