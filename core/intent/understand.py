"""From a message to an `Intent`."""

from __future__ import annotations

import re

from core.intent.judge import asks_for_file, is_vague, judge
from core.intent.language import is_foreign, language_of
from core.intent.model import Action, Intent, Topic
from core.intent.reading import Reading, read
from core.intent.topics import manner_of, topic_of

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
