"""Parses wishes about a time range of the piece ("the last five seconds", "from 0:05 to 0:09"), and fades."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from language.patterns import listed, pattern, words
from studio.compose.length_parser import find_length
from studio.compose.lexicon import once

FADE = 4.0
"""Default length of a fade in seconds."""

# Repeats are bounded in the data: an unbounded one, tried from each letter of an endless word, would take seconds.
FROM_TO = pattern("time.from_to")
"""Two points in time, in one pair of the groups from… and to…."""
_RANGE = pattern("time.lengths")
"""Words with which two numbers are lengths, not points in time."""
TIME_RANGE = pattern("time.range")
"""The range of the piece that a lower-case text names."""
_SPANNED = pattern("time.spanned")
_OF_A_TITLE = pattern("time.of_a_title")
_GROWS = pattern("time.grows")
_FADES = words("time.fades")
_NO_FADE = re.compile(rf"{words('time.no_more')}\s*{_FADES}")
_AFTER = words("time.after", BY=rf"(?:\s*{words('time.by')})*")
_FADE = re.compile(rf"{words('time.lead')}?{_FADES}{_AFTER}?{words('time.at_an_end')}?")
_LATE = re.compile(rf"{words('time.late')}(?={_FADES.replace('?P<', '?P<l_')})")
_ADDED = pattern("time.added", re.IGNORECASE)
_REMOVED = pattern("time.removed", re.IGNORECASE)
"""Words that make the whole longer or shorter at its ends."""
_CLAUSE = re.compile(
    r"\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》|(?<![a-zA-Z])['‘][^'’]*['’]"
    rf"|(?P<end>{words('time.then')})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fades:
    """Lengths of the fades in seconds (0: no fade, None: not mentioned), and the text without them."""

    into: float | None
    out: float | None
    rest: str


@once
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
    inwards, outwards = (any(word in said for word in listed(way)) for way in ("time.way_in", "time.way_out"))
    return inwards, outwards


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


@once
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

    def said(match: re.Match[str], how: str) -> str:
        seconds = next(group for group in match.groups() if group)
        english, chinese = listed(how)
        return f"{chinese}{seconds}" if match.groupdict().get("zh") else f"{seconds} {english}"

    wish = _ADDED.sub(lambda match: said(match, "time.longer"), wish)
    return _REMOVED.sub(lambda match: said(match, "time.shorter"), wish)


def _is_span(text: str) -> bool:
    """Return whether two points in time are named, rather than a range of lengths."""
    match = FROM_TO.search(text)
    if match is None:
        return False
    points = match["from2"] or any(sign in match[0] for sign in (":", *listed("time.counted")))
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
