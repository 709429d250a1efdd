"""How a message looks to the classifiers: one spelling of its characters, and counts of its short runs of letters."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 15
"""Columns of the hashed n-grams (the hashing trick: Weinberger et al., 2009)."""

_SHORTEST, _LONGEST = 2, 4
"""Characters of an n-gram within a word."""
_HEAD, _TAIL = 400, 200
"""Characters of a long message that are read: what is wanted stands at its beginning or at its end."""

_LONGEST_QUOTE = 300
"""Characters; without a limit, thousands of opening marks would each be followed to the end."""
QUOTED = re.compile(
    "|".join(
        f"{opening}[^{closing}]{{0,{_LONGEST_QUOTE}}}{end}"
        for opening, closing, end in (
            ('"', '"', '"'),
            ("“", "”", "”"),
            ("「", "」", "」"),
            ("『", "』", "』"),
            ("《", "》", "》"),
            ("«", "»", "»"),
            ("„", "“”", "[“”]"),
            (r"(?<!\w)'", "'", r"'(?!\w)"),
            ("‘", "’", "’"),
        )
    )
)
_WORD = re.compile(r"\w+|[?؟]")
_LENGTHENED = re.compile(r"([^\W\d]|[^\w\s?؟])\1{2,}")
"""Letters that are drawn out, "stooop", and rows of one sign or emoji."""
_DIGITS = re.compile(r"\d")


def plain(text: str) -> str:
    """Return a message in one width and case (NFKC), without what can't be seen and what stands in quotation marks."""
    text = _LENGTHENED.sub(r"\1", text)
    text = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]} {text[-_TAIL:]}"
    text = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return " ".join(QUOTED.sub('""', text.replace("\ufe0f", "")).casefold().split())


def ngram_counts(text: str) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return the columns that a plain text fills, and their values; the vector has length 1."""
    counts = Counter(zlib.crc32(gram.encode()) % BUCKETS for gram in _grams(text))
    columns = np.fromiter(counts, np.intp, len(counts))
    values = np.sqrt(np.fromiter(counts.values(), np.float64, len(counts)))
    return columns, (values / max(float(np.linalg.norm(values)), 1e-9)).astype(np.float32)


def _grams(text: str) -> Iterator[str]:
    words = _WORD.findall(_DIGITS.sub("0", text))
    for word in words:
        yield f"w{word}"
        edged = f"<{word}>"
        for size in range(_SHORTEST, _LONGEST + 1):
            for at in range(len(edged) - size + 1):
                yield edged[at : at + size]
    for pair in pairwise(words):
        yield "p" + " ".join(pair)
    # The first and the last word tell most about a question.
    if words:
        yield f"b{words[0]}"
        yield f"e{words[-1]}"
