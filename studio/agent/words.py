"""What a message says besides the music itself: links, volumes, a person's own sound; English and Chinese."""

from __future__ import annotations

import re

from studio.compose.text_parser import MOST_CHARACTERS

_PERCENT = re.compile(
    r"\b(?:volume|music|bgm|track)\b[^.%\d]{0,30}?(?P<en>\d{1,3})\s*%|音量\D{0,8}(?:百分之)?(?P<zh>\d{1,3})\s*%?",
    re.IGNORECASE,
)
_MUTE_OWN = re.compile(
    r"\b(?:mute|remove|silence|without|drop|no)\s+(?:the\s+|my\s+)?(?:original|own|video'?s?|clip'?s?)\s+(?:own\s+)?"
    r"(?:sound|audio|voice)|(?:去掉|静音|关掉)(?:原声|原音|视频声音)",
    re.IGNORECASE,
)
_SOURCE_LINK = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|spotify\.com|spotify\.link)(?![\w.-])\S*", re.IGNORECASE
)
_LIKE = re.compile(
    r"\b(?:(?<!\bi )(?<!would )(?<!['’]d )(?<!you )like|similar\s+to|in\s+the\s+style\s+of|inspired\s+by)\b"
    r"|像|类似|一样的?风格|同款",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"\b(?:under|underneath|beneath|behind|voice-?over|narration|podcast|speech|interview|voice|keep|over\s+my)\b"
    r"|旁白|配音|人声|垫|底下|播客|下面",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ENGLISH = re.compile(r"[A-Za-z]{2}")
_ENGLISH_WORD = re.compile(r"[A-Za-z]{2,}")
_QUOTED = re.compile(r"[\"'“”‘’「」『』《》].*?[\"'“”‘’「」『』《》]|\S+\.\w{2,4}\b")
"""Titles and file names: they may be in another language than the message."""


def volume_of(message: str) -> float | None:
    """Return the volume 0..1 that a message sets, None where it sets none."""
    percent = _PERCENT.search(message)
    return min(int(percent["en"] or percent["zh"]), 100) / 100 if percent else None


def mutes_own_sound(message: str) -> bool:
    """Whether a video's own sound is to be off."""
    return bool(_MUTE_OWN.search(message))


def without_source_links(message: str) -> tuple[str, bool]:
    """Return the message without links to YouTube and Spotify, and whether there were any."""
    rest, count = _SOURCE_LINK.subn(" ", message)
    return rest, bool(count)


def wants_like(message: str) -> bool:
    """Whether something like a sound is wished, instead of something under it."""
    return bool(_LIKE.search(message)) and not _UNDER.search(message)


_ENOUGH = 3
"""English words that make a message English where Chinese is spoken: "lofi jazz" is said in any language."""


def language_of(message: str, session: str) -> str:
    """Return the language that a message is answered in; `session` is that of the project, a BCP 47 tag."""
    message = message[:MOST_CHARACTERS]
    said = spoken(message)
    if said == "en" and session.startswith("zh") and len(_ENGLISH_WORD.findall(_QUOTED.sub(" ", message))) < _ENOUGH:
        return session
    return said or session


def spoken(message: str) -> str | None:
    """Return the language of a message, "en" or "zh"; None where its words don't tell."""
    said = _QUOTED.sub(" ", message[:MOST_CHARACTERS])
    if _CHINESE.search(said):
        return "zh"
    return "en" if _ENGLISH.search(said) else None
