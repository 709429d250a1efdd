"""What a message says besides the music: timeline wishes, volumes, links; English and Chinese.

Timeline wishes are read from a message in which the names of files stand as `FILE`.
"""

from __future__ import annotations

import re

from language.patterns import listed, pattern
from studio.compose.instrument_parser import parse_players

FILE = "FILE"
"""The word that stands for the name of a file."""

_TEN = 10
_OWN_SONG = pattern("message.own_song", re.IGNORECASE)
_COVER = pattern("message.cover", re.IGNORECASE)
_NO_MUSIC = pattern("message.no_music", re.IGNORECASE)
_TITLE_BACK = pattern("message.title_back", re.IGNORECASE)
_REDO = pattern("message.redo", re.IGNORECASE)
_VERSION = pattern("message.version", re.IGNORECASE)
"""A result that the person had, named by its number."""
_ORDER = pattern("message.order", re.IGNORECASE)
_SOUND_FILE = pattern("message.sound_file", re.IGNORECASE)
_RESOLUTION = pattern("message.resolution", re.IGNORECASE)
_FACTS = pattern("message.facts", re.IGNORECASE)
_WHO_PLAYS = pattern("message.who_plays", re.IGNORECASE)
_NO_FACTS = pattern("message.no_facts", re.IGNORECASE)


def wanted_version(message: str) -> tuple[int | None, str]:
    """Return the number of the earlier result that a message wants again, None for none, and the other words.

    The first result has the number 1; people may name one that never was.
    """
    found = _VERSION.search(message)
    if found is None:
        return None, message
    said = next(word for word in found.groups() if word).lower()
    counted = listed("message.counted")
    for numbers in (listed("message.first_of_all"), counted[:_TEN], listed("message.ordinals"), counted[_TEN:]):
        if said in numbers:
            return numbers.index(said) + 1, _VERSION.sub(" ", message)
    return int(re.sub(r"[^\d-]", "", said)), _VERSION.sub(" ", message)


def wants_redo(message: str) -> bool:
    """Return whether what was taken back is wanted again."""
    return bool(_REDO.search(message))


def lays_own_song(marked: str) -> bool:
    """Return whether a person's own sound is to be the music."""
    return bool(_OWN_SONG.search(marked))


def wants_cover(marked: str) -> bool:
    """Return whether a picture is to become the cover."""
    return bool(_COVER.search(marked))


def removes_music(marked: str) -> bool:
    """Return whether the film is to have no music."""
    return bool(_NO_MUSIC.search(marked))


def wants_title_back(marked: str) -> bool:
    """Return whether the former title is wanted again."""
    return bool(_TITLE_BACK.search(marked))


def asks_for_facts(marked: str) -> bool:
    """Return whether a message asks about facts of the piece: its tempo, key, length, who plays."""
    asks = _FACTS.search(marked) or (_WHO_PLAYS.search(marked) and parse_players(marked.lower()).anything)
    return bool(asks) and not _NO_FACTS.search(marked)


def not_possible(marked: str) -> tuple[str, ...]:
    """Return the keys of the replies to wishes that the studio can't fulfil."""
    wishes = (
        (_ORDER, "talk.order"),
        (_SOUND_FILE, "talk.sound_file"),
        (_RESOLUTION, "talk.resolution"),
    )
    return tuple(key for pattern, key in wishes if pattern.search(marked))


_TRIM = pattern("message.trim", re.IGNORECASE)
_OWN_SOUND = pattern("message.own_sound", re.IGNORECASE)


def about_own_film(marked: str) -> str | None:
    """Return the key of the reply to a wish to trim a person's own video, or to change the level of its sound."""
    if _OWN_SOUND.search(marked):
        return "talk.own_sound"
    return "talk.trim" if _TRIM.search(marked) else None


_PERCENT = pattern("message.percent", re.IGNORECASE)
_MUTE_OWN = pattern("message.mute_own", re.IGNORECASE)
_SOURCE_LINK = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|spotify\.com|spotify\.link)(?![\w.-])\S*", re.IGNORECASE
)
_LIKE = pattern("message.like", re.IGNORECASE)
_UNDER = pattern("message.under", re.IGNORECASE)


_LUFS = re.compile(r"[-−–]?\s?\b(?P<lufs>\d{1,2}(?:\.\d)?)\s*(?:lufs|lkfs)\b", re.IGNORECASE)
PLATFORMS = -14.0
"""LUFS at which video platforms play, and to which music is mastered."""
_LEVELS = (
    (pattern("message.broadcast", re.IGNORECASE), -23.0),
    (pattern("message.for_podcast", re.IGNORECASE), -16.0),
    (pattern("message.for_platform", re.IGNORECASE), PLATFORMS),
)
"""Loudness by purpose, in LUFS: EBU R 128, Apple's podcasts, the video platforms."""


def stated_volume(message: str) -> float | None:
    """Return the volume 0..1 that a message sets, None if it sets none."""
    percent = _PERCENT.search(message)
    return min(int(percent["en"] or percent["zh"]), 100) / 100 if percent else None


def stated_level(message: str) -> float | None:
    """Return the loudness in LUFS that a message asks for, by number or by what the film is for; None if none."""
    if said := _LUFS.search(message):
        return -float(said["lufs"])
    return next((level for pattern, level in _LEVELS if pattern.search(message)), None)


def without_level(message: str) -> str:
    """Return the message without the words about its loudness."""
    for said, _ in ((_LUFS, None), *_LEVELS):
        message = said.sub(" ", message)
    return message


def mutes_own_sound(message: str) -> bool:
    """Return whether a video's own sound is to be muted."""
    return bool(_MUTE_OWN.search(message))


def without_own_sound(message: str) -> str:
    """Return the message without the words that mute a video's own sound: in Chinese they name a style as well."""
    return _MUTE_OWN.sub(" ", message)


def without_source_links(message: str) -> tuple[str, bool]:
    """Return the message without links to YouTube and Spotify, and whether it had any."""
    rest, count = _SOURCE_LINK.subn(" ", message)
    return rest, bool(count)


def wants_like(message: str) -> bool:
    """Return whether a sound is named as a reference, rather than as something to put music under."""
    return bool(_LIKE.search(message)) and not _UNDER.search(message)
