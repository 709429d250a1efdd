"""Several things in one message: "two versions, one calm and one wild", "a 15 s and a 30 s version".

The words for it stand in each language's `several.toml`: forms between bars, numbers and ordinals in their order.
"""

from __future__ import annotations

import re
import unicodedata
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
    counts: dict[str, int]
    each: re.Pattern[str]
    lengths: re.Pattern[str]
    named_take: re.Pattern[str]
    ordinals: re.Pattern[str]
    order: dict[str, int]
    joint: re.Pattern[str]
    of: re.Pattern[str]
    not_after: re.Pattern[str]
    named_file: re.Pattern[str]


def several(text: str, language: str, files: int = 0, *, given: bool = True) -> tuple[Part, ...]:
    """Return the things that a wish for music asks for, in the person's own words; empty where it is one.

    `files` are at hand: only then does "the first" mean one; where they were not `given` with the wish, only "the first
    video" does. What stands in quotation marks says nothing.
    """
    text = unicodedata.normalize("NFKC", text)
    if files < 2 and not _takes(language).search(text):
        return ()
    quotes: list[str] = []

    def hide(found: re.Match[str]) -> str:
        quotes.append(found[0])
        return chr(_HIDDEN + len(quotes) - 1)

    hidden = QUOTED.sub(hide, text)
    words = _words(language)
    parts = _by_file(hidden, words, files, given=given) or _by_length(hidden, words) or _by_count(hidden, words)
    shown = str.maketrans({_HIDDEN + place: quote for place, quote in enumerate(quotes)})
    return tuple(replace(part, text=part.text.translate(shown)) for part in parts)


def _by_file(text: str, words: _Words, files: int, *, given: bool) -> tuple[Part, ...]:
    """Return what is to be done with each of the files that are named by their number."""
    found = [it for it in words.ordinals.finditer(text) if given or words.named_file.match(text, it.end())]
    places = [words.order[match[1].casefold()] for match in found]
    if len(set(places)) < 2 or max(places) >= files:
        return ()
    parts: list[Part] = []
    begin = tail = 0
    limits = [*(match.start() for match in found[1:]), len(text)]
    for match, place, limit in zip(found, places, limits, strict=True):
        ends = [_END.search(text, match.end(), limit)]
        if limit < len(text):
            ends.append(words.joint.search(text, match.end(), limit))
        tail = min((cut.start() for cut in ends if cut), default=limit)
        parts.append(Part(_tidy(text[begin:tail], words), place))
        begin = tail
    if not all(_tidy(words.ordinals.sub(" ", part.text), words) for part in parts):
        return ()
    shared = _tidy(text[tail:], words)
    return tuple(replace(part, text=f"{part.text}, {shared}") for part in parts) if shared else tuple(parts)


def _by_length(text: str, words: _Words) -> tuple[Part, ...]:
    """Return the wish once for each of the lengths that stand in a row beside a word for versions."""
    match = words.lengths.search(text)
    if match is None or not words.named_take.search(text):
        return ()
    unit = re.sub(r"[\d\s.,:-]", "", match["last"])
    head, tail = text[: match.start()], text[match.end() :]
    return tuple(Part(f"{head}{number} {unit}{tail}".strip()) for number in re.findall(r"\d+(?:[.,]\d+)?", match[0]))


def _by_count(text: str, words: _Words) -> tuple[Part, ...]:
    """Return the wish as often as it says, with what it says of each one."""
    match = words.takes.search(text)
    if match is None:
        return ()
    said = match["count"].casefold()
    count = int(said) if said.isdigit() else words.counts[said] + 2
    if not 2 <= count <= _MOST_COUNTED or words.not_after.search(text[: match.start()].rstrip()):
        return ()
    rest = f"{text[: match.start()]} {match['between']} {text[match.end() :]}"
    places = [found.span() for found in words.each.finditer(rest)]
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


@cache
def _takes(language: str) -> re.Pattern[str]:
    """Match the words for versions wherever they stand: without one, and without two files, a wish is for one thing."""
    data = table(language, "several.toml")
    return re.compile(_forms(f"{data['takes']} {data['take']}"), re.IGNORECASE)


@cache
def _words(language: str) -> _Words:
    data = table(language, "several.toml")
    count = rf"\d{{1,2}}|{_forms(data['numbers'])}"
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
        counts=_places(data["numbers"]),
        each=_whole(_forms(data["each"])),
        lengths=_whole(
            rf"{number}(?:\s*+(?:,|、|/|\+|&|{joint})\s*+{article}{number}){{0,6}}?\s*+(?:/|\+|&|{joint})\s*+{article}"
            rf"(?P<last>\d++(?:\.\d++)?+\s*+-?\s*+(?:{unit}))"
        ),
        named_take=_whole(_takes(language).pattern),
        ordinals=_whole(rf"(?<!\d )(?<!\d-)({_forms(data['ordinals'])}){after}"),
        order=_places(data["ordinals"]),
        joint=_whole(joint),
        of=_whole(_forms(data["of"])),
        not_after=re.compile(rf"(?:^|\W)(?:{_forms(data['not_after'])})$", re.IGNORECASE),
        named_file=re.compile(rf"\s*(?:{_forms(data['files'])})", re.IGNORECASE),
    )


def _places(listed: str) -> dict[str, int]:
    """Return forms by the place of what they stand for."""
    things = enumerate(listed.casefold().split())
    return {form.replace("_", " "): place for place, forms in things for form in forms.split("|")}


def _forms(listed: str) -> str:
    forms = listed.casefold().replace("|", " ").split()
    return "|".join(map(re.escape, sorted(forms, key=len, reverse=True))).replace("_", " ")


def _whole(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of whole words; where words touch one another they stand anywhere."""
    return re.compile(f"(?<![{_LETTERS}])(?:{pattern})(?![{_LETTERS}])", re.IGNORECASE)
