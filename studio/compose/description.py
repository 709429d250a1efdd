"""Describes a piece: its facts, and a title if none was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from studio.compose.lexicon import load_toml
from studio.compose.seeded_random import SeededRandom
from studio.compose.styles import DEFAULT_STYLE, STYLES
from studio.domain import Brief, Score


@dataclass(frozen=True, slots=True)
class _TitleWords:
    first: tuple[str, ...]
    second: tuple[str, ...]


_FAMILIES = TypeAdapter(dict[str, _TitleWords]).validate_python(load_toml("titles.toml"))


@dataclass(frozen=True, slots=True)
class Description:
    """The facts of a piece for people."""

    style: str
    title: str
    bpm: float
    key: str
    bars: int
    seconds: float
    sections: tuple[str, ...]
    instruments: tuple[str, ...]


def title_for(brief: Brief) -> str:
    """Return the title that was asked for, else one that depends on seed and style only, so that edits keep it."""
    if brief.title:
        return brief.title
    valence, energy = (STYLES.get(brief.style) or STYLES[DEFAULT_STYLE]).mood
    family = "dark" if valence < -0.25 else "bold" if energy >= 0.8 else "calm" if energy < 0.4 else "bright"
    rng = SeededRandom(brief.seed, "title", brief.style)
    return f"{rng.pick(_FAMILIES[family].first)} {rng.pick(_FAMILIES[family].second)}"


def describe(score: Score) -> Description:
    """Return the facts of a score."""
    style = STYLES.get(score.brief.style) or STYLES[DEFAULT_STYLE]
    return Description(
        style=style.name,
        title=title_for(score.brief),
        bpm=score.bpm,
        key=score.key,
        bars=score.sections[-1].start_bar,
        seconds=score.seconds,
        sections=tuple(section.name for section in score.sections),
        instruments=tuple(dict.fromkeys(part.instrument for part in score.parts)),
    )
