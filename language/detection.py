"""In which language a message is written: by its script, and in Latin letters by the short runs of its letters."""

from __future__ import annotations

import re
import unicodedata
from operator import itemgetter

import numpy as np

from language.classifier import by_letters
from language.features import QUOTED, plain
from language.phrases import LANGUAGES, LATIN

_SCRIPTS = (
    ("ja", re.compile(r"[\u3041-\u306d\u306f-\u3096\u30a1-\u30fa]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]+")),
    ("hi", re.compile(r"[\u0900-\u0963\u0970-\u097f]+")),
    ("ar", re.compile(r"[\u0620-\u064a\u066e-\u06d3]+")),
)
"""Languages known by their script, and how a letter or a word of it is found. (の alone makes nothing Japanese: Chinese
shops have it on their signs too.)"""
_LATIN_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*")
_READ = ("LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "CYRILLIC", "DEVANAGARI", "ARABIC", "BOPOMOFO", "MODIFIER")
"""How the Unicode names of letters begin that the languages are written with."""
_IDEOGRAPHIC = "IDEOGRAPHIC"

_NAMES = re.compile(rf"{QUOTED.pattern}|\S+\.\w{{2,4}}\b")
"""Titles and names of files, which may be in another language than the message."""
_READ_CHARACTERS = 2000

_SURE, _SURE_OF_FEW, _FEW = 0.75, 0.9, 3
"""A language of this probability is taken against the hint; of up to three words it has to be surer."""
_HARDLY = 0.03
"""The hint's language is not taken where it has less than this probability."""
_ONE = 1
"""Words that change no language: "techno" is said in all of them."""
_LEAST = 2
"""Letters; a single one is an ornament: ¯\\_(ツ)_/¯."""


def language_of(text: str, hint: str | None) -> str:
    """Return the language of a text, one of `LANGUAGES`; the hint's (BCP 47) where its words don't tell."""
    hinted = (hint or "").lower().replace("_", "-").partition("-")[0]
    hinted = hinted if hinted in LANGUAGES else "en"
    seen = unicodedata.normalize("NFKC", _NAMES.sub(" ", text[:_READ_CHARACTERS]))
    said = {name: len(script.findall(seen)) for name, script in _SCRIPTS}
    if said["ja"] >= _LEAST:
        # Between kana, Han characters are Japanese.
        said["ja"] += said.pop("zh")
    else:
        del said["ja"]
    foremost = max(said.items(), key=itemgetter(1))[0]
    words = [word for word in _LATIN_WORD.findall(seen) if unicodedata.name(word[0], "").startswith("LATIN")]
    if said[foremost] * 2 >= max(len(words), 1):
        return foremost
    if not words or (len(words) <= _ONE and hint):
        return hinted
    shares = dict(zip(LATIN, np.exp(by_letters(plain(" ".join(words)))), strict=True))
    likeliest = max(LATIN, key=shares.__getitem__)
    sure = _SURE if len(words) > _FEW else _SURE_OF_FEW
    # Words about music are English in most languages: "calm piano".
    otherwise = hinted if hinted in LATIN else "en"
    hardly = len(words) > _FEW and shares[otherwise] < _HARDLY
    return likeliest if shares[likeliest] >= sure or hardly else otherwise


def is_foreign(text: str) -> bool:
    """Return whether most of a text is in a script that nobody here reads."""
    foreign = own = 0
    for letter in unicodedata.normalize("NFKC", text):
        if unicodedata.category(letter)[0] == "L":
            ours = unicodedata.name(letter, "").startswith((*_READ, _IDEOGRAPHIC))
            own, foreign = own + ours, foreign + (not ours)
    return foreign >= _LEAST and foreign > own
