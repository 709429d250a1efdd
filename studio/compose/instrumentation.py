"""Instrumentation: the style's layers, changed by the instruments that the brief asks for and leaves out."""

from __future__ import annotations

from dataclasses import replace

from studio.compose.form import KINDS
from studio.compose.style_schema import Layer, Play, Style
from studio.domain import Brief, Role
from studio.instruments import INSTRUMENTS

_SOLO_ROLES = (Role.BASS, Role.CHORDS, Role.ARP, Role.MELODY, Role.PAD)
_ALONE = frozenset(
    {
        *("violin", "cello", "trumpet", "trombone", "muted trumpet", "horn", "soprano sax", "tenor sax", "oboe"),
        *("clarinet", "flute", "pan flute", "whistle", "saw lead", "soft lead", "chip lead"),
    }
)
"""Instruments that play one note at a time."""
_SINGERS = _ALONE | {
    *("sitar", "koto", "kalimba", "music box", "celesta", "steel drums", "vibraphone", "marimba", "accordion"),
}
"""Instruments that play the melody when they are asked for."""
_HOLDERS = frozenset({"strings", "slow strings", "choir", "warm pad", "glass pad", "organ", "supersaw"})
_HALVES = ("x_______x_______",)
_DEFAULTS = {
    Role.MELODY: Layer(role=Role.MELODY, play=Play.MELODY, instruments=("grand piano",), where="abco", centre=72),
    Role.CHORDS: Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("grand piano",), patterns=_HALVES, centre=58),
    Role.PAD: Layer(role=Role.PAD, play=Play.PAD, instruments=("strings",), centre=60, level=0.6),
    Role.BASS: Layer(
        role=Role.BASS, play=Play.BASS, instruments=("finger bass",), patterns=("r_______r_______",), centre=38
    ),
    Role.DRUMS: Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("standard kit",)),
    Role.PERCUSSION: Layer(
        role=Role.PERCUSSION, play=Play.DRUMS, instruments=("standard kit",), patterns=("shaker=o-xoo-xoo-xoo-xo",)
    ),
}
_UNDER_ONESELF = Layer(
    role=Role.COUNTER,
    play=Play.COUNTER,
    instruments=("violin",),
    patterns=_HALVES,
    centre=55,
    level=0.5,
)
"""Long notes under a soloist, so that the melody can pause without silence."""
_FAINT = 0.1
"""A layer that enters at this intensity or below plays in the faintest sections."""
_SUBSTITUTES: dict[Role, tuple[str, ...]] = {
    Role.DRUMS: ("standard kit", "house kit"),
    Role.BASS: ("finger bass", "upright bass", "sub bass"),
    Role.CHORDS: ("grand piano", "electric piano", "clean guitar", "organ"),
    Role.PAD: ("warm pad", "slow strings"),
    Role.ARP: ("synth pluck", "harp", "clean guitar", "grand piano"),
    Role.MELODY: ("grand piano", "flute", "clean guitar", "soft lead"),
    Role.COUNTER: ("cello", "clarinet", "soft lead"),
}


def choose_layers(brief: Brief, style: Style) -> tuple[Layer, ...]:
    """Return the layers that play a brief; at least one always sounds."""
    layers = [layer for layer in style.layers if layer.role not in brief.without]
    layers = [kept for layer in layers if (kept := _without_excluded(layer, brief.excluded)) is not None]
    wished = [name for name in brief.instruments if name in INSTRUMENTS and role_of(name) not in brief.without]
    if wished and brief.solo:
        layers = _only(layers, wished)
    else:
        for name in wished:
            layers = _with(layers, name)
    layers += [_joining(name, layers) for name in _joiners(brief.recast)]
    # Effects alone may sound nowhere in a short piece. "Drums only" is drums, in a style that has none as well.
    if all(layer.role is Role.EFFECT for layer in layers):
        soft = replace(_DEFAULTS[Role.PAD], instruments=("warm pad",))
        left = {role: layer for role, layer in _DEFAULTS.items() if role not in brief.without}
        layers.append(soft if len(left) == len(_DEFAULTS) else next(iter(left.values()), soft))
    return tuple(_without_holes(layers))


def cast(name: str, recast: tuple[tuple[str, str], ...]) -> str:
    """Return who plays the notes of an instrument; "" for nobody."""
    for old, new in recast:
        name = new if old and old == name else name
    return name


def _joiners(recast: tuple[tuple[str, str], ...]) -> list[str]:
    """Return who has joined and plays still: only what came after somebody joined concerns them."""
    found = [cast(new, recast[place + 1 :]) for place, (old, new) in enumerate(recast) if not old]
    return [name for name in found if name]


def _joining(name: str, layers: list[Layer]) -> Layer:
    """Return a layer of its own for an instrument that joins those that play."""
    role = role_of(name)
    same = next((layer for layer in layers if layer.role is role), None)
    layer = _DEFAULTS[role] if same is None else _UNDER_ONESELF if role is Role.MELODY else same
    return fitted(replace(layer, instruments=(name,), turns=False, joined=True), name)


def _without_holes(layers: list[Layer]) -> list[Layer]:
    """Extend one layer to the sections that would be silent without the layers that were left out."""
    steady = [layer for layer in layers if layer.role not in (Role.EFFECT, Role.MELODY, Role.COUNTER)]
    empty = "".join(
        kind for kind in KINDS if not any(kind in layer.where and layer.enter <= _FAINT for layer in steady)
    )
    if not empty:
        return layers
    chosen = (steady or [layer for layer in layers if layer.role is not Role.EFFECT] or layers)[0]
    return [replace(layer, where=layer.where + empty, enter=0.0) if layer is chosen else layer for layer in layers]


def role_of(name: str) -> Role:
    """Return the role of an instrument that was asked for."""
    if INSTRUMENTS[name].kit:
        return Role.DRUMS
    if name.endswith("bass"):
        return Role.BASS
    if name in _SINGERS:
        return Role.MELODY
    if name in _HOLDERS:
        return Role.PAD
    return Role.CHORDS


def _without_excluded(layer: Layer, excluded: tuple[str, ...]) -> Layer | None:
    """Replace excluded instruments of a layer by others; None if there are none left."""
    names = tuple(name for name in layer.instruments if name not in excluded)
    if not names:
        names = tuple(name for name in _SUBSTITUTES.get(layer.role, ()) if name not in excluded)[:1]
    return replace(layer, instruments=names) if names else None


def _with(layers: list[Layer], name: str) -> list[Layer]:
    """Give an instrument the first layer of its role, or a new one."""
    if any(layer.instruments == (name,) for layer in layers):
        return layers
    role = role_of(name)
    for index, layer in enumerate(layers):
        if layer.role is role:
            given = fitted(replace(layer, instruments=(name,), turns=False, enter=min(layer.enter, 0.4)), name)
            return [*layers[:index], given, *layers[index + 1 :]]
    return [*layers, fitted(replace(_DEFAULTS.get(role, _DEFAULTS[Role.CHORDS]), instruments=(name,)), name)]


def fitted(layer: Layer, name: str) -> Layer:
    """Move a layer's centre into an instrument's range."""
    player = INSTRUMENTS[name]
    low, high = player.low + 9, player.high - 9
    return replace(layer, centre=min(max(layer.centre, low), max(low, high)))


def _only(layers: list[Layer], wished: list[str]) -> list[Layer]:
    """Return layers in which only the instruments asked for play, as many lines as they can cover."""
    if all(INSTRUMENTS[name].kit for name in wished):
        found = [replace(layer, instruments=(wished[0],)) for layer in layers if layer.play is Play.DRUMS]
        return found or [replace(_DEFAULTS[Role.DRUMS], instruments=(wished[0],))]
    chordal = [name for name in wished if name not in _ALONE and not INSTRUMENTS[name].kit]
    singers = [name for name in wished if role_of(name) is Role.MELODY] or chordal
    kits = [name for name in wished if INSTRUMENTS[name].kit]
    kept: list[Layer] = []
    for role in _SOLO_ROLES:
        same = [layer for layer in layers if layer.role is role][:1]
        if role is Role.PAD and any(layer.role in (Role.CHORDS, Role.ARP) for layer in kept):
            continue
        if not same and role is Role.MELODY:
            same = [_DEFAULTS[Role.MELODY]]
        players = singers if role is Role.MELODY else chordal
        if players:
            kept += [
                fitted(replace(layer, instruments=(players[0],), turns=False, enter=0.0), players[0]) for layer in same
            ]
    kept = [replace(layer, where="iaubcko") if layer.role is not Role.MELODY else layer for layer in kept]
    if not chordal:
        kept = [replace(layer, where="iaubcko") for layer in kept]
        kept += [fitted(replace(_UNDER_ONESELF, instruments=(name,)), name) for name in singers[-1:] or wished[-1:]]
    drums = [replace(layer, instruments=(kits[0],)) for layer in layers if layer.play is Play.DRUMS and kits]
    return kept + drums
