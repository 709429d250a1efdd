"""Parses lengths in English and Chinese, and tells them from other numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from language.patterns import pattern
from studio.compose.instrument_parser import INSTRUMENT_NAMES
from studio.compose.lexicon import SENSES, WordKind, pattern_of

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}
_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "a couple of": 2, "couple of": 2, "a few": 3, "an": 1, "a": 1,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_TENFOLD = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_CHINESE = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}

_ENGLISH_NUMBER = (
    r"(?:(?:" + "|".join(_TENS) + r")(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|"
    + "|".join(sorted(_SMALL, key=lambda word: -len(word))) + r"|(?:a |one )?hundred)"
)  # fmt: skip
_FRACTION = r"(?:\d{1,3}\s)?\s?[1-9]\s?/\s?[2-9](?!\d)"
_NUMBER = rf"(?:{_FRACTION}|\d{{1,6}}(?:\.\d{{1,6}})?e\+?\d{{1,3}}|\d{{1,30}}(?:[.,]\d{{1,3}})?|{_ENGLISH_NUMBER})"
_UNIT = r"(?P<{0}>hours?|hrs?|minutes?|mins?|seconds?|secs?|h|m|s)(?![a-z])\.?"
_HALF = r"(?:\s+and\s+a\s+half)"
_TERM = rf"(?P<n1>{_NUMBER})(?P<half1>{_HALF})?[\s-]*" + _UNIT.format("u1") + rf"(?P<half2>{_HALF})?"
_SECOND = rf"(?:[\s,]*(?:and\s+)?(?P<n2>{_NUMBER})[\s-]*" + _UNIT.format("u2") + ")?"
_SPOKEN = re.compile(rf"(?<![a-z\d.:])(?P<minus>[-−]\s?)?(?:{_NUMBER}\s*(?:-|–|to|or)\s*)??{_TERM}{_SECOND}")
_PARTS = {"half": 0.5, "quarter": 0.25, "three": 0.75}
_PART_OF = pattern("length.part_of")
_CLOCK = re.compile(r"(?<![\d:.])(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,2}):(?P<s>[0-5]\d)(?![\d:])")
_DIGITS = rf"(?:{_FRACTION}|[零一二两三四五六七八九十百千万亿\d.]{{1,30}})\s?"
_CHINESE_LENGTH = re.compile(
    rf"(?P<minus>负|-)?(?:(?P<h>半|{_DIGITS})个?(?P<hhalf>半)?(?:小时|钟头))?(?:(?P<m>半|{_DIGITS})\s*分(?:钟)?(?P<mhalf>半)?)?"
    rf"(?:零)?(?:(?P<s>{_DIGITS})\s*秒(?:钟)?)?"
)
_MUSIC = pattern_of(
    [
        *(word for sense in SENSES[WordKind.GENRE] for word in (*sense.en, *sense.zh)),
        *(word for called in INSTRUMENT_NAMES.values() for word in (*called.en, *called.zh)),
    ]
)
_ENDLESS = re.compile(
    rf"^\W*forever\W*$|(?P<keep>(?:{_MUSIC})\W*(?:music|track|piece|loop)?)\W+(?:for\s?ever|endless(?:ly)?|infinite(?:ly)?|non-?stop)(?![a-z])"
    rf"|(?P<keep2>(?:{_MUSIC})(?:音乐)?)[,，\s]*(?:永远|无限|一直放|不停)"
    r"|(?<![a-z])(?:(?:it|be|loop|music|track|piece|song|lasts?|lasting|plays?|playing|go(?:es)? on|runs?)"
    r"\s+(?:for\s?ever|endless(?:ly)?|infinite(?:ly)?)|(?:endless|infinite|never[\s-]ending)\s+(?:music|track|loop|piece)"
    r"|as long as (?:possible|you can|it gets))(?![a-z])"
    r"|无限长|无限循环|越长越好|尽可能长|尽量长"
)
_RATIO = re.compile(
    r"(?<![\d:])(?:16\s?[:x/]\s?9|9\s?[:x/]\s?16|4\s?:\s?3|3\s?:\s?4|1\s?:\s?1|4\s?:\s?5|5\s?:\s?4|21\s?:\s?9)(?![\d:])"
)
_PICTURE = re.compile(
    r"(?<![\d.])\d{3,4}\s?[x×*]\s?\d{3,4}(?!\d)|(?<![\d.])(?:480|540|720|1080|1440|2160|4320)\s?[pi](?![a-z])"
    r"|(?<![a-z\d])[248]\s?k(?![a-z])|(?<![\d.])\d{2,3}(?:\.\d+)?\s?(?:fps|hz|khz|kbps|frames?|帧)(?![a-z])"
)
_ERA = (
    "style|vibes?|retro|games?|arcade|feel|feeling|inspired|sound|movies?|films?|aesthetic|action|sitcom|tv|nostalgia"
    "|nostalgic|throwback|flavou?r|kids?|mood|look"
)
_OF_THE_50S = "rock|rock and roll|rock n roll|jazz|swing|doo[ -]?wop|blues|rockabilly|country|bebop|crooner"
_OF_THE_60S = "rock|soul|motown|surf|folk|psychedelic|psychedelia|bossa|beat music|garage|pop|jazz|r&b|funk|spy"
_OF_THE_70S = "disco|funk|funky|rock|soul|pop|reggae|folk|jazz|r&b|prog|punk|groove|motown|metal|country"
_OF_THE_80S = (
    "synth[a-z]*|synth[ -](?:pop|wave)|pop|rock|disco|metal|hip[ -]?hop|new wave|electro|electronic|funk|house|dance"
    "|rap|r&b|power|ballad|soul|jazz|retrowave|outrun|hair|italo|city pop|techno|punk|reggae|beat"
)
_OF_THE_90S = (
    "hip[ -]?hop|rap|house|techno|trance|rock|grunge|r&b|pop|dance|eurodance|jungle|rave|boom bap|metal|punk"
    "|drum and bass|dnb|alternative|indie|beat|electro|garage|soul|boy ?band|britpop|new jack"
)
"""Music for which a decade is known: "80s synthwave" is a style, "60s synthwave" a length."""
_BEFORE_A_WORD = (
    r"['’]?s(?=\s+(?!(?:of|long|with|and|for|to|in|at|on|by|or|piece|version|video|clip|loop|track|song|please|max|total)\b)"
    r"[a-z]{3})"
)
_PERHAPS_A_DECADE = re.compile(
    rf"(?<![\d.:])[569]0{_BEFORE_A_WORD}(?!.*\b(?:at|after|from|until|till|by|first|last)\s+\d)"
)
"""What may be a decade before any word ("90s neon"), unless another time in the text is a moment or a part."""
_DECADE = re.compile(
    r"(?:(?<=the )|(?<=early )|(?<=late )|(?<=mid )|(?<=mid-)|(?<=like )|(?<=from ))"
    r"['’]?(?:19|20)?[0-9]0['’]?s(?![a-z])"
    r"|['’](?:[0-9]0)s(?![a-z])|(?<!\d)(?:19|20)[0-9]0s(?![a-z])"
    rf"|(?<![\d.])[5-9]0['’]?s(?=[\s-]+(?:(?:{_ERA})(?![a-z])))"
    r"|(?<![\d.])(?:[57-9]0)['’]?s(?=[\s-]+music(?![a-z]))"
    rf"|(?<![\d.])50['’]?s(?=[\s-]+(?:{_OF_THE_50S})(?![a-z]))|(?<![\d.])60['’]?s(?=[\s-]+(?:{_OF_THE_60S})(?![a-z]))"
    rf"|(?<![\d.])70['’]?s(?=[\s-]+(?:{_OF_THE_70S})(?![a-z]))|(?<![\d.])80['’]?s(?=[\s-]+(?:{_OF_THE_80S})(?![a-z]))"
    rf"|(?<![\d.])90['’]?s(?=[\s-]+(?:{_OF_THE_90S})(?![a-z]))"
    # Hardly anybody asks for 70 or 80 seconds.
    rf"|(?<![\d.:])[78]0{_BEFORE_A_WORD}"
    r"|\d0年代"
)


@dataclass(frozen=True, slots=True)
class Length:
    """A length in seconds as it was written (it may be negative, huge or infinite), and the text without it."""

    seconds: float | None
    rest: str


def without_picture_words(text: str) -> str:
    """Return the text without resolutions, frame rates and picture ratios, which are no lengths."""
    return _PICTURE.sub(" ", _RATIO.sub(" ", text))


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
    if text == "半":
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
