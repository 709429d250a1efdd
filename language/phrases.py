"""What a message can want, and the phrases of every language that are labelled with it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

DATA = Path(__file__).parent / "data"
WEIGHTS = DATA / "weights.npz"
"""What `language.training` learnt from the phrases."""

LANGUAGES = ("en", "zh", "es", "pt", "fr", "de", "ja", "ko", "ru", "hi", "id", "ar")
"""BCP 47 tags, each with a folder of data."""
LATIN = ("en", "es", "pt", "fr", "de", "id")
"""Those in Latin letters, in the order of the weights that tell them apart."""


class Meaning(StrEnum):
    """What a message wants. The labelled phrases of every language stand under these names."""

    #: A new piece.
    MUSIC = "music"
    #: A new piece, without a word on how it should sound.
    VAGUE_MUSIC = "vague_music"
    #: A change of the piece that is there.
    EDIT = "edit"
    #: A change, without a word on which.
    VAGUE_EDIT = "vague_edit"
    #: An earlier version of it.
    UNDO = "undo"
    #: The finished file.
    EXPORT = "export"
    #: The balance.
    CREDITS = "credits"
    #: How far it is, or what stands on the timeline.
    STATUS = "status"
    #: A property of the piece: its tempo, its key, its length.
    FACTS = "facts"
    #: What was made earlier.
    HISTORY = "history"
    #: An empty project.
    NEW = "new"
    CANCEL = "cancel"
    HELP = "help"
    #: How to hand over a file.
    UPLOAD = "upload"
    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    #: Who owns the music, and what may be done with it.
    LICENCE = "licence"
    #: Who the bot is.
    IDENTITY = "identity"
    STYLES = "styles"
    #: How long a piece can be.
    LENGTH = "length"
    FORMATS = "formats"
    PRICE = "price"
    LANGUAGES = "languages"
    #: What becomes of a person's files and data.
    PRIVACY = "privacy"
    COMPLAINT = "complaint"
    INSULT = "insult"
    #: Work on sound or film that no composer does: subtitles, singing, cleaning a voice.
    IMPOSSIBLE = "impossible"
    #: Something from another trade.
    OFF_TOPIC = "off_topic"
    #: Nothing that tells what is wanted.
    OTHER = "other"
    #: Several of them may be meant.
    UNSURE = "unsure"
    #: A language that nobody here reads.
    FOREIGN = "foreign"


LABELLED = tuple(Meaning)[:-2]
"""The classes of the classifiers, in the order of their weights: all but `UNSURE` and `FOREIGN`."""

MAKING = frozenset({Meaning.MUSIC, Meaning.VAGUE_MUSIC, Meaning.EDIT, Meaning.VAGUE_EDIT, Meaning.UNDO})
"""What is a message to the agent, and may cost something."""


def labelled_phrases() -> Iterator[tuple[str, Meaning, str]]:
    """Yield every labelled phrase: its language, what it means and its words."""
    for language in LANGUAGES:
        for meaning, phrases in table(language, "phrases.toml").items():
            for phrase in phrases.strip().splitlines():
                yield language, Meaning(meaning), phrase


def table(language: str, name: str) -> dict[str, str]:
    """Return a file of a language: texts by their names."""
    return tomllib.loads((DATA / language / name).read_text("utf-8"))
