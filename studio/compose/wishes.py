"""Reading out of a wish what is not the music itself: the title, the seed, the picture's shape."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from studio.compose.lexicon import whole
from studio.model import Shape

MOST_CHARACTERS = 2_000
"""What stands behind is not read: a wish is a few sentences."""
_LONGEST_TITLE = 80


def cleaned(text: str) -> str:
    """Return a text in one form of Unicode, without control characters, of a sane length."""
    text = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS])[:MOST_CHARACTERS]
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return re.sub(r"\s+", " ", kept).strip()


def cut(text: str, match: re.Match[str]) -> str:
    """Return a text without what matched."""
    return text[: match.start()] + " " + text[match.end() :]


_QUOTED = (
    r"(?:\"(?P<q1>[^\"]+)\"|“(?P<q2>[^”]+)”|「(?P<q3>[^」]+)」|『(?P<q4>[^』]+)』|《(?P<q5>[^》]+)》|«(?P<q6>[^»]+)»"
    r"|(?<![a-zA-Z])['‘](?P<q7>[^'’]+(?:['’][a-zA-Z]+[^'’]*)*)['’](?![a-zA-Z]))"
)
_VERBS = r"and|with|add|put|set|change|give it|a|an|the|its|on|use|show"
_ENGLISH_LEAD = (
    rf"(?i:\b(?:(?:{_VERBS}) ){{0,5}}(?:title|caption|heading)(?: card)?(?: to| of| is| that says| saying| reading)?"
    r"|\b(?:call(?:ed)?|named?|titled|entitled)(?: it| this)?)"
)
_CHINESE_LEAD = (
    r"(?:(?:加上?|添加|改|把|给|的|个|并|和|它){0,6}"
    r"(?:标题|片名|曲名|名字)(?:文字|改成|改为|设为|为|叫做?|是|写){0,3}|名为|取名|题为|命名为|叫做?)"
)
_BARE = (
    r"(?P<bare>(?<=[:：=])\s?[^,.;，。；!！?？\"]{1,80}"
    r"|[A-Z][\w'’&-]*(?:\s+(?:[A-Z][\w'’&-]*|of|the|in|and|to|a|on|at|for|\d+)){0,7})"
)
_TITLE = re.compile(rf"(?:{_ENGLISH_LEAD}|{_CHINESE_LEAD})\s*[:：=]?\s*(?:{_QUOTED}|{_BARE})")
_REMOVE = r"no|without(?: a| the| any)?|(?:remove|delete|drop|hide|lose|clear)(?: the| its)?|take (?:off|away) the"
_NO_TITLE = re.compile(
    rf"(?i)\b(?:{_REMOVE})\s+(?:title|caption|heading)s?\b"
    r"|(?:不要|去掉|删除|删掉|移除|没有|无|取消|清除)(?:标题|片名|字幕)"
    r"|把?(?:标题|片名)(?:去掉|删掉|删除|移除|取消)"
)


@dataclass(frozen=True, slots=True)
class Titled:
    """A title that was wished for, `removed` where none is wanted, and the text without it."""

    title: str | None
    rest: str
    removed: bool = False


def find_title(text: str) -> Titled:
    """Find `title "…"`, `called "…"`, 标题「…」 in a cleaned text, or the wish for none."""
    gone = _NO_TITLE.search(text)
    if gone is not None:
        return Titled(None, cut(text, gone), removed=True)
    for match in _TITLE.finditer(text):
        said = next((match[f"q{number}"] for number in range(1, 8) if match[f"q{number}"]), match["bare"])
        title = (said or "").strip()[:_LONGEST_TITLE].strip()
        if title:
            return Titled(title, cut(text, match))
    return Titled(None, text)


_SEED = re.compile(r"(?i)\bseed\s*(?:of|is|=|:|#|number)?\s*(\d{1,18})\b|种子\s*(?:是|为|=|:)?\s*(\d{1,18})")


def find_seed(text: str) -> tuple[int | None, str]:
    """Find "seed 42"; a seed is below 2**53, so that it survives every JSON reader."""
    match = _SEED.search(text)
    if match is None:
        return None, text
    return int(match[1] or match[2]) % 2**53, cut(text, match)


_VERTICAL = (
    r"portrait|vertical|upright|tik\s?tok(?:er)?s?|(?:instagram |ig |facebook )?reels?|shorts|stories|snapchat"
    r"|9\s?[:x/]\s?16|1080\s?[x×*]\s?1920"
)
_WIDE = (
    r"landscape (?:format|mode|video|shape|picture)|(?:in|to) landscape|horizontal|widescreen|youtube|youtubers?"
    r"|16\s?[:x/]\s?9|1920\s?[x×*]\s?1080"
)
_EVEN = r"square|1\s?:\s?1|1080\s?[x×*]\s?1080"
_SHAPES = (
    (Shape.PORTRAIT, re.compile(rf"{whole(_VERTICAL)}|竖屏|竖版|竖的|竖向|抖音|快手|小红书|短视频")),
    (Shape.SQUARE, re.compile(rf"{whole(_EVEN)}|方形|正方形|方的")),
    (Shape.LANDSCAPE, re.compile(rf"{whole(_WIDE)}|横屏|横版|横向|横的|宽屏")),
)
_YOUTUBE_SHORTS = re.compile(r"youtube\s+shorts")


def find_shape(text: str) -> Shape | None:
    """Return the picture's format that a lower-case text names or implies.

    Where several are implied ("YouTubers, TikTok creators") nothing is certain.
    """
    text = _YOUTUBE_SHORTS.sub("shorts", text)
    named = [shape for shape, pattern in _SHAPES if pattern.search(text)]
    return named[0] if len(named) == 1 else None
