"""What a message wants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """Which flow a message wants. `MUSIC` and `EDIT` are messages to the agent; the others cost nothing."""

    MUSIC = "music"
    EDIT = "edit"
    EXPORT = "export"
    CREDITS = "credits"
    STATUS = "status"
    UPLOAD = "upload"
    NEW = "new"
    CANCEL = "cancel"
    HELP = "help"
    LINK = "link"
    """A YouTube or Spotify link as the source of music."""
    SMALLTALK = "smalltalk"
    """A greeting, thanks, or a wish for something that no music bot can do."""
    EMPTY = "empty"


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
