"""Parses the instruments in a wish: which play, are left out, play alone or come back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import TypeAdapter

from language.patterns import pattern, words
from studio.compose.lexicon import load_toml, once, pattern_of
from studio.compose.text_parser import cut
from studio.domain import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentNames:
    """The words for an instrument or a group of instruments."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    roles: frozenset[Role] = frozenset()
    """The roles of a group."""
    style: str | None = None
    """The style that an instrument suggests."""
    weight: float = 0.0
    """How strongly it suggests the style."""


_TABLES = TypeAdapter(dict[str, dict[str, InstrumentNames]]).validate_python(load_toml("players.toml"))
INSTRUMENT_NAMES = _TABLES["instrument"]
"""The words for each name in `studio.instruments.INSTRUMENTS`."""
_GROUPS = _TABLES["group"]
_NAME_OF = {word: name for name, called in INSTRUMENT_NAMES.items() for word in (*called.en, *called.zh)}
_GROUP_OF = {word: name for name, called in _GROUPS.items() for word in (*called.en, *called.zh)}

_ITEM = pattern_of([*_NAME_OF, *_GROUP_OF])
_ITEMS = re.compile(_ITEM)
# Possessive white space: with two ways to match each gap, a long list without a match would take ages.
_FILLER = rf"\s*+(?:{words('players.filler')}\s*+){{0,3}}"
_JOIN = rf"\s*+{words('players.join')}{{1,3}}\s*+(?:{words('players.joined')}\s++)?"
_LIST = rf"{_FILLER}(?:{_ITEM}){words('players.part')}(?:{_JOIN}{_FILLER}(?:{_ITEM})){{0,7}}"
_NOT = re.compile(
    rf"{words('players.away')}(?P<list>{_LIST})|{words('players.taken', LIST=_LIST)}|{words('players.drumless')}"
)
_ONLY = re.compile(rf"{words('players.alone')}(?P<list>{_LIST})|(?P<list2>{_LIST}){words('players.by_itself')}")
_BACK = re.compile(
    rf"{words('players.return')}(?P<list>{_LIST})|(?P<list2>{_LIST}){words('players.is_back')}"
    rf"|{words('players.brought', LIST=_LIST)}"
)
_SWAP = pattern("players.swap", LIST=_LIST)
_STANDING_FOR = {"drums": "standard kit", "bass": "finger bass", "chords": "grand piano", "pads": "warm pad"}
"""Who plays for a group that takes somebody's place."""
_GUARDED = pattern("players.guarded")
"""Genres whose names contain instruments."""


@dataclass(frozen=True, slots=True)
class Players:
    """The instruments that a wish names, as names in `INSTRUMENTS`, and roles."""

    wished: tuple[str, ...]
    solo: bool
    """Whether only these play."""
    excluded: tuple[str, ...]
    without: frozenset[Role]
    """Roles that are left out."""
    back: frozenset[Role]
    """Roles that come back."""
    returned: tuple[str, ...]
    """Instruments that come back."""
    swaps: tuple[tuple[str, str], ...]
    """Pairs of an instrument or a role and the instrument that shall play instead; both are among the others too."""
    vocals_refused: bool
    """Whether singing is explicitly not wanted."""
    rest: str
    """The text without these words."""

    @property
    def anything(self) -> bool:
        """Whether the text names any instrument or role."""
        return bool(self.wished or self.excluded or self.without or self.back or self.returned or self.swaps)


@once
def parse_players(text: str) -> Players:
    """Parse a lower-case text for instruments that shall play, shall not play, or shall come back."""
    genres: list[str] = []

    def hide(match: re.Match[str]) -> str:
        genres.append(match[0])
        return "\x00"

    text = _GUARDED.sub(hide, text)
    swaps, text = _swapped(text)
    returned: list[str] = []
    groups: list[str] = []
    match = _BACK.search(text)
    if match is not None:
        returned, groups = _members(_listed(match))
        text = cut(text, match)
    excluded, without, refused, text = _left_out(text)
    wished, without_only, solo, text = _asked_for(text)
    excluded += [old for old, _ in swaps if old in _NAME_OF.values() and old not in excluded]
    wished += [new for _, new in swaps if new not in wished]
    return Players(
        tuple(name for name in wished if name not in excluded)[:4],
        solo,
        tuple(excluded),
        without | without_only,
        _roles(groups),
        tuple(returned),
        swaps,
        refused,
        re.sub("\x00", lambda _: genres.pop(0), text),
    )


def _swapped(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return who is to play instead of whom, and the text without that."""
    pairs: list[tuple[str, str]] = []
    while match := _SWAP.search(text):
        names, groups = _members(_listed(match))
        new_names, new_groups = _members(_listed(match, "into"))
        new = [*new_names, *(_STANDING_FOR[group] for group in new_groups if group in _STANDING_FOR)]
        old = [*names, *sorted(_roles(groups))]
        if not (old and new):
            break
        taken = [(one, new[min(at, len(new) - 1)]) for at, one in enumerate(old)]
        pairs += [pair for pair in taken if pair[0] != pair[1]]
        text = cut(text, match)
    return tuple(pairs), text


def _left_out(text: str) -> tuple[list[str], frozenset[Role], bool, str]:
    """Return the instruments and roles left out, whether singing is refused, and the text without them."""
    excluded: list[str] = []
    groups: list[str] = []
    for match in _NOT.finditer(text):
        names, found = _members(_listed(match))
        excluded += [name for name in names if name not in excluded]
        groups += [*found, "drums"] if match["drumless"] else found
    return excluded, _roles(groups), "vocals" in groups, _NOT.sub(" ", text)


def _asked_for(text: str) -> tuple[list[str], frozenset[Role], bool, str]:
    """Return the instruments asked for, the roles that "only …" leaves out, whether they play alone, and the rest."""
    only = _ONLY.search(text)
    if only is None:
        return _members(text)[0], frozenset(), False, text
    names, groups = _members(_listed(only))
    roles = _roles(groups)
    if names:
        return [*names, *(["standard kit"] if "drums" in groups else [])], frozenset(), True, cut(text, only)
    if roles:
        return [], frozenset(Role) - roles, False, cut(text, only)
    return _members(text)[0], frozenset(), False, text


def _members(text: str) -> tuple[list[str], list[str]]:
    """Return the instruments and the groups that a text names, in order, once each."""
    names: list[str] = []
    groups: list[str] = []
    for match in _ITEMS.finditer(text):
        word = match[0]
        into, name = (names, _NAME_OF[word]) if word in _NAME_OF else (groups, _GROUP_OF[word])
        if name not in into:
            into.append(name)
    return names, groups


def _listed(match: re.Match[str], group: str = "list") -> str:
    return " ".join(part for name, part in match.groupdict().items() if part and name.startswith(group))


def _roles(groups: list[str]) -> frozenset[Role]:
    return frozenset(role for group in groups for role in _GROUPS[group].roles)


_VOCALS = pattern("players.vocals")
_INSTRUMENTAL = pattern("players.instrumental")


def wants_vocals(text: str, players: Players) -> bool:
    """Return whether singing is asked for, which the studio can't make."""
    return not players.vocals_refused and not _INSTRUMENTAL.search(text) and bool(_VOCALS.search(players.rest))
