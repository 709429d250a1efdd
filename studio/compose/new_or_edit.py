"""Decides whether a message asks for a new piece or for an edit of the existing one."""

from __future__ import annotations

from language.patterns import pattern
from studio.compose.instrument_parser import parse_players
from studio.compose.lexicon import find
from studio.compose.text_parser import find_shape, normalize_text, without_shape
from studio.compose.title_parser import find_title

_NEW = pattern("new_or_edit.new")
_MAKE = pattern("new_or_edit.make")
_THING = pattern("new_or_edit.thing")
_MUSIC = pattern("new_or_edit.music")
_BACK = pattern("new_or_edit.back")
"""Words that refer to the existing piece."""
_UNDER = pattern("new_or_edit.under")
"""Words that refer to the picture that the music accompanies, not to the music."""
_CHANGE = pattern("new_or_edit.change")


_ANOTHER = pattern("new_or_edit.another")


def wants_another(wish: str) -> bool:
    """Return whether a message asks for another piece of the kind that is there, and says nothing else of it."""
    text = normalize_text(wish).lower()
    return bool(_ANOTHER.search(text)) and not find(_ANOTHER.sub(" ", text))


def wants_new_piece(wish: str) -> bool:
    """Return whether a message asks for another piece ("something sad with piano, 20s"), not for an edit.

    A message that names a thing to make, or describes music without referring to a change or to the existing piece,
    asks for a new one; "make it sadder", "no drums" and "45 seconds" are edits. A message without music asks for none.
    """
    titled = find_title(normalize_text(wish))
    text = titled.rest.lower()
    if _NEW.search(text):
        return True
    if _BACK.search(_UNDER.sub(" ", text)):
        return False
    # A format or a platform alone says nothing about music: "portrait for TikTok", "give me a vertical version".
    shaped = find_shape(text) is not None
    plain = without_shape(text)
    players = parse_players(plain)
    described = bool(find(players.rest)) or bool(players.wished and not players.solo)
    if shaped and not described and not _MUSIC.search(plain):
        return False
    if _MAKE.search(text) or _THING.search(text):
        return True
    return described and not _CHANGE.search(text)
