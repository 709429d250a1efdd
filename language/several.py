"""Several things in one message: "two versions, one calm and one wild", "a 15 s and a 30 s version".

The words for it stand in each language's `several.toml`: forms between bars, numbers and ordinals in their order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from language.features import QUOTED
from language.phrases import table

_HIDDEN = 0xE000
"""The first character of private use: they stand for what is quoted."""
_MOST_COUNTED = 20
"""A larger number counts no versions: "80 pop songs"."""
_END = re.compile(r"[;\n。；]|\.(?=\s|$)|[,，、،](?!\d)")
_EDGES = " \t\n,.;:!?，。；：、،؛।-–—&+"
_LETTERS = r"A-Za-z\d\u00c0-\u024f\u0400-\u052f\u0620-\u06d3\u0900-\u097f"
"""Of scripts with spaces between words; in the others a form may stand anywhere."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of several: what is said of it, and the file that it is about, from 0; None where none is named."""

    text: str
    file: int | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    takes: re.Pattern[str]
    counts: tuple[tuple[str, ...], ...]
    each: re.Pattern[str]
    lengths: re.Pattern[str]
    named_take: re.Pattern[str]
    ordinals: re.Pattern[str]
    order: tuple[tuple[str, ...], ...]
    joint: re.Pattern[str]
    of: re.Pattern[str]
    not_after: re.Pattern[str]
    named_file: re.Pattern[str]


def several(text: str, language: str, files: int = 0, *, given: bool = True) -> tuple[Part, ...]:
    """Return the things that a wish for music asks for, in the person's own words; empty where it is one.

    `files` are at hand: only then does "the first" mean one; where they were not `given` with the wish, only "the first
    video" does. What stands in quotation marks says nothing.
    """
    quotes: list[str] = []

    def hide(found: re.Match[str]) -> str:
        quotes.append(found[0])
        return chr(_HIDDEN + len(quotes) - 1)

    hidden = QUOTED.sub(hide, unicodedata.normalize("NFKC", text))
    words = _words(language)
    parts = _by_file(hidden, words, files, given=given) or _by_length(hidden, words) or _by_count(hidden, words)
    shown = str.maketrans({_HIDDEN + place: quote for place, quote in enumerate(quotes)})
    return tuple(replace(part, text=part.text.translate(shown)) for part in parts)


def _by_file(text: str, words: _Words, files: int, *, given: bool) -> tuple[Part, ...]:
    """Return what is to be done with each of the files that are named by their number."""
    found = [it for it in words.ordinals.finditer(text) if given or words.named_file.match(text, it.end())]
    places = [_place(match[1], words.order) for match in found]
    if len(set(places)) < 2 or max(places) >= files:
        return ()
    parts: list[Part] = []
    begin, tail = 0, len(text)
    for index, match in enumerate(found):
        limit = found[index + 1].start() if index + 1 < len(found) else len(text)
        ends = [_END.search(text, match.end(), limit)]
        if index + 1 < len(found):
            ends.append(words.joint.search(text, match.end(), limit))
        tail = min((cut.start() for cut in ends if cut), default=limit)
        parts.append(Part(_tidy(text[begin:tail], words), places[index]))
        begin = tail
    shared = _tidy(text[tail:], words)
    whole = [Part(f"{part.text}, {shared}" if shared else part.text, part.file) for part in parts]
    bare = [_tidy(words.ordinals.sub(" ", part.text), words) for part in parts]
    return tuple(whole) if all(bare) else ()


def _by_length(text: str, words: _Words) -> tuple[Part, ...]:
    """Return the wish once for each of the lengths that stand in a row beside a word for versions."""
    match = words.lengths.search(text)
    if match is None or not words.named_take.search(text):
        return ()
    unit = re.sub(r"[\d\s.,:-]", "", match["last"])
    lengths = [found[0].strip() for found in re.finditer(r"\d+(?:[.,]\d+)?\s*-?\s*(?:[^\W\d_]+|[\"'])?", match[0])]
    numbers = [re.match(r"\d+(?:[.,]\d+)?", length) for length in lengths]
    head, tail = text[: match.start()], text[match.end() :]
    return tuple(Part(f"{head}{number[0]} {unit}{tail}".strip()) for number in numbers if number)


def _by_count(text: str, words: _Words) -> tuple[Part, ...]:
    """Return the wish as often as it says, with what it says of each one."""
    match = words.takes.search(text)
    if match is None:
        return ()
    said = match["count"].casefold()
    count = int(said) if said.isdigit() else _place(said, words.counts) + 2
    if count > _MOST_COUNTED or words.not_after.search(text[: match.start()].rstrip()):
        return ()
    rest = f"{text[: match.start()]} {match['between']} {text[match.end() :]}"
    places = [found.span() for found in words.each.finditer(rest)]
    if count < 2:
        return ()
    if len(places) < 2:
        alike = _tidy(rest, words)
        return (Part(alike),) * count if alike else ()
    shared = _tidy(rest[: places[0][0]], words)
    ends = [*(start for start, _ in places[1:]), len(rest)]
    own = [rest[span[1] : end] for span, end in zip(places, ends, strict=True)]
    # "…, one calm and one wild, 20 seconds": what follows the last one holds for all.
    own[-1], *tail = _END.split(own[-1].rstrip(_EDGES), maxsplit=1)
    tidy = [_tidy(one, words) for one in own]
    if not all(tidy):
        return ()
    return tuple(Part(", ".join(filter(None, (shared, one, *map(str.strip, tail))))) for one in tidy)


def _tidy(text: str, words: _Words) -> str:
    """Return a part of a sentence without what joined it to the others."""
    before, text = "", re.sub(r" +(?=[,.;])", "", " ".join(text.split()))
    while before != text:
        before, text = text, text.strip(_EDGES)
        if joint := words.joint.match(text) or words.of.match(text):
            text = text[joint.end() :]
        for joint in list(words.joint.finditer(text))[-1:]:
            text = text[: joint.start()] if joint.end() == len(text) else text
    return text


def _place(said: str, order: Sequence[Sequence[str]]) -> int:
    said = said.casefold()
    return next(place for place, forms in enumerate(order) if said in forms)


@cache
def _words(language: str) -> _Words:
    data = table(language, "several.toml")
    numbers = tuple(tuple(one.split("|")) for one in data["numbers"].casefold().split())
    ordinals = tuple(tuple(one.replace("_", " ").split("|")) for one in data["ordinals"].casefold().split())
    count = rf"\d{{1,2}}|{_any(form for forms in numbers for form in forms)}"
    takes, joint, unit = (_forms(data[name]) for name in ("takes", "and", "units"))
    near = rf"(?!\s*(?:{unit})(?![^\W\d_]))\s*(?P<between>(?:[^\W\d_]+\s+){{0,2}}?)"
    # Possessive, since commas both part numbers and list them: else a long list has countless readings.
    number = rf"\d++(?:\.\d++)?+\s*+-?\s*+(?:{unit})?+-?"
    article = rf"(?:(?:{_forms(data['articles'])})\s+)*" if data["articles"] else ""
    after = rf"(?!\s*(?:{_forms(data['parts'])}))"
    return _Words(
        takes=_whole(
            rf"(?P<count>{count})(?![a-z])(?:\s*(?:{_forms(data['counters'])}))?{near}(?:{takes})(?:\s+(?:{_forms(data['of'])})\b)?"
        ),
        counts=numbers,
        each=_whole(_forms(data["each"])),
        lengths=_whole(
            rf"{number}(?:\s*+(?:,|、|/|\+|&|{joint})\s*+{article}{number}){{0,6}}?\s*+(?:/|\+|&|{joint})\s*+{article}"
            rf"(?P<last>\d++(?:\.\d++)?+\s*+-?\s*+(?:{unit}))"
        ),
        named_take=_whole(rf"{takes}|{_forms(data['take'])}"),
        ordinals=_whole(rf"(?<!\d )(?<!\d-)({_any(form for forms in ordinals for form in forms)}){after}"),
        order=ordinals,
        joint=_whole(joint),
        of=_whole(_forms(data["of"])),
        not_after=re.compile(rf"(?:^|\W)(?:{_forms(data['not_after'])})$", re.IGNORECASE),
        named_file=re.compile(rf"\s*(?:{_forms(data['files'])})", re.IGNORECASE),
    )


def _forms(listed: str) -> str:
    return _any(form.replace("_", " ") for form in listed.casefold().split())


def _any(forms: Iterable[str]) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))


def _whole(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of whole words; where words touch one another they stand anywhere."""
    return re.compile(f"(?<![{_LETTERS}])(?:{pattern})(?![{_LETTERS}])", re.IGNORECASE)
