"""Parses tempo and key in a wish."""

from __future__ import annotations

import re
from dataclasses import dataclass

from language.patterns import listed, pattern, words
from studio.compose.lexicon import once
from studio.compose.text_parser import cut

SLOWEST, FASTEST = 40.0, 220.0
"""Tempos that can be played, in BPM."""

_BPM = pattern("tempo.bpm", re.IGNORECASE, bpm_number=r"(?<![\d.])(\d{1,9}(?:\.\d{1,2})?)")


@once
def find_bpm(text: str) -> tuple[float | None, str]:
    """Find a tempo in beats per minute as it was written, which may be out of the playable range."""
    match = _BPM.search(text)
    if match is None:
        return None, text
    return float(next(group for group in match.groups() if group)), cut(text, match)


def playable(bpm: float) -> float:
    """Return the nearest tempo that can be played."""
    return min(FASTEST, max(SLOWEST, bpm))


_SIGNS = "|".join((*listed("tempo.sharp")[1:], *listed("tempo.flat")[1:]))
_SHARP, _FLAT = {"#", "♯", *listed("tempo.sharp")}, {"b", "♭", *listed("tempo.flat")}
_NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_MODES = {word: mode for word, _, mode in (entry.partition("=") for entry in listed("tempo.modes"))}
_ENGLISH_MODES = "|".join(sorted((mode for mode in _MODES if mode.isascii()), key=len, reverse=True))
_CHINESE_MODES = "|".join(sorted((mode for mode in _MODES if not mode.isascii()), key=len, reverse=True))
_NOTE = r"(?P<note>[a-gA-G])(?:\s?(?P<sign>#|♯|♭|b(?=\s|$)|-?\s?sharp|-?\s?flat))?"
_UPPER_NOTE = _NOTE.replace("[a-gA-G]", "[A-G]")
_ENGLISH_MODE = rf"[\s-]+(?i:(?P<mode>{_ENGLISH_MODES}))\b"
_KEY_OF = words("tempo.key_of")
_KEYS = (
    re.compile(rf"(?:{words('tempo.in')}|{_KEY_OF}){_NOTE}{_ENGLISH_MODE}"),
    re.compile(rf"(?<![a-zA-Z]){_UPPER_NOTE}{_ENGLISH_MODE}"),
    re.compile(rf"{_KEY_OF}{_NOTE}(?![a-zA-Z])(?P<mode>)"),
    re.compile(rf"(?P<before>{_SIGNS})?(?<![a-zA-Z])(?P<note>[a-gA-G])(?P<sign>#|♯|b|♭)?\s?(?P<mode>{_CHINESE_MODES})"),
)
_ALONE = re.compile(rf"{words('tempo.in_a_mode', MODES=_ENGLISH_MODES)}|(?P<mode3>{_CHINESE_MODES})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A key that was found in a text."""

    tonic: int | None
    """0..11 with C = 0; None if only a mode was found."""
    mode: str | None
    """None if only a tonic was found."""
    rest: str
    """The text without the key."""


@once
def find_key(text: str) -> NamedKey:
    """Find "in A minor", "key of F#", "D 大调", "降B大调", "in minor"; "a minor" alone is no key, "A minor" is."""
    for key in _KEYS:
        match = key.search(text)
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
    return 1 if sign in _SHARP else -1 if sign in _FLAT else 0
