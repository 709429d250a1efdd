"""Parses wishes about a time range of the piece ("the last five seconds", "from 0:05 to 0:09"), and fades."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from language.patterns import pattern, whole
from studio.compose.length_parser import find_length

FADE = 4.0
"""Default length of a fade in seconds."""

# Bounded repeats: an unbounded one, tried from each letter of an endless word, would take seconds.
_SECONDS = r"(?:\d{1,9}(?:\.\d{1,9})?|[a-z]{1,20}(?:-[a-z]{1,20})?)\s*-?\s*(?:seconds?|secs?|s|minutes?|mins?)(?![a-z])"
_CLOCK = r"\d{1,2}:[0-5]\d"
_POINT = rf"(?:{_CLOCK}|(?:second |sec )?\d{{1,3}}(?!\d)(?:\.\d+)?\s*(?:seconds?|secs?|s)?(?![a-z\d:]))"
_POINT_ZH = r"第?\s*[\d零一二两三四五六七八九十百.:]+\s*秒?"
FROM_TO = re.compile(
    rf"(?:(?:from|between)\s+)(?P<from>{_POINT})\s*(?:to|until|till|and|-|–|through)\s*(?:the )?(?P<to>{_POINT})"
    rf"|(?P<from2>{_CLOCK})\s*(?:to|until|till|-|–|到|至)\s*(?P<to2>{_CLOCK})"
    rf"|(?:从\s*|(?=第))(?P<from3>{_POINT_ZH})\s*(?:到|至|-|–)\s*(?P<to3>{_POINT_ZH})"
)
"""Two points in time, in one pair of the groups from… and to…."""
_RANGE = re.compile(whole(r"between|extend\w*|shorten\w*|lengthen\w*|length|long|trim\w*|cut") + "|长度|延长|缩短|多长")
"""Words with which two numbers are lengths, not points in time."""
_FIRST_OR_LAST = (
    rf"(?:(?:for|in|over|during|within|throughout|after|before|until|through)\s+)?the\s+(?:very\s+)?"
    rf"(?:first|last|final|opening|closing)\s+(?:few\s+seconds|{_SECONDS}|(?:\w+\s+)?bars?|part|section)"
    r"|(?:in\s+)?the\s+(?:first|second|third|middle|last)\s+(?:half|third|quarter|part|section|verse|chorus)"
)
_POINTS = (
    rf"(?:after|from|before|until|starting (?:at|from))\s+(?:the first\s+)?(?:{_CLOCK}|{_SECONDS})(?:\s+on(?:wards)?)?"
    rf"|at\s+{_CLOCK}|at\s+(?:second|sec)\s+\d+"
)
_PART = (
    r"ending|end|outro|intro|introduction|beginning|start|opening|middle(?: part| section)?|chorus|verse|bridge|drop"
    r"|break|breakdown|climax|finale"
)
_NAMED = rf"(?:(?:at|near|towards?|in|during|before|after|from|by)\s+)?the\s+(?:very\s+)?(?:{_PART})"
_ZH = (
    r"(?:在|到)?(?:最[前后]|[前后]|开头|结尾|末尾|开始)的?\s*(?:[\d零一二两三四五六七八九十百.]{1,12}|几)\s*(?:秒钟?|分钟?|小节)"
    r"|第\s*[\d一二两三四五六七八九十]{1,12}\s*秒(?:开始|以?后|之后|时|处)?|[\d一二两三四五六七八九十]{1,12}\s*秒(?:之|以)?后"
    r"|(?:在|到)?(?:结尾|末尾|最后(?!一[个条首])|开头|前奏|尾奏|尾声|副歌|主歌|高潮(?!迭起)|间奏|中间|中段|后半|前半)(?!的?(?:音乐|配乐|背景音乐))(?:的?(?:部分|那?段|时候|处|地方))?"
)
_FOR_A_FILM = (
    r"(?<!for )(?<!about )(?<!of )(?<!\bto )(?<!until )(?<!till )"
    r"(?!the (?:intro|outro|opening|ending|end|start|beginning|trailer) (?:of|to|for|credits|scene))"
)
TIME_RANGE = re.compile(rf"{whole(_FIRST_OR_LAST)}|{whole(_POINTS)}|{_FOR_A_FILM}{whole(_NAMED)}|{_ZH}")
"""The range of the piece that a lower-case text names."""
_SPANNED = re.compile(
    rf"{whole(_FIRST_OR_LAST)}|{whole(_POINTS)}|(?:前|后|开头|结尾|第)的?\s*[\d一二两三四五六七八九十]{{1,12}}\s*秒"
)
_OF_A_TITLE = pattern("time.of_a_title")
_GROWS = pattern("time.grows")
_FADES = (
    r"fad(?:e|es|ing|ed)[\s-]*(?:(?:the )?(?:music|song|track|piece|it|this|everything) )?(?P<way>in|out)s?"
    r"(?:\s*(?:and|&|/|\+)\s*(?:fade[\s-]*)?(?P<also>in|out))?"
    r"|(?P<zh>淡入淡出|淡入|淡出|渐入|渐出|渐弱结束)"
)
_NO_FADE = re.compile(
    rf"(?:{whole('no|without(?: a| any| the)?|remove(?: the)?|drop(?: the)?|don.?t')}|不要|去掉|取消|别)\s*(?:{_FADES})"
)
_BY = (
    r"(?:\s*(?:of|for|over|in|during|with(?:in)?+|at|lasting|the|very|last|first|final|about|a|long|end|beginning|start"
    r"|最后|前))*"
)
_ZH_SECONDS = r"[\d一二两三四五六七八九十.]{1,12}\s*秒钟?"
_FADE = re.compile(
    rf"(?:(?P<lead>{_SECONDS})\s*(?:long\s*)?|(?:最后|前|开头|结尾|末尾)的?(?P<zhlead>{_ZH_SECONDS})?的?\s*"
    rf"|(?P<zhlead2>{_ZH_SECONDS})的?\s*)?(?:{_FADES})"
    rf"(?:{_BY}\s*(?P<after>{_SECONDS})|\s*(?P<zhafter>{_ZH_SECONDS}))?(?:\s+at the (?:end|beginning|start))?"
)
_LATE = re.compile(
    rf"(?:(?:in|over|during|for)\s+)?the\s+(?:last|first|final)\s+(?P<time>{_SECONDS}),?\s*"
    rf"(?={_FADES.replace('?P<', '?P<l_')})"
)
_END = r"the (?:very )?(?:end|ending|start|beginning)"
_ADDED = re.compile(
    rf"(?:add|append|put)\s+(?P<en>{_SECONDS})\s*(?:more\s*)?(?:at|to|on)\s+{_END}"
    rf"|(?:在)?(?:结尾|末尾|最后|开头)(?:再|多)?(?:加|延长)(?:上|长)?\s*(?P<zh>{_ZH_SECONDS})"
)
_REMOVED = re.compile(
    rf"(?:remove|cut|trim|take|drop|chop)\s+(?:off\s+)?(?:(?P<en>{_SECONDS})\s*(?:off|from|of|at)?\s*(?:at |of )?{_END}"
    rf"|the\s+(?:last|first|final)\s+(?P<en2>{_SECONDS}))"
    rf"|(?:去掉|剪掉|删掉|减掉)(?:最后|开头|结尾|前)的?\s*(?P<zh>{_ZH_SECONDS})"
)
"""Words that make the whole longer or shorter at its ends."""
_CLAUSE = re.compile(
    r"\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》|(?<![a-zA-Z])['‘][^'’]*['’]"
    r"|(?P<end>[,;，；。！!]\s*(?:and\s+|then\s+)?|\.\s+|\s+(?:then|but)\s+"
    r"|\s+and\s+(?=(?:make|add|set|change|remove|put|give|use|let|drop|mute|speed|slow|title|call|bring|turn|show|keep)\b)"
    r"|然后|并且|但是?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fades:
    """Lengths of the fades in seconds (0: no fade, None: not mentioned), and the text without them."""

    into: float | None
    out: float | None
    rest: str


def find_fades(text: str) -> Fades:
    """Find "fade out over the last 5 seconds", "3 second fade in", "最后5秒淡出", "no fade" in a lower-case text."""
    gone = _NO_FADE.search(text)
    if gone is not None:
        inwards, outwards = _ways(gone)
        return Fades(
            0.0 if inwards else None, 0.0 if outwards else None, text[: gone.start()] + " " + text[gone.end() :]
        )
    before = ""
    late = _LATE.search(text)
    if late is not None:
        before, text = late["time"], text[: late.start()] + text[late.end() :]
    into: float | None = None
    out: float | None = None
    while (match := _FADE.search(text)) is not None:
        said = before or next((match[name] for name in _TIMES if match[name]), "")
        seconds = find_length(said).seconds if said else None
        length = FADE if seconds is None else max(0.0, seconds)
        inwards, outwards = _ways(match)
        into, out = length if inwards else into, length if outwards else out
        text = text[: match.start()] + " " + text[match.end() :]
    return Fades(into, out, text)


_TIMES = ("after", "zhafter", "lead", "zhlead", "zhlead2")


def _ways(match: re.Match[str]) -> tuple[bool, bool]:
    said = f"{match['way'] or ''} {match['also'] or ''} {match['zh'] or ''}"
    return "in" in said or "入" in said, "out" in said or "出" in said or "弱" in said


@dataclass(frozen=True, slots=True)
class RangeSplit:
    """A wish, split by what it is about."""

    whole: str
    """What concerns the whole piece, a title or a fade."""
    parts: str
    """What concerns time ranges of the music."""
    timed: bool
    """Whether a range is given as a time."""
    unplaced: str
    """The whole wish without the words that name a range."""


def split_by_range(wish: str) -> RangeSplit:
    """Split a normalised wish into what concerns the whole piece and what concerns time ranges of it."""
    kept: list[str] = []
    parts: list[str] = []
    for clause in _joined(list(_clauses(_relengthened(wish)))):
        lowered = clause.lower()
        rest = find_fades(lowered)
        local = bool(TIME_RANGE.search(rest.rest) or _GROWS.search(rest.rest) or _is_span(rest.rest))
        (parts if local and not _OF_A_TITLE.search(lowered) else kept).append(clause)
    timed = any(_SPANNED.search(clause.lower()) or _is_span(clause.lower()) for clause in parts)
    if not parts:
        wish = _relengthened(wish)
        return RangeSplit(wish, "", timed=False, unplaced=wish)
    unplaced = re.sub(f"(?i){FROM_TO.pattern}|{TIME_RANGE.pattern}|{_GROWS.pattern}", " ", wish)
    return RangeSplit(", ".join(kept), ", ".join(parts), timed, unplaced)


def _relengthened(wish: str) -> str:
    """Rewrite "add 10 seconds at the end" as "10 seconds longer", which concerns the whole piece."""

    def said(match: re.Match[str], english: str, chinese: str) -> str:
        seconds = next(group for group in match.groups() if group)
        return f"{chinese}{seconds}" if match.groupdict().get("zh") else f"{seconds} {english}"

    wish = re.sub(f"(?i){_ADDED.pattern}", lambda match: said(match, "longer", "延长"), wish)
    return re.sub(f"(?i){_REMOVED.pattern}", lambda match: said(match, "shorter", "缩短"), wish)


def _is_span(text: str) -> bool:
    """Return whether two points in time are named, rather than a range of lengths."""
    match = FROM_TO.search(text)
    if match is None:
        return False
    points = match["from2"] or ":" in match[0] or "第" in match[0]
    return bool(points) or not _RANGE.search(text)


def _clauses(wish: str) -> Iterator[str]:
    """Yield the clauses of a sentence; quoted words are not split."""
    start = 0
    for match in _CLAUSE.finditer(wish):
        if match["end"]:
            yield wish[start : match.start()].strip()
            start = match.end()
    yield wish[start:].strip()


def _joined(clauses: list[str]) -> list[str]:
    """Join a clause that only names a range with the next clause, or with the one before if it is the last."""
    joined: list[str] = []
    waiting = ""
    for clause in clauses:
        if not clause:
            continue
        bare = TIME_RANGE.sub("", clause.lower()).strip(" :.!?：")
        if not bare:
            waiting = f"{waiting} {clause}".strip()
            continue
        joined.append(f"{waiting} {clause}".strip())
        waiting = ""
    if waiting:
        joined = [*joined[:-1], f"{joined[-1]} {waiting}"] if joined else [waiting]
    return joined
