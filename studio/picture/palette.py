"""Colours for a style and a seed."""

from __future__ import annotations

import colorsys
import random
from dataclasses import dataclass

from studio.domain import Look
from studio.picture.canvas import Colour


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a scene."""

    field: tuple[Colour, ...]
    """The background, darkest first."""
    light: Colour
    accent: Colour


_SCHEMES = {  # dark, two in between, glow, light, accent
    "dusk": ("1b1035", "5b1f69", "c2416b", "ff8a5c", "fff1dc", "ffd166"),
    "lagoon": ("04202f", "0b4f6c", "1fa2a6", "7be0ad", "f2fff8", "ffe29a"),
    "neon": ("12062e", "3a0ca3", "b5179e", "f72585", "fdf0ff", "4cc9f0"),
    "meadow": ("0d2b23", "1f6b4a", "7fb069", "f2e08a", "fffbea", "ff9b71"),
    "ember": ("1c0b0b", "5c1a1b", "b8421e", "f2a541", "fff3df", "ffd9a0"),
    "frost": ("0b1b34", "274b7a", "6b8fc9", "c7d9f7", "ffffff", "a9f0e6"),
    "peach": ("3a1c4a", "a0447a", "f08a7b", "ffd3a5", "fffaf3", "8ee3ef"),
    "sun": ("3b1d63", "d1345b", "ff7a2f", "ffc53a", "fffdf2", "6ff2e0"),
    "slate": ("10141c", "29394d", "5a7184", "b9a58a", "f6f1e7", "e0b15c"),
    "lilac": ("1a1744", "4a3f9f", "9d7bd8", "f0b7e6", "fff6ff", "9ff0ff"),
    "jade": ("06251f", "0f5c4c", "2f9e77", "d8d174", "fbfff0", "ffb56b"),
}

_OF_STYLES = {
    "ambient": ("frost", "lagoon", "lilac"),
    "bossa": ("peach", "jade", "dusk"),
    "chinese": ("jade", "ember", "meadow"),
    "chiptune": ("neon", "sun"),
    "cinematic": ("frost", "slate", "dusk"),
    "corporate": ("lagoon", "frost", "sun"),
    "dnb": ("neon", "slate", "ember"),
    "epic": ("ember", "slate", "frost"),
    "folk": ("meadow", "jade", "peach"),
    "funk": ("sun", "jade", "dusk"),
    "futurebass": ("lilac", "neon", "peach"),
    "hiphop": ("dusk", "slate", "sun"),
    "house": ("neon", "lilac", "sun"),
    "jazz": ("slate", "ember", "dusk"),
    "lofi": ("dusk", "peach", "lilac"),
    "piano": ("frost", "lilac", "slate"),
    "pop": ("sun", "peach", "lagoon"),
    "reggae": ("meadow", "jade", "sun"),
    "rock": ("ember", "slate", "neon"),
    "synthwave": ("neon", "dusk", "sun"),
    "tension": ("slate", "ember"),
    "trap": ("neon", "dusk", "jade"),
    "tropical": ("lagoon", "sun", "peach"),
    "waltz": ("lilac", "peach", "frost"),
    "whimsical": ("peach", "meadow", "lilac"),
}
"""The schemes of each style; any other style may get all of them."""


def palette(look: Look, mood: int) -> Palette:
    """Return the colours of a look; `mood` 0 darkens them a little, 2 brightens them."""
    rng = random.Random(f"{look.style}/{look.seed}")
    name = rng.choice(_OF_STYLES.get(look.style.lower(), tuple(_SCHEMES)))
    turn = rng.uniform(-0.035, 0.035)
    lift = (0.72, 0.9, 1.08)[mood]
    dark, low, middle, glow, light, accent = (_rgb(code) for code in _SCHEMES[name])
    field = tuple(_turned(colour, turn, lift) for colour in (dark, low, middle, glow))
    return Palette(field, Colour.rgb(*light), _turned(accent, turn, 1.0))


def _rgb(code: str) -> tuple[float, float, float]:
    return int(code[0:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:6], 16) / 255


def _turned(rgb: tuple[float, float, float], turn: float, lift: float) -> Colour:
    hue, saturation, value = colorsys.rgb_to_hsv(*rgb)
    return Colour.rgb(*colorsys.hsv_to_rgb((hue + turn) % 1, saturation, min(value * lift, 1.0)))
