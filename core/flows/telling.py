"""Facts as words: lengths, sizes, changes, names of files."""

from __future__ import annotations

import unicodedata

from core.flows.turn import Talk
from core.nemo.model import Change, ChangeKind

_LONGEST_NAME = 60
_MEGABYTE = 1_000_000


def seconds(value: float) -> str:
    """Return e.g. "20" or "7.5": seconds with one decimal where it says something."""
    return f"{value:.1f}".removesuffix(".0")


def clock(value: float) -> str:
    """Return e.g. "0:20" or "12:05"."""
    whole = round(value)
    return f"{whole // 60}:{whole % 60:02d}"


def megabytes(size: int) -> str:
    """Return e.g. "3.1 MB"."""
    return f"{max(size / _MEGABYTE, 0.1):.1f} MB"


def amount(credits: float) -> str:
    """Return a number of credits without needless decimals."""
    return f"{credits:.2f}".rstrip("0").rstrip(".")


def change(talk: Talk, it: Change) -> str:
    """Return what changed as one line, by name and time, before → after."""
    values = {
        "kind": talk.say(f"kind.{it.track.value.lower()}") if it.track else "",
        "name": it.name,
        "start": seconds(it.start),
        "end": seconds(it.end),
        "before": _quantity(it.kind, it.before),
        "after": _quantity(it.kind, it.after),
    }
    key = f"change.{it.kind.value}"
    if it.kind is ChangeKind.LENGTH and it.track is None:
        key = "change.whole_length"
    return talk.say(key, **values)


def _quantity(kind: ChangeKind, value: str | float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    return f"{round(value * 100)}%" if kind is ChangeKind.VOLUME else f"{seconds(value)} s"


def file_name(wish: str, suffix: str) -> str:
    """Return a safe file name made from a wish: letters and digits of any script, words joined by "-", 60 at most."""
    plain = unicodedata.normalize("NFC", wish).lower()
    kept = "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in plain)
    name = "-".join(kept.split())
    while len(name) > _LONGEST_NAME - len(suffix) - 1 or len(name.encode()) > 200:
        cut = name[: min(len(name) - 1, _LONGEST_NAME - len(suffix) - 1)]
        name = cut.rpartition("-")[0] if "-" in cut[10:] else cut
    return f"{name or 'music'}.{suffix}"
