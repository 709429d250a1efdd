"""Says a message word by word in English, the language in which rules are written.

Each language lists in its `gloss.toml` what its words and phrases mean. A line is `english = form form`; in a form, `_`
stands for a space and a final `*` for any ending ("барабан*"). The longest form that fits is taken. What is not listed
stays as it is, and so does what stands in quotation marks; names within a sentence are known by their capital letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from language.features import QUOTED
from language.phrases import LANGUAGES, table

GLOSSED = frozenset(LANGUAGES) - {"en", "zh"}
"""Languages whose messages are said in English first; English and Chinese have rules of their own."""

ENCODER_KNOWS_NOT = frozenset({"hi"})
"""Languages that the sentence encoder reads in English words."""

_CAPITALS_SAY_NOTHING = {"de"}
_VERB_LAST = {"hi", "ja", "ko"}
"""Languages that end a clause with what is to be done; in English it comes first."""
_VERBS = {"add", "make", "put", "remove", "replace"}
_PLEASE = "I want"
_CLAUSE = re.compile(r"(?:[^,.;!?、。，！？।]|(?<=\d)[.,](?=\d))+")
_UNSPACED = {"ja"}
"""Languages that put no spaces between words: a form fits anywhere."""

_WITH_UNIT = re.compile(
    r"(?<![\w.])(\d{1,6}(?:[.,]\d{1,3})?)(?=[^\W\d_])(?!(?:s|bpm|k|p|x|fps|hz|st|nd|rd|th)(?![^\W\d_]))", re.IGNORECASE
)
_MARK = r"\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u064b-\u065f"
"""Signs that belong to a letter and are no letters to `\\w`."""


def gloss(text: str, language: str) -> str:
    """Return a message of one of `GLOSSED` in English words, as far as they are listed; others as they are."""
    if language not in GLOSSED:
        return text
    said: list[str] = []
    at = 0
    for kept in QUOTED.finditer(text):
        said += [_glossed(text[at : kept.start()], language), kept[0]]
        at = kept.end()
    said.append(_glossed(text[at:], language))
    english = " ".join("".join(said).split())
    return _CLAUSE.sub(_verb_first, english).strip() if language in _VERB_LAST else english


def for_encoder(text: str, language: str) -> str:
    """Return a text in words that the sentence encoder knows."""
    return gloss(text, language) if language in ENCODER_KNOWS_NOT else text


def _spaced(text: str) -> str:
    """Return a text in which a number stands apart from its unit: "6초", "6sek"."""
    return _WITH_UNIT.sub(r"\1 ", text)


def _verb_first(clause: re.Match[str]) -> str:
    """Return "remove drums" for "drums remove"."""
    words = clause[0].split()
    verbs = [word for word in words if word in _VERBS]
    if verbs:
        # What asks for a favour behind a verb is no wish of its own.
        words = clause[0].replace(_PLEASE, " ").split()
    return " ".join(["", *verbs, *(word for word in words if word not in _VERBS), ""])


def _glossed(text: str, language: str) -> str:
    text = _spaced(unicodedata.normalize("NFKC", text))
    pattern, english, stems = _glossary(language)

    def one(found: re.Match[str]) -> str:
        is_name = found.start() > 0 and found[0][:1].isupper() and text[: found.start()].rstrip()[-1:].isalnum()
        if is_name and language not in _CAPITALS_SAY_NOTHING:
            return found[0]
        form = " ".join(found[0].casefold().split())
        said = english[form] if form in english else next(said for stem, said in stems if form.startswith(stem))
        return f" {said} "

    return pattern.sub(one, text)


def listed(language: str) -> Iterator[tuple[str, str]]:
    """Yield every form of a language's glossary, in lower case, and its English."""
    for line in table(language, "gloss.toml")["words"].strip().splitlines():
        english, _, forms = line.partition(" = ")
        for form in forms.split():
            yield _spaced(unicodedata.normalize("NFKC", form.replace("_", " "))).casefold(), english.strip()


@cache
def _glossary(language: str) -> tuple[re.Pattern[str], Mapping[str, str], tuple[tuple[str, str], ...]]:
    """Return what finds the forms of a language, their English, and that of the beginnings of words."""
    english = dict(listed(language))
    ordered = sorted(english, key=len, reverse=True)
    border = "" if language in _UNSPACED else rf"[\w{_MARK}]"
    patterns = _by_first_letter(ordered, border)
    before, after = (rf"(?<!{border})", rf"(?!{border})") if border else ("", "")
    stems = tuple((form[:-1], english[form]) for form in ordered if form.endswith("*"))
    return re.compile(rf"{before}(?:{patterns}){after}", re.IGNORECASE), english, stems


def _by_first_letter(forms: list[str], border: str) -> str:
    """Return the alternatives for each first letter: of thousands of forms, a word is compared with a few."""
    letters: dict[str, list[str]] = defaultdict(list)
    for form in forms:
        letters[form[0]].append(form)
    return "|".join(
        f"{re.escape(letter)}(?:{'|'.join(_pattern(form[1:], border) for form in same)})"
        for letter, same in letters.items()
    )


def _pattern(form: str, border: str) -> str:
    ending = f"{border}*" if form.endswith("*") and border else ""
    return re.escape(form.rstrip("*")).replace(r"\ ", r"\s+") + ending
