"""Small talk and simple questions, which the bot answers itself: what a message is about where it is nothing else.

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

from core.intent.cues import Cue
from core.intent.model import Topic
from core.intent.reading import Reading

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
