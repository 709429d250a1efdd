"""Parses lengths in English and Chinese, and tells them from other numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from language.patterns import listed, numbered, pattern, words
from studio.compose.instrument_parser import INSTRUMENT_NAMES
from studio.compose.lexicon import SENSES, WordKind, once, pattern_of

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}
_SMALL = {word: value for value, word in enumerate(listed("length.small"))} | numbered("length.few")
_TENS = {word: 10 * value for value, word in enumerate(listed("length.tens"), 2)}
_TENFOLD, _CHINESE = numbered("length.tenfold"), numbered("length.digits")

_TENS_AND_ONES = rf"(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(listed('length.small')[1:10])}))?"
_ENGLISH_NUMBER = rf"(?:{_TENS_AND_ONES}|{'|'.join(sorted(_SMALL, key=len, reverse=True))}|(?:a |one )?hundred)"
_FRACTION = r"(?:\d{1,3}\s)?\s?[1-9]\s?/\s?[2-9](?!\d)"
_NUMBER = rf"(?:{_FRACTION}|\d{{1,6}}(?:\.\d{{1,6}})?e\+?\d{{1,3}}|\d{{1,30}}(?:[.,]\d{{1,3}})?|{_ENGLISH_NUMBER})"
_SPOKEN = pattern("length.spoken", NUMBER=_NUMBER)
_HALF = listed("length.half")
_PARTS = {"half": 0.5, "quarter": 0.25, "three": 0.75}
_PART_OF = pattern("length.part_of")
_CLOCK = re.compile(r"(?<![\d:.])(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,2}):(?P<s>[0-5]\d)(?![\d:])")
_DIGITS = rf"(?:{_FRACTION}|[{''.join((*_CHINESE, *_TENFOLD))}\d.]{{1,30}})\s?"
_CHINESE_LENGTH = pattern("length.chinese", DIGITS=_DIGITS)
_MUSIC = pattern_of(
    [
        *(word for sense in SENSES[WordKind.GENRE] for word in (*sense.en, *sense.zh)),
        *(word for called in INSTRUMENT_NAMES.values() for word in (*called.en, *called.zh)),
    ]
)
_ENDLESS = pattern("length.endless", MUSIC=_MUSIC)
_RATIO = re.compile(
    r"(?<![\d:])(?:16\s?[:x/]\s?9|9\s?[:x/]\s?16|4\s?:\s?3|3\s?:\s?4|1\s?:\s?1|4\s?:\s?5|5\s?:\s?4|21\s?:\s?9)(?![\d:])"
)
_PICTURE = re.compile(
    r"(?<![\d.])\d{3,4}\s?[x×*]\s?\d{3,4}(?!\d)|(?<![\d.])(?:480|540|720|1080|1440|2160|4320)\s?[pi](?![a-z])"
    rf"|(?<![a-z\d])[248]\s?k(?![a-z])|{words('length.frames')}"
)
_DECADE = pattern("length.decade")
"""Decades, also before music for which one is known: "80s synthwave" is a style, "60s synthwave" a length."""
_PERHAPS_A_DECADE = pattern("length.perhaps_a_decade")
"""What may be a decade before any word ("90s neon"), unless another time in the text is a moment or a part."""


@dataclass(frozen=True, slots=True)
class Length:
    """A length in seconds as it was written (it may be negative, huge or infinite), and the text without it."""

    seconds: float | None
    rest: str


@once
def without_picture_words(text: str) -> str:
    """Return the text without resolutions, frame rates and picture ratios, which are no lengths."""
    return _PICTURE.sub(" ", _RATIO.sub(" ", text))


@once
def find_length(text: str) -> Length:
    """Find the first length in a lower-case text.

    Decades ("80s synth", "the 90s") are no lengths and stay in the text; of a range the upper end counts.
    """
    shielded = _DECADE.sub(_shield, text)
    found = _read(shielded)
    # "80s neon night drive, 30 seconds": where another length is said, the first is a decade.
    if found and (other := _PERHAPS_A_DECADE.sub(_shield, shielded)) != shielded:
        found = _read(other) or found
    if found is None:
        return Length(None, text)
    seconds, start, end = found
    return Length(seconds, text[:start] + " " + text[end:])


def _shield(match: re.Match[str]) -> str:
    return "#" * len(match[0])


def _read(text: str) -> tuple[float, int, int] | None:
    for read in (_read_clock, _read_part, _read_spoken, _read_chinese, _read_endless):
        if found := read(text):
            return found
    return None


def _read_clock(text: str) -> tuple[float, int, int] | None:
    match = _CLOCK.search(text)
    if match is None:
        return None
    seconds = int(match["h"] or 0) * 3600.0 + int(match["m"]) * 60.0 + int(match["s"])
    return seconds, match.start(), match.end()


def _read_endless(text: str) -> tuple[float, int, int] | None:
    match = _ENDLESS.search(text)
    if match is None:
        return None
    # The music that is to last forever is not part of the length.
    return math.inf, max(match.start(), match.end("keep"), match.end("keep2")), match.end()


def _read_part(text: str) -> tuple[float, int, int] | None:
    match = _PART_OF.search(text)
    if match is None:
        return None
    return _UNITS[match["unit"][0]] * _PARTS[match["part"]], match.start(), match.end()


def _read_spoken(text: str) -> tuple[float, int, int] | None:
    for match in _SPOKEN.finditer(text):
        if match["n1"] in ("a", "an") and match["u1"] in ("s", "m", "h"):
            continue
        seconds = _quantity(match["n1"], match["u1"], half=bool(match["half1"] or match["half2"]))
        if match["n2"] is not None:
            seconds += _quantity(match["n2"], match["u2"], half=False)
        return (-seconds if match["minus"] else seconds), match.start(), match.end()
    return None


def _quantity(number: str, unit: str, *, half: bool) -> float:
    return (_number(number) + (0.5 if half else 0.0)) * _UNITS[unit[0]]


def _number(text: str) -> float:
    """Read digits, fractions and English number words."""
    text = text.strip()
    if "/" in text:
        return _fraction(text)
    if text[0].isdigit():
        return float(text.replace(",", ".")) if "e" not in text else min(float(text), 1e30)
    if text.endswith("hundred"):
        return 100.0
    if text in _SMALL:
        return float(_SMALL[text])
    tens, _, ones = text.replace("-", " ").partition(" ")
    return float(_TENS[tens] + _SMALL.get(ones, 0))


def _fraction(text: str) -> float:
    """Read "1/2" and "1 1/2"."""
    *whole, upper, lower = re.findall(r"\d+", text)
    return int(upper) / int(lower) + sum(int(number) for number in whole)


def _read_chinese(text: str) -> tuple[float, int, int] | None:
    for match in _CHINESE_LENGTH.finditer(text):
        if match["h"] is None and match["m"] is None and match["s"] is None:
            continue
        hours = _chinese(match["h"]) + (0.5 if match["hhalf"] else 0.0)
        minutes = _chinese(match["m"]) + (0.5 if match["mhalf"] else 0.0)
        seconds = hours * 3600.0 + minutes * 60.0 + _chinese(match["s"])
        return (-seconds if match["minus"] else seconds), match.start(), match.end()
    return None


def _chinese(text: str | None) -> float:
    """Parse a Chinese number, digits or a fraction; anything else counts as 0."""
    if text is None:
        return 0.0
    text = text.strip()
    if "/" in text:
        return _fraction(text)
    if text in _HALF:
        return 0.5
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    total, digit = 0, 0
    for sign in text:
        if sign in _CHINESE:
            digit = _CHINESE[sign]
        elif sign in _TENFOLD:
            total += (digit or 1) * _TENFOLD[sign]
            digit = 0
    return float(total + digit)
