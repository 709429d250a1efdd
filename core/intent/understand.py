"""From a message to an `Intent`, and what small talk is about.

A message has a topic only where the topic's phrases cover all of it, so that "thanks, now make it faster" stays an
edit and "a thank-you song" stays music. The phrases stand in `topics_en.toml` and `topics_zh.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from core.commands import Action
from core.intent.cues import Cue, Intent, Topic
from core.intent.judge import asks_for_file, is_vague, judge
from core.intent.reading import Reading, is_foreign, language_of, read

_LANGUAGES = ("en", "zh")
_LONGEST = 200
"""Characters; what is longer is no small talk."""
_MUSICAL = (Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.CHANGE, Cue.PIECE)
_ASKING = (Cue.OPENER, Cue.QUESTION, Cue.HOW_TO)


@dataclass(frozen=True, slots=True)
class _Form:
    """How messages about a topic look: `whole` covers all of one; it holds `says`, or `asks` and `about`."""

    whole: re.Pattern[str]
    says: re.Pattern[str]
    asks: re.Pattern[str]
    about: re.Pattern[str]

    def fits(self, text: str) -> bool:
        if not self.whole.fullmatch(text):
            return False
        return bool(self.says.search(text) or (self.asks.search(text) and self.about.search(text)))


def topic_of(text: str, reading: Reading) -> Topic | None:
    """Return what a message is about that wants nothing done, None where it may want something; never raises."""
    if len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    if topic := next((topic for topic, form in _FORMS.items() if form.fits(plain)), None):
        return topic
    return Topic.OFF_TOPIC if _ELSEWHERE.match(plain) and not reading.count(*_MUSICAL) else None


def manner_of(reading: Reading) -> Topic:
    """Return what a message is about that is known to be small talk: manners, or something from another trade."""
    if reading.count(Cue.ELSEWHERE) or (reading.unknown and reading.count(*_ASKING)):
        return Topic.OFF_TOPIC
    return Topic.GREETING if reading.count(Cue.GREETING) else Topic.OTHER


def _tables() -> list[Mapping[str, Mapping[str, str]]]:
    return [tomllib.loads((files(__package__) / f"topics_{it}.toml").read_text("utf-8")) for it in _LANGUAGES]


def _phrases(tables: Iterable[Mapping[str, Mapping[str, str]]], section: str, *names: str) -> list[str]:
    lists = [table.get(section, {}).get(name, "") for table in tables for name in names]
    phrases = (" ".join(phrase.split()) for each in lists for phrase in each.split(","))
    return sorted({phrase for phrase in phrases if phrase}, key=len, reverse=True)


def _any_of(phrases: Iterable[str]) -> str:
    """Return a pattern for the first phrase that fits; Latin words are whole ones, Han ones stand anywhere."""
    return "|".join(
        rf"(?<![a-z0-9]){each}(?![a-z0-9])" if each[0].isascii() and each[0].isalnum() else each
        for each in (re.escape(phrase).replace(r"\ ", r"\s+") for phrase in phrases)
    )


def _forms() -> dict[Topic, _Form]:
    tables = _tables()
    common = _phrases(tables, "common", "filler")
    forms = {}
    for topic in Topic:
        says, asks, about = (_phrases(tables, topic, name) for name in ("says", "asks", "about"))
        if says:
            every = {*common, *_phrases(tables, topic, "says", "asks", "about", "filler")}
            # What is taken is never given back: a message that does not fit is left in one pass.
            whole = rf"(?>{_any_of(sorted(every, key=len, reverse=True))}|[\W_]+)*+"
            nothing = [r"(?!)"]
            found = (re.compile(_any_of(part) if part else nothing[0]) for part in (says, asks, about))
            forms[topic] = _Form(re.compile(whole), *found)
    return forms


_FORMS = _forms()
_COMMON = _any_of(_phrases(_tables(), "common", "filler"))
_ELSEWHERE = re.compile(rf"(?>{_COMMON}|[\W_]+)*+(?:{_any_of(_phrases(_tables(), Topic.OFF_TOPIC, 'begins'))})")


_URL = re.compile(
    r"(?:https?://|www\.|(?:open\.)?spotify\.com/|youtu\.be/|(?:music\.|m\.)?youtube\.com/)[^\s<>\"'，。！？、）)\]]+",
    re.IGNORECASE,
)
_MUSIC_PLATFORM = re.compile(r"//(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|spotify\.com)(?:[/:?#]|$)", re.IGNORECASE)
_NO_MATTER_THE_LINK = {Action.CREDITS, Action.STATUS, Action.NEW, Action.CANCEL, Action.HELP}
_TOLD_IN_WORDS = {Action.CREDITS, Action.STATUS, Action.UPLOAD, Action.HELP, Action.SMALLTALK}


def understand(text: str, *, has_files: bool, language_hint: str | None) -> Intent:
    """Return what a message wants. `language_hint` is BCP 47, used where the words don't tell; never raises."""
    urls = tuple(_with_scheme(url) for url in _URL.findall(text))
    words = _URL.sub(" ", text)
    reading = read(words)
    action = judge(reading, has_files=has_files)
    if any(map(_MUSIC_PLATFORM.search, urls)):
        action = action if action in _NO_MATTER_THE_LINK else Action.LINK
    elif (urls or has_files) and action in (None, Action.SMALLTALK):
        action = Action.UPLOAD
    elif action is None:
        action = Action.SMALLTALK if words.strip() else Action.EMPTY
    topic = None if urls or has_files else _topic(words, reading, action)
    foreign = is_foreign(words) and action is not Action.LINK
    if foreign:
        action, topic = (Action.UPLOAD, None) if urls or has_files else (Action.SMALLTALK, Topic.FOREIGN)
    elif topic and action not in _TOLD_IN_WORDS:
        action = Action.SMALLTALK
    language = speaks(text, language_hint)
    return Intent(action, language, urls, vague=is_vague(reading, action), topic=topic, foreign=foreign)


def speaks(text: str, hint: str | None) -> str:
    """Return the language of a message, "en" or "zh", by its words; the hint's (BCP 47) where they don't tell."""
    return language_of(_URL.sub(" ", text), hint)


def _topic(words: str, reading: Reading, action: Action) -> Topic | None:
    return topic_of(words, reading) or (manner_of(reading) if action is Action.SMALLTALK else None)


def wants_file(text: str) -> bool:
    """Return whether a wish also asks for the finished file; never raises."""
    return asks_for_file(read(_URL.sub(" ", text)))


def _with_scheme(url: str) -> str:
    url = url.rstrip(".,;:!?")
    return url if "://" in url else f"https://{url}"
