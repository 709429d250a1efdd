"""What is told about a piece: a title where none was wished for, and its facts."""

from __future__ import annotations

from dataclasses import dataclass

from studio.compose.dice import Dice
from studio.compose.styles import DEFAULT_STYLE, STYLES
from studio.model import Brief, Score

_FIRST = {
    "bright": (
        "Paper", "Golden", "Sunday", "Lemon", "Open", "Summer", "Little", "Bright", "Honey", "Morning", "Orange", "Ribbon", "Salt",
        "Picnic", "Copper", "Painted", "Early", "Barefoot", "Window", "Kite",
    ),
    "calm": (
        "Quiet", "Slow", "Silver", "Cloud", "Harbour", "Linen", "Velvet", "Moss", "Drifting", "Amber", "Pale", "Hidden", "Winter",
        "Feather", "Still", "Lantern", "River", "Misty", "Inland", "Half-Lit",
    ),
    "bold": (
        "Neon", "Iron", "Electric", "Rising", "Wild", "Scarlet", "Midnight", "Diamond", "Thunder", "Chrome", "Turbo", "Burning",
        "Northern", "Magnetic", "Falcon", "Concrete", "Double", "Signal", "Voltage", "Marble",
    ),
    "dark": (
        "Hollow", "Black", "Broken", "Shadow", "Ashen", "Sunken", "Cold", "Empty", "Crooked", "Last", "Nameless", "Locked", "Raven",
        "Distant", "Buried", "Paper-Thin", "Grey", "Fallen", "Silent", "Unlit",
    ),
}  # fmt: skip
_SECOND = {
    "bright": (
        "Lanterns", "Avenue", "Bicycle", "Postcards", "Balloons", "Garden", "Weekend", "Skyline", "Confetti", "Sidewalk", "Tides",
        "Jukebox", "Trampoline", "Orchard", "Daydream", "Marbles", "Parade", "Sparks", "Corner", "Holiday",
    ),
    "calm": (
        "Letters", "Rooms", "Tea", "Shoreline", "Rain", "Meadow", "Hours", "Staircase", "Afternoon", "Lullaby", "Snowfall", "Pages",
        "Ferry", "Breath", "Valley", "Orbit", "Candles", "Horizon", "Footsteps", "Wool",
    ),
    "bold": (
        "Engines", "Horizon", "Runner", "Summit", "Arena", "Heartbeat", "Rush", "Kingdom", "Overdrive", "Comet", "Charge", "Crown",
        "Highway", "Pulse", "Circuit", "Avalanche", "Banner", "Rockets", "Tower", "Velocity",
    ),
    "dark": (
        "Corridor", "Mirrors", "Tracks", "Embers", "Harbour", "Clockwork", "Cellar", "Witness", "Fog", "Telephone", "Stairs", "Winter",
        "Signals", "Wires", "Water", "Cipher", "Threshold", "Echo", "Orchard", "Footprints",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Description:
    """The facts of a piece for people: the style's names, BPM, key, bars, sections and players."""

    style: str
    english: str
    chinese: str
    title: str
    bpm: float
    key: str
    bars: int
    seconds: float
    sections: tuple[str, ...]
    instruments: tuple[str, ...]


def title_for(brief: Brief) -> str:
    """Return the wished title, else one of our own: the same for the same seed and style, and kept through edits."""
    if brief.title:
        return brief.title
    valence, energy = (STYLES.get(brief.style) or STYLES[DEFAULT_STYLE]).mood
    family = "dark" if valence < -0.25 else "bold" if energy >= 0.8 else "calm" if energy < 0.4 else "bright"
    dice = Dice(brief.seed, "title", brief.style)
    return f"{dice.pick(_FIRST[family])} {dice.pick(_SECOND[family])}"


def describe(score: Score) -> Description:
    """Return the facts of a score."""
    style = STYLES.get(score.brief.style) or STYLES[DEFAULT_STYLE]
    return Description(
        style=style.name,
        english=style.english,
        chinese=style.chinese,
        title=title_for(score.brief),
        bpm=score.bpm,
        key=score.key,
        bars=score.sections[-1].start_bar,
        seconds=score.seconds,
        sections=tuple(section.name for section in score.sections),
        instruments=tuple(dict.fromkeys(part.instrument for part in score.parts)),
    )
