"""Artists that a wish names: what they stand for takes their place, so that nobody is copied."""

from __future__ import annotations

import re

from pydantic import TypeAdapter

from language.features import QUOTED
from language.patterns import listed, words
from studio.compose.lexicon import load_toml, pattern_of

_ROWS = TypeAdapter(dict[str, str]).validate_python(load_toml("artists.toml"))["words"].strip().splitlines()
_MEANT = {name: manner for names, _, manner in (row.partition(" = ") for row in _ROWS) for name in names.split("|")}
_ORDINARY = listed("artist.ordinary")
"""Names that are words as well, or other people's: artists only where something is to be like them."""

_OF_THEM = rf"(?:['’]s?)?(?:\s*{words('artist.manner')})?"
_ANYBODY = pattern_of(list(_MEANT))
_UNMISTAKABLE = pattern_of([name for name in _MEANT if name not in _ORDINARY])
_NAMED = re.compile(
    rf"{words('artist.like')}\s*(?P<like>{_ANYBODY}){_OF_THEM}|(?P<type>{_ANYBODY}){words('artist.type')}"
    # What a video is about is no manner: "about Mozart's life".
    rf"|{words('artist.about')}(?P<name>{_UNMISTAKABLE}){_OF_THEM}",
    re.IGNORECASE,
)


def without_artists(wish: str) -> tuple[str, bool]:
    """Return the wish with what artists stand for in place of their names, and whether any was named.

    What stands in quotation marks is a title and stays.
    """
    wish = re.sub(r" {2,}", " ", wish)
    quoted = [found.span() for found in QUOTED.finditer(wish)]
    named = False

    def meant(found: re.Match[str]) -> str:
        nonlocal named
        if any(start <= found.start() < end for start, end in quoted):
            return found[0]
        named = True
        return f" {_MEANT[next(filter(None, found.groups())).lower()]} "

    return re.sub(" {2,}", " ", _NAMED.sub(meant, wish)), named
