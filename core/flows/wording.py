"""Facts as words: lengths, sizes, costs, changes, names of files."""

from __future__ import annotations

import math
import unicodedata

from core.commands import Action
from core.errors import RateLimited
from core.flows.context import Act, Request, Talk, Turn
from core.messages import Button
from core.nemo import entries
from core.nemo.model import Change, ChangeKind, Timeline

#: Ready-made edits that are offered as next steps.
AFTER_MUSIC = ("longer", "calmer", "livelier")
AFTER_EDIT = ("undo", "slower")
AFTER_NOTHING = ("slower", "calmer")

_LONGEST_WISH = 40
_LONGEST_NAME = 60
_LONGEST_NAME_BYTES = 200
_LONGEST_READ = 1000
_MEGABYTE = 1_000_000
USUAL_COST = 100
"""Credits for a piece, about (API: "100 are about one clip")."""


def lines(*parts: str) -> str:
    """Return the parts that say something, one below the other."""
    return "\n".join(filter(None, parts))


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


def amount(number: float) -> str:
    """Return a number of credits without needless decimals."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def rate_limited(talk: Talk, limited: RateLimited) -> str:
    """Return the sentence for a rate limit, with the time that the service asks for, where it said one."""
    if limited.retry_after is None:
        return talk.say("trouble.rate")
    minutes = max(1, math.ceil(limited.retry_after / 60))
    return talk.say("trouble.rate_after", count=minutes, minutes=minutes)


def change(talk: Talk, it: Change, *, made: bool = False) -> str:
    """Return what changed as one line, by name and time, before → after; `made`: music was asked for."""
    values = {
        "kind": talk.say(f"kind.{it.track.value.lower()}") if it.track else "",
        "name": it.name,
        "start": seconds(it.start),
        "end": seconds(it.end),
        "length": seconds(it.end - it.start),
        "before": _quantity(it.kind, it.before),
        "after": _quantity(it.kind, it.after),
    }
    key = f"change.{it.kind.value}"
    if it.kind is ChangeKind.LENGTH and it.track is None:
        key = "change.whole_length"
    if it.kind is ChangeKind.NEW_PIECE and not made:
        # "Undo" brings back a piece that is another one, but not a new one.
        key = "change.other_piece"
    return talk.say(key, **values)


def _quantity(kind: ChangeKind, value: str | float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    return f"{round(value * 100)}%" if kind is ChangeKind.VOLUME else f"{seconds(value)} s"


def listed(talk: Talk, timeline: Timeline) -> str:
    """Return the timeline as a list in the person's language, in English in the documented form."""
    kind = str if talk.language == "en" else lambda one: talk.say(f"kind.{one.value.lower()}")
    found = entries(timeline, kind)
    seeds = [it.seed for track in timeline.tracks for it in track.segments if it.seed is not None]
    again = talk.say("status.seed", seed=seeds[0]) if seeds else ""
    return lines(talk.say("status.timeline", count=len(found), entries=" ".join(found)), again)


def wish(talk: Talk, request: Request) -> str:
    """Return how a request is named where it is spoken of later: its words or its file, 40 letters at most."""
    said = request.text or next((it.name for it in request.attachments), "")
    words = " ".join(said[:_LONGEST_READ].split())
    if not words:
        return talk.say("wish.nameless")
    if len(words) > _LONGEST_WISH:
        head, _, _ = words[:_LONGEST_WISH].rpartition(" ")
        words = f"{head if len(head) > _LONGEST_WISH // 2 else words[: _LONGEST_WISH - 1]}…"
    return f"“{words}”"


def slug(wish: str) -> str:
    """Return a safe name made from a wish: letters and digits of any script, words joined by "-", 60 at most."""
    plain = unicodedata.normalize("NFC", wish[:_LONGEST_READ]).lower()
    for letter in set(plain):
        if unicodedata.category(letter)[0] not in "LNM":
            plain = plain.replace(letter, " ")
    name = "-".join(plain.split())
    if len(name) > _LONGEST_NAME:
        head, _, _ = name[: _LONGEST_NAME + 1].rpartition("-")
        name = head if len(head) > _LONGEST_NAME // 2 else name[:_LONGEST_NAME]
    while len(name.encode()) > _LONGEST_NAME_BYTES:
        name = name[:-1]
    return name


def cost_line(turn: Turn, cost: float | None) -> str:
    """Return the sentence about the measured cost, "" where it is not known, or where nothing is ever billed."""
    talk = turn.talk
    if cost is None or turn.services.nemo.backend.free_to_use:
        return ""
    if cost == 0:
        return talk.say("cost.nothing")
    return talk.say("cost.some", count=1 if cost == 1 else 2, amount=amount(cost))


def expected_cost(turn: Turn, count: int) -> str:
    """Return what so many pieces may cost, "" where nothing is ever billed."""
    if turn.services.nemo.backend.free_to_use:
        return ""
    return turn.talk.say("several.cost", amount=amount(count * USUAL_COST))


def offer(turn: Turn, job_id: str | None) -> tuple[str, tuple[Button, ...]]:
    """Return the sentence and the button by which the other backend makes this music, empty where that can't be."""
    if job_id is None or turn.services.other is None or turn.request.backend or turn.request.action is not Action.MUSIC:
        return "", ()
    return turn.talk.say("answer.offer_fallback"), (turn.talk.button(Act.FALLBACK, job_id),)
