"""Names for people, in the language of the reply: moods, keys, instruments, roles, lengths."""

from __future__ import annotations

from studio.domain import Brief, Role
from studio.instruments import INSTRUMENTS
from studio.projects.project import ComposedPiece
from studio.texts import say

_GLAD = ((-0.5, "sad"), (-0.15, "serious"), (0.15, ""), (0.55, "friendly"), (2.0, "happy"))
_LIVELY = ((0.25, "calm"), (0.42, "relaxed"), (0.6, "moderate"), (0.8, "lively"), (2.0, "energetic"))
"""Upper bounds of valence and energy, and the word for what lies below each."""

_MOST_NAMED = len(Role) // 2
"""Where more roles than this are left out, the remaining ones are named instead."""


class Names:
    """Names in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def style(self, name: str) -> str:
        """Return a style's name."""
        return self.text(f"style.{name}")

    def piece(self, piece: ComposedPiece) -> str:
        """Return the name of a piece on the timeline; it changes with every edit of the music."""
        brief = piece.brief
        parts = self.facts(piece)
        if brief.solo:
            parts.append(
                self.text("timeline.only", players=self.listed([self.player(name) for name in brief.instruments]))
            )
        if piece.mood_changed:
            parts.append(self.mood(brief))
        parts += [self.text(f"timeline.{way}", length=self.length(seconds)) for way, seconds in fades(brief) if seconds]
        return self.listed(parts)

    def facts(self, piece: ComposedPiece) -> list[str]:
        """Return what a piece is: its style, tempo and key, and who does not play; what only drums play has no key."""
        parts = [self.style(piece.brief.style), f"{bpm(piece)} BPM"]
        if not piece.players or not all(INSTRUMENTS[name].kit for name in piece.players):
            parts.append(self.key(piece))
        if piece.brief.without and not piece.brief.solo:
            parts.append(self.without(piece.brief.without, "timeline.without", "timeline.only"))
        return parts

    def key(self, piece: ComposedPiece) -> str:
        """Return the key: "A minor", "F# Lydian"."""
        tonic, _, mode = piece.key.partition(" ")
        return self.scale(tonic, mode)

    def scale(self, tonic: str, mode: str) -> str:
        """Return a key by its English tonic and mode; a German B is called "H", a Spanish one "Si"."""
        mode = self.text(f"mode.{mode.replace(' ', '_')}")
        return self.text("key.name", tonic=self.text(f"tonic.{tonic}"), mode=mode)

    def mood(self, brief: Brief) -> str:
        """Return the mood in a word or two: "friendly, lively"."""
        words = [
            next(word for bound, word in bands if value < bound)
            for bands, value in ((_GLAD, brief.valence), (_LIVELY, brief.energy))
        ]
        return self.all_of([self.text(f"mood.{word}") for word in words if word])

    def mood_step(self, old: Brief, new: Brief) -> str:
        """Return in which direction a mood moved: "calmer"."""
        steps = (
            ("happier" if new.valence > old.valence else "sadder", new.valence != old.valence),
            ("livelier" if new.energy > old.energy else "calmer", new.energy != old.energy),
        )
        return self.listed([self.text(f"mood.{step}") for step, moved in steps if moved])

    def player(self, name: str) -> str:
        """Return the name of an instrument of `studio.instruments`."""
        return self.text(f"player.{name.replace(' ', '_')}")

    def without(self, roles: frozenset[Role], few: str, many: str) -> str:
        """Name the roles left out (key `few`) or, where that is shorter, the roles that remain (key `many`)."""
        if len(roles) <= _MOST_NAMED:
            return self.text(few, roles=self.roles(roles))
        left = frozenset(Role) - roles - {Role.EFFECT}
        # "Drums only" includes percussion.
        left -= {Role.PERCUSSION} if Role.DRUMS in left else frozenset()
        return self.text(many, players=self.listed(self.named(left)))

    def roles(self, roles: frozenset[Role]) -> str:
        """Name the roles that are left out: "drums or percussion"."""
        return self.text("unit.or").join(self.named(roles))

    def named(self, roles: frozenset[Role]) -> list[str]:
        """Name roles, in their order."""
        return [self.text(f"role.{role.value}") for role in Role if role in roles]

    def length(self, seconds: float) -> str:
        """Return seconds with their unit."""
        return self.text("unit.seconds", seconds=f"{seconds:.1f}".removesuffix(".0"))

    def listed(self, names: list[str]) -> str:
        """Join names."""
        return self.text("unit.join").join(names)

    def all_of(self, names: list[str]) -> str:
        """Join names as in a sentence: "a, b and c"."""
        *first, last = names
        return self.text("unit.and").join([self.listed(first), last] if first else [last])

    def text(self, key: str, /, **values: str | float) -> str:
        """Return a sentence of the language."""
        return say(self._language, key, **values)


def bpm(piece: ComposedPiece) -> str:
    """Return a piece's tempo, rounded."""
    return str(round(piece.bpm))


def fades(brief: Brief) -> tuple[tuple[str, float], tuple[str, float]]:
    """Return the seconds of both fades, each with its text key."""
    return ("fade_in", brief.fade_in), ("fade_out", brief.fade_out)
