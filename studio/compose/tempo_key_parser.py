"""Parses tempo and key in a wish."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.compose.text_parser import cut

SLOWEST, FASTEST = 40.0, 220.0
"""Tempos that can be played, in BPM."""

_NUMBER = r"(?<![\d.])(\d{1,9}(?:\.\d{1,2})?)"
_TO = r"\s*(?:of|to|is|at|=|:)?\s*"
_BPM = re.compile(
    rf"(?i){_NUMBER}\s*-?\s*(?:bpm|beats? (?:per|a) min(?:ute)?|拍/分钟?|拍每分钟?)"
    rf"|\bbpm{_TO}{_NUMBER}|\btempo{_TO}{_NUMBER}(?!\s*%)"
    rf"|每分钟\s*{_NUMBER}\s*拍|(?:速度|节拍)\s*(?:为|是|改成|改为|到|调到|设为)?\s*{_NUMBER}"
)


def find_bpm(text: str) -> tuple[float | None, str]:
    """Find a tempo in beats per minute as it was written, which may be out of the playable range."""
    match = _BPM.search(text)
    if match is None:
        return None, text
    return float(next(group for group in match.groups() if group)), cut(text, match)


def playable(bpm: float) -> float:
    """Return the nearest tempo that can be played."""
    return min(FASTEST, max(SLOWEST, bpm))


_NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_MODES = {
    "major": "major", "maj": "major", "ionian": "major", "大调": "major", "minor": "minor", "min": "minor",
    "aeolian": "minor", "小调": "minor", "dorian": "dorian", "多利亚": "dorian", "mixolydian": "mixolydian",
    "混合利底亚": "mixolydian", "lydian": "lydian", "利底亚": "lydian", "phrygian": "phrygian", "弗里几亚": "phrygian",
    "harmonic minor": "harmonic minor", "和声小调": "harmonic minor",
}  # fmt: skip
_ENGLISH_MODES = "|".join(sorted((mode for mode in _MODES if mode.isascii()), key=len, reverse=True))
_CHINESE_MODES = "|".join(sorted((mode for mode in _MODES if not mode.isascii()), key=len, reverse=True))
_NOTE = r"(?P<note>[a-gA-G])(?:\s?(?P<sign>#|♯|♭|b(?=\s|$)|-?\s?sharp|-?\s?flat))?"
_UPPER_NOTE = _NOTE.replace("[a-gA-G]", "[A-G]")
_ENGLISH_MODE = rf"[\s-]+(?i:(?P<mode>{_ENGLISH_MODES}))\b"
_KEY_OF = r"(?i:\bkey(?: of| is| to)?:?\s+)"
_KEYS = (
    re.compile(rf"(?:(?i:\b(?:in|to)\s+)(?i:the key of )?|{_KEY_OF}){_NOTE}{_ENGLISH_MODE}"),
    re.compile(rf"(?<![a-zA-Z]){_UPPER_NOTE}{_ENGLISH_MODE}"),
    re.compile(rf"{_KEY_OF}{_NOTE}(?![a-zA-Z])(?P<mode>)"),
    re.compile(rf"(?P<before>升|降)?(?<![a-zA-Z])(?P<note>[a-gA-G])(?P<sign>#|♯|b|♭)?\s?(?P<mode>{_CHINESE_MODES})"),
)
_ALONE = re.compile(
    rf"(?i)\b(?:in|to|into) (?:a )?(?P<mode1>{_ENGLISH_MODES})\b(?! (?:way|role|event))"
    rf"|\b(?P<mode2>{_ENGLISH_MODES}) (?:key|mode|scale)\b|(?P<mode3>{_CHINESE_MODES})"
)


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A key that was found in a text."""

    tonic: int | None
    """0..11 with C = 0; None if only a mode was found."""
    mode: str | None
    """None if only a tonic was found."""
    rest: str
    """The text without the key."""


def find_key(text: str) -> NamedKey:
    """Find "in A minor", "key of F#", "D 大调", "降B大调", "in minor"; "a minor" alone is no key, "A minor" is."""
    for pattern in _KEYS:
        match = pattern.search(text)
        if match is not None:
            tonic = (_NOTES[match["note"].lower()] + _shift(match)) % 12
            return NamedKey(tonic, _MODES.get((match["mode"] or "").lower()), cut(text, match))
    match = _ALONE.search(text)
    if match is not None:
        said = match["mode1"] or match["mode2"] or match["mode3"]
        return NamedKey(None, _MODES[said.lower()], cut(text, match))
    return NamedKey(None, None, text)


def _shift(match: re.Match[str]) -> int:
    """Return the semitones of a sharp or flat."""
    sign = (match["sign"] or match.groupdict().get("before") or "").strip(" -").lower()
    return 1 if sign in ("#", "♯", "sharp", "升") else -1 if sign in ("b", "♭", "flat", "降") else 0
