"""Which language a message is written in, and whether it is one that is spoken here."""

from __future__ import annotations

import re
import unicodedata

from core.intent.cues import Asking, Cue
from core.intent.reading import read

_HAN = re.compile(r"[\u3400-\u9fff]")
# Chinese writes の as well (の alone makes nothing Japanese).
_KANA = re.compile(r"[\u3040-\u306d\u306f-\u30ff]")
_LATIN_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*", re.IGNORECASE)
_OURS = ("LATIN", "CJK", "BOPOMOFO", "IDEOGRAPHIC", "MODIFIER")
"""How the Unicode names of letters begin that English and Chinese are written with."""
_LEAST = 2
"""Letters; a single one is an ornament: ¯\\_(ツ)_/¯."""
_TELLING = {Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.CHANGE, Cue.MAKE}


def language_of(text: str, hint: str | None) -> str:
    """Return the language of a text, "en" or "zh", by its script; the hint's (BCP 47) where that does not tell.

    A Han character says about half as much as a word.
    """
    plain = unicodedata.normalize("NFKC", text)
    han = 0 if _KANA.search(plain) else len(_HAN.findall(plain))
    latin = len(_LATIN_WORD.findall(text))
    if han or latin:
        return "zh" if han * 2 >= latin else "en"
    return "zh" if (hint or "").lower().partition("-")[0].partition("_")[0] == "zh" else "en"


def is_foreign(text: str) -> bool:
    """Return whether a text is in a language that is not spoken here, as far as its script tells.

    It is not where its English or Chinese part is the greater one, or tells what is wanted: "lo-fi ビート".
    """
    plain = unicodedata.normalize("NFKC", text)
    foreign = [letter for letter in plain if unicodedata.category(letter)[0] == "L" and not _is_ours(letter)]
    if len(foreign) < _LEAST:
        return False
    # Between kana, Han characters are Japanese.
    japanese = bool(_KANA.search(plain))
    rest = "".join(it if _is_ours(it) and not (japanese and _HAN.match(it)) else " " for it in plain)
    if sum(map(str.isalpha, rest)) >= len(foreign):
        return False
    return not any(word.meaning in _TELLING or isinstance(word.meaning, Asking) for word in read(rest).words)


def _is_ours(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_OURS)
