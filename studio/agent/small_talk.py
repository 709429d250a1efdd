"""Small talk: greetings, thanks, questions and other messages that ask for no music."""

from __future__ import annotations

import re

from language.patterns import pattern, words

_MUSIC = pattern("small_talk.music", re.IGNORECASE)
_MAKES = pattern("small_talk.makes", re.IGNORECASE)
_GREETING = re.compile(rf"^\W*{words('small_talk.greeting')}\W*$", re.IGNORECASE)
_THANKS = re.compile(rf"^\W*{words('small_talk.thanks')}\W*$", re.IGNORECASE)
_HELP = pattern("small_talk.help", re.IGNORECASE)
_STYLES = pattern("small_talk.styles", re.IGNORECASE)
_LICENCE = pattern("small_talk.licence", re.IGNORECASE)
_SECRET = pattern("small_talk.secret", re.IGNORECASE)
_QUESTION = pattern("small_talk.question", re.IGNORECASE)
_OTHER = pattern("small_talk.other", re.IGNORECASE)


def speaks_of_music(message: str) -> bool:
    """Return whether the words are about music or video."""
    return bool(_MUSIC.search(message))


def small_talk_reply(message: str) -> str | None:
    """Return the key of the reply to a message that asks for no music; None if it may ask for some."""
    if _GREETING.search(message):
        return "talk.greeting"
    if _THANKS.search(message):
        return "talk.thanks"
    if _HELP.search(message):
        return "talk.help"
    if _LICENCE.search(message):
        return "talk.licence"
    if _SECRET.search(message) and not speaks_of_music(message):
        return "talk.secret"
    if _STYLES.search(message) and not _MAKES.search(message.split("?")[0].lower().replace("do you make", "")):
        return "talk.styles"
    if speaks_of_music(message):
        return None
    if _OTHER.search(message) or (_QUESTION.search(message) and not _MAKES.search(message)):
        return "talk.off_topic"
    return None
