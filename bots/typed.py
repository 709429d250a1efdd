"""Commands typed as text: `/music upbeat`, `/credits@name_of_the_bot`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from core.commands import TYPED, Action

_TYPED = re.compile(r"/(?P<word>[A-Za-z0-9_]{1,32})(?:@(?P<addressee>\w+))?(?:\s+(?P<text>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text says: a command with what stands behind it, or the text alone.

    `unknown` is set where the text looks like a command that does not exist. `addressee` is the bot's name
    behind "@", in lower case.
    """

    text: str
    command: Action | None = None
    unknown: bool = False
    addressee: str | None = None


def nearest_command(word: str) -> Action | None:
    """Return the command that a mistyped one ("/exprot") may mean, None where none is near."""
    near = get_close_matches(word.lstrip("/").split("@")[0].lower(), TYPED, n=1, cutoff=0.6)
    return Action(near[0]) if near else None


def read_typed(text: str) -> Typed:
    """Read a message's text."""
    text = text.strip()
    match = _TYPED.fullmatch(text)
    if match is None:
        return Typed(text)
    addressee = match["addressee"]
    addressee = addressee.lower() if addressee else None
    word = match["word"].lower()
    if word not in TYPED:
        return Typed(text, unknown=True, addressee=addressee)
    return Typed((match["text"] or "").strip(), Action(word), addressee=addressee)
