"""Edits of the music, until the composer does them itself."""

from __future__ import annotations

import re
from dataclasses import replace

from studio.compose.understand import clamp_length
from studio.model import Brief, Role


def wants_new_piece(message: str) -> bool:
    """Whether a message wants other music instead of a change."""
    return bool(re.search(r"\b(new|another|generate|compose|create|different)\b|新的|另一", message, re.I))


def revise(brief: Brief, message: str) -> Brief:
    """Return the changed brief."""
    text = message.lower()
    bpm = brief.bpm or 100.0
    if "slower" in text:
        brief = replace(brief, bpm=round(bpm * 0.85))
    if "faster" in text:
        brief = replace(brief, bpm=round(bpm * 1.15))
    if "longer" in text:
        brief = replace(brief, seconds=clamp_length(brief.seconds * 1.5))
    if "no drums" in text:
        brief = replace(brief, without=brief.without | {Role.DRUMS, Role.PERCUSSION})
    return brief
