"""What a message says besides the music itself: volumes, undoing, links, a person's own sound; English and Chinese.

Everything here is pure and looks at one message only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.compose.wishes import cleaned, find_shape, find_title
from studio.model import Shape

_UNDO = re.compile(
    r"^\W*(?:please\s+)?(?:undo|revert|go\s+back|take\s+(?:that|it)\s+back|the\s+version\s+before|previous\s+version)\b"
    r"|\bundo\s+(?:that|it|this|the\s+last|my\s+last)\b|撤销|撤回|还原|恢复上一|回到上一|上一版",
    re.IGNORECASE,
)
_SUBJECT = r"(?:the\s+|my\s+)?(?:background\s+)?(?:music|bgm|track|soundtrack|song|it)"
_LOUDER = re.compile(
    r"\b(?:louder|turn\s+(?:it\s+|" + _SUBJECT + r"\s+)?up|volume\s+up|(?:raise|increase)\s+the\s+volume)\b"
    r"|大声|音量(?:调|开)?(?:大|高)|响一点|更响",
    re.IGNORECASE,
)
_QUIETER = re.compile(
    r"\b(?:quieter|less\s+loud|not\s+so\s+loud|turn\s+(?:it\s+|" + _SUBJECT + r"\s+)?down|volume\s+down"
    r"|(?:lower|reduce|decrease)\s+the\s+(?:volume|music))\b|小声|音量(?:调|开)?(?:小|低)|轻一点|太吵|太响",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    r"\b(?:volume|music|bgm|track)\b[^.%\d]{0,30}?(?P<en>\d{1,3})\s*%|音量\D{0,8}(?:百分之)?(?P<zh>\d{1,3})\s*%?",
    re.IGNORECASE,
)
_MUTE_OWN = re.compile(
    r"\b(?:mute|remove|silence|without|drop|no)\s+(?:the\s+|my\s+)?(?:original|own|video'?s?|clip'?s?)\s+(?:own\s+)?(?:sound|audio|voice)"
    r"|(?:去掉|静音|关掉)(?:原声|原音|视频声音)|静音原声",
    re.IGNORECASE,
)
_SOURCE_LINK = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|spotify\.com|spotify\.link)(?:/\S*)?", re.IGNORECASE
)
_LIKE = re.compile(
    r"\b(?:like|similar\s+to|in\s+the\s+style\s+of|sounds?\s+like|inspired\s+by)\b|像|类似|一样的?风格|同款", re.I
)
_KEEP_SOUND = re.compile(
    r"\b(?:under|beneath|behind|voice-?over|narration|podcast|speech|interview|voice|keep|over\s+my)\b|旁白|配音|人声下|垫|底下|播客|下面",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a message asks for besides the music.

    `title`: None: nothing said; "": take it away. `volume` of the music 0..1, or `steps` louder (+1) or quieter (-1).
    """

    title: str | None = None
    volume: float | None = None
    steps: int = 0
    mute_own: bool = False
    shape: Shape | None = None

    @property
    def any(self) -> bool:
        """Whether there is such a wish at all."""
        return self != NO_WISHES


NO_WISHES = Wishes()


def wishes(message: str) -> Wishes:
    """Return what a message asks for besides the music."""
    titled = find_title(cleaned(message))
    rest = titled.rest.lower()
    percent = _PERCENT.search(rest)
    volume = min(int(percent["en"] or percent["zh"]), 100) / 100 if percent else None
    steps = 0 if percent else bool(_LOUDER.search(rest)) - bool(_QUIETER.search(rest))
    title = "" if titled.removed else titled.title
    return Wishes(title, volume, steps, bool(_MUTE_OWN.search(rest)), find_shape(rest))


def wants_undo(message: str) -> bool:
    """Whether the last change is to be taken back."""
    return bool(_UNDO.search(message))


def without_source_links(message: str) -> tuple[str, bool]:
    """Return the message without links to YouTube and Spotify, and whether there were any."""
    rest, count = _SOURCE_LINK.subn(" ", message)
    return rest, bool(count)


def wants_like(message: str) -> bool:
    """Whether something like a sound is wished, instead of something under it."""
    return bool(_LIKE.search(message))


def keeps_sound(message: str) -> bool:
    """Whether music is to lie under a person's own sound."""
    return bool(_KEEP_SOUND.search(message))
