"""What a message says besides the music: timeline wishes, volumes, links; English and Chinese.

Timeline wishes are read from a message in which the names of files stand as `FILE`.
"""

from __future__ import annotations

import re

from language.patterns import pattern
from studio.compose.instrument_parser import parse_players

FILE = "FILE"
"""The word that stands for the name of a file."""

_I = re.IGNORECASE
_OWN_SONG = pattern("message.own_song", re.IGNORECASE)
_COVER = pattern("message.cover", re.IGNORECASE)
_NO_MUSIC = pattern("message.no_music", re.IGNORECASE)
_TITLE_BACK = pattern("message.title_back", re.IGNORECASE)
_REDO = pattern("message.redo", re.IGNORECASE)
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ZH_NUMBERS = "一二三四五六七八九十"
_NUMBER = rf"-?\d{{1,15}}(?!\.?\d)|{'|'.join(_COUNTED)}"
_ORDINAL = rf"original|{'|'.join(_ORDINALS)}|\d{{1,3}}(?:st|nd|rd|th)"
_ATTEMPT = r"version|take|attempt|result"
_NO_TIME = r"(?!\s*(?:s|secs?|seconds?|mins?|minutes?|bpm|%))"
_BACK_TO = (
    r"\b(?:back|return|revert|restore|reset|use|take|keep|prefer|like|liked|love|loved|want|show|bring|choose|pick|give|play|with|was|better)"
    r"\b[^.;,]{0,30}?"
)
_VERSION = re.compile(
    rf"(?:{_BACK_TO}|^\W*)\b(?:version|v(?=\d+\W*(?:$|please|again|but|and)))\s*(?:no\.?|number|\#)?\s*(?P<number>{_NUMBER})(?!\w){_NO_TIME}"
    rf"|\b(?:back\s+to|use|keep|prefer|choose|pick|restore)\s+(?:the\s+)?(?:take|attempt|result)\s*\#?(?P<take>{_NUMBER})\W*$"
    rf"|{_BACK_TO}\bthe\s+(?P<ordinal>{_ORDINAL})(?:\s+(?:one|{_ATTEMPT}))\b{_NO_TIME}"
    rf"|(?:^\W*|\b)the\s+(?P<better>{_ORDINAL})(?:\s+(?:one|{_ATTEMPT}))?\s+(?:was|is|sounded|sounds)\s+(?:much\s+|way\s+|a\s+lot\s+)?"
    r"(?:better|best|nicer|good|great|fine|right|perfect)\b"
    rf"|\b(?:back|return|revert)\s+to\s+(?:the\s+)?(?P<bare>{_ORDINAL})\W*$"
    rf"|版本\s*(?P<zh>\d{{1,15}}|[{_ZH_NUMBERS}](?![{_ZH_NUMBERS}]))"
    rf"|(?:回到?|恢复|还原|用|要|换|退|返回|选|喜欢|听).{{0,4}}第\s*(?P<zh2>\d{{1,15}}|[{_ZH_NUMBERS}](?![{_ZH_NUMBERS}]))\s*(?:个版本|个|版|首)"
    rf"|第\s*(?P<zh3>\d{{1,15}}|[{_ZH_NUMBERS}](?![{_ZH_NUMBERS}]))\s*(?:个版本|个|版|首).{{0,3}}(?:更好|比较好|最好|好听|好一?[些点])",
    _I,
)
"""A result that the person had, named by its number."""
_ORDER = pattern("message.order", re.IGNORECASE)
_SOUND_FILE = pattern("message.sound_file", re.IGNORECASE)
_RESOLUTION = re.compile(r"(?<![a-z\d])(?:[248]k|uhd|ultra\s*hd|2160p|1440p|4320p)(?![a-z\d])|超高清|超清", _I)
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
    for words in (("original",), _COUNTED, _ORDINALS, tuple(_ZH_NUMBERS)):
        if said in words:
            return words.index(said) + 1, _VERSION.sub(" ", message)
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


_PERCENT = re.compile(
    r"\b(?:volume|music|bgm|track)\b[^.%\d]{0,30}?(?P<en>\d{1,3})\s*%|音量\D{0,8}(?:百分之)?(?P<zh>\d{1,3})\s*%?",
    re.IGNORECASE,
)
_MUTE_OWN = pattern("message.mute_own", re.IGNORECASE)
_SOURCE_LINK = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|spotify\.com|spotify\.link)(?![\w.-])\S*", re.IGNORECASE
)
_LIKE = pattern("message.like", re.IGNORECASE)
_UNDER = pattern("message.under", re.IGNORECASE)


_LUFS = re.compile(r"[-−–]?\s?\b(?P<lufs>\d{1,2}(?:\.\d)?)\s*(?:lufs|lkfs)\b", re.IGNORECASE)
_LEVELS = (
    (re.compile(r"\b(?:ebu\s?)?r\s?128\b|\bbroadcast\s+(?:level|loudness)\b|广播(?:级|标准)", re.IGNORECASE), -23.0),
    (re.compile(r"\bpodcasts?\s+(?:level|loudness)\b|\bfor\s+(?:\w+\s+)?podcasts?\b|播客", re.IGNORECASE), -16.0),
    (
        re.compile(
            r"\b(?:for|on|to)\s+(?:tik\s?tok|(?:instagram\s+|ig\s+)?reels?|(?:youtube\s+)?shorts|youtube|instagram|spotify)\b"
            r"|\b(?:streaming|platform)\s+(?:level|loudness)\b|抖音|快手|视频号|小红书",
            re.IGNORECASE,
        ),
        -14.0,
    ),
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
