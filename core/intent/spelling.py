"""The usual spelling of what is written in another way: chat spellings, slips of the finger, Chinese variants."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

_LENGTHENED = re.compile(r"(\w)\1{2,}")
_TURNED, _DROPPED = 4, 6
"""Letters from which on a word is known with two letters turned round, and with one letter left out."""


def plain(text: str) -> str:
    """Return a text in one width and case (NFKC), without what cannot be seen: joiners, marks of direction."""
    seen = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return seen.replace("’", "'").replace("\ufe0f", "").casefold()


def pairs(table: str) -> dict[str, str]:
    """Return other spelling → usual spelling from "u = you, r = are"."""
    split = [entry.partition("=") for entry in table.replace("\n", " ").split(",")]
    return {other.strip(): usual.strip() for other, _, usual in split}


def slips(keywords: Iterable[str], known: Collection[str]) -> Mapping[str, str]:
    """Return misspelling → keyword; one that is a word of its own, or could be of two keywords, is left out."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for keyword in keywords:
        for slip in _slips_of(keyword):
            if found.setdefault(slip, keyword) != keyword:
                doubtful.add(slip)
    return {slip: word for slip, word in found.items() if slip not in doubtful and slip not in known}


def _slips_of(word: str) -> set[str]:
    turned = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    # The letters at both ends are seldom left out, and "credit", "points" would be taken for each other.
    dropped = {word[:at] + word[at + 1 :] for at in range(1, len(word) - 1)}
    return (turned if len(word) >= _TURNED else set()) | (dropped if len(word) >= _DROPPED else set())


def shortened(word: str, known: Collection[str]) -> str:
    """Return a word without the letters that only lengthen it: "stooop" is "stop", "pleeease" is "please"."""
    if word in known or not _LENGTHENED.search(word):
        return word
    once = _LENGTHENED.sub(r"\1", word)
    return once if once in known else _LENGTHENED.sub(r"\1\1", word)
