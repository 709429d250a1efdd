"""Normalises the text of a wish, and parses its seed and picture format."""

from __future__ import annotations

import re
import unicodedata

from language.patterns import pattern
from studio.compose.lexicon import once
from studio.domain import Shape

MOST_CHARACTERS = 2_000
"""The most characters that are read: a wish is a few sentences."""


@once
def normalize_text(text: str) -> str:
    """Return a text in Unicode NFKC, without control characters, cut to `MOST_CHARACTERS`."""
    text = _VULGAR.sub(_spell_fraction, text[:MOST_CHARACTERS])
    text = unicodedata.normalize("NFKC", text)[:MOST_CHARACTERS]
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return re.sub(r"\s+", " ", kept).strip()


_VULGAR = re.compile("[¼½¾⅐-⅞]")


def _spell_fraction(match: re.Match[str]) -> str:
    """Return "½" as " 1/2": NFKC alone would turn "1½" into "11/2"."""
    return " " + unicodedata.normalize("NFKC", match[0]).replace("\u2044", "/")


def cut(text: str, match: re.Match[str]) -> str:
    """Return a text without the match."""
    return text[: match.start()] + " " + text[match.end() :]


_SEED = pattern("text.seed", re.IGNORECASE)


def find_seed(text: str) -> tuple[int | None, str]:
    """Find "seed 42". Any integer is accepted, modulo 2**53, so that every JSON reader keeps it."""
    match = _SEED.search(text)
    if match is None:
        return None, text
    return int((match[1] or match[2]).replace("−", "-")) % 2**53, cut(text, match)


_SHAPES = tuple(
    (shape, pattern(f"text.{shape.name.lower()}")) for shape in (Shape.PORTRAIT, Shape.SQUARE, Shape.LANDSCAPE)
)
_YOUTUBE_SHORTS = pattern("text.youtube_shorts")


@once
def find_shape(text: str) -> Shape | None:
    """Return the picture format that a lower-case text names or implies; None if none or several are."""
    text = _YOUTUBE_SHORTS.sub("shorts", text)
    named = [shape for shape, pattern in _SHAPES if pattern.search(text)]
    return named[0] if len(named) == 1 else None


@once
def without_shape(text: str) -> str:
    """Return a lower-case text without the words that name the picture's format or a platform."""
    for _, named in _SHAPES:
        text = named.sub(" ", text)
    return text
