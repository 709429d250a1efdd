"""Parses a title in a wish: its words, when it is shown and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from language.patterns import listed, pattern, words
from studio.compose.length_parser import find_length
from studio.compose.lexicon import once
from studio.compose.text_parser import cut
from studio.compose.time_ranges import FROM_TO
from studio.domain import TitlePlace

LONGEST_TITLE = 80
"""The most characters that a title may have."""

_QUOTED = (
    r"(?:\"(?P<q1>[^\"]+)\"|“(?P<q2>[^”]+)”|「(?P<q3>[^」]+)」|『(?P<q4>[^』]+)』|《(?P<q5>[^》]+)》|«(?P<q6>[^»]+)»"
    r"|„(?P<q8>[^“”\"]+)[“”\"]|(?<![a-zA-Z])['‘](?P<q7>[^'’]+(?:['’][a-zA-Z][^'’]*)*)['’](?![a-zA-Z]))"
)
_TITLE = re.compile(rf"{words('title.lead')}\s*[:：=]?\s*(?:{_QUOTED}|{words('title.bare')})")
_NO_TITLE = pattern("title.no_title", re.IGNORECASE)


_PLACES = tuple(
    (place, pattern(f"title.{place.name.lower()}", re.IGNORECASE))
    for place in (TitlePlace.END, TitlePlace.WHOLE, TitlePlace.START)
)
_OF_A_TITLE = pattern("title.of_a_title", re.IGNORECASE)
_SHOWN = re.compile(rf"^[\s,，]*(?:{words('title.shown')}\s*){{0,3}}{words('title.during')}\s*", re.IGNORECASE)
_FIXED = pattern("title.fixed", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedTitle:
    """A title that was found in a text, or what was said about an existing one."""

    title: str | None
    rest: str
    """The text without it."""
    removed: bool = False
    """Whether no title is wanted."""
    place: TitlePlace | None = None
    seconds: float | None = None
    """How long it is shown."""
    shortened: bool = False
    """Whether it was longer than a title may be."""
    start: float | None = None
    """Seconds from which it is shown, for `TitlePlace.AT`."""


@once
def find_title(text: str) -> ParsedTitle:
    """Find `title "…"`, `called "…"`, 标题「…」 in a normalised text, or the wish for no title or another place."""
    gone = _NO_TITLE.search(text)
    if gone is not None:
        return ParsedTitle(None, cut(text, gone), removed=True)
    at = _find_span(text)
    if at is not None:
        start, seconds, text = at
        titled = find_title(text)
        return replace(titled, place=TitlePlace.AT, start=start, seconds=seconds or titled.seconds)
    place, text = _find_place(text)
    for match in _TITLE.finditer(text):
        said = next((match[f"q{number}"] for number in range(1, 9) if match[f"q{number}"]), match["bare"])
        title = (said or "").strip()
        if title:
            seconds, after = _find_seconds(text[match.end() :])
            short = _shortened(title)
            rest = text[: match.start()] + " " + after
            return ParsedTitle(short, rest, place=place, seconds=seconds, shortened=short != title)
    seconds = None
    shown = _OF_A_TITLE.search(text)
    if shown is not None:
        seconds, after = _find_seconds(text[shown.end() :])
        text = text[: shown.end()] + after
    return ParsedTitle(None, text, place=place, seconds=seconds)


def wants_other_lettering(text: str) -> bool:
    """Return whether only a colour, size or position of the title is asked for; titles have one fixed look."""
    titled = find_title(text)
    return titled.title is None and bool(_OF_A_TITLE.search(titled.rest)) and bool(_FIXED.search(titled.rest))


_POINT = pattern("title.point", re.IGNORECASE)


def _find_span(text: str) -> tuple[float, float | None, str] | None:
    """Return the start and length at which a title is shown, and the text without them; None if no time is given."""
    if not _OF_A_TITLE.search(text):
        return None
    quoted = [match.span() for match in re.finditer(_QUOTED, text)]

    def free(match: re.Match[str]) -> bool:
        return not any(start < match.end() and match.start() < end for start, end in quoted)

    span = next((match for match in re.finditer(f"(?i){FROM_TO.pattern}", text) if free(match)), None)
    if span is not None:
        first, last = (
            _seconds_at(next(filter(None, (span[f"{name}{number}"] for number in ("", 2, 3)))))
            for name in ("from", "to")
        )
        if last > first:
            return first, last - first, cut(text, span)
    point = next((match for match in _POINT.finditer(text) if free(match)), None)
    if point is None:
        return None
    said = next(filter(None, (point[name] for name in ("clock", "second", "seconds", "zh"))))
    return _seconds_at(said), None, cut(text, point)


def _seconds_at(point: str) -> float:
    """Parse "0:05", "second 5", "5 seconds", "第5秒" as a time in seconds."""
    numbers = re.findall(r"\d+(?:\.\d+)?", point)
    if ":" in point:
        return float(numbers[0]) * 60.0 + float(numbers[1])
    if numbers:
        return float(numbers[0])
    *_, second = listed("title.point_sign")
    return find_length(_POINT_SIGNS.sub(" ", point).strip() + second).seconds or 0.0


_POINT_SIGNS = pattern("title.point_sign")
_LOOK = pattern("title.look", re.IGNORECASE)


def wants_a_look(text: str) -> bool:
    """Return whether a colour, font or position is asked for in addition to a title."""
    titled = find_title(text)
    about = titled.title is not None or bool(_OF_A_TITLE.search(titled.rest))
    return about and bool(_LOOK.search(titled.rest))


def _find_place(text: str) -> tuple[TitlePlace | None, str]:
    """Return the place of a title, and the text without the words for it; quoted words are left alone."""
    quoted = [match.span() for match in re.finditer(_QUOTED, text)]
    if not _OF_A_TITLE.search(text):
        return None, text
    for place, said in _PLACES:
        for match in said.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in quoted):
                kept = " for " if match[0].lower().endswith(("last", "final", "first")) else " "
                return place, text[: match.start()] + kept + text[match.end() :]
    return None, text


def _find_seconds(after: str) -> tuple[float | None, str]:
    """Return how long a title is shown if that follows directly, and the text without it."""
    shown = _SHOWN.match(after)
    lead = shown[0] if shown else ""
    length = find_length(after[len(lead) :].lower()[:24])
    said_of_it = bool(lead.strip(" ,，")) or bool(_COUNTED_SECONDS.match(after))
    if length.seconds is None or not said_of_it or not _begins_with_a_length(after[len(lead) :]):
        return None, after
    return length.seconds, " " + _SECONDS.sub(" ", after[len(lead) :], count=1)


_COUNTED_SECONDS = pattern("title.counted_seconds")
_SECONDS = re.compile(rf"^\s*[\w.½ -]{{1,12}}?\s*{words('title.unit')}(?![a-z])", re.IGNORECASE)


def _begins_with_a_length(text: str) -> bool:
    return bool(_SECONDS.match(text))


def _shortened(title: str) -> str:
    """Shorten a title that is too long at a word boundary."""
    if len(title) <= LONGEST_TITLE:
        return title
    kept = title[: LONGEST_TITLE - 1]
    words, _, _ = kept.rpartition(" ")
    return (words or kept).rstrip(" ,;:，、") + "…"
