"""Reference tracks: a brief takes tempo, key and energy from a person's sound; and styles are suggested for a wish."""

from __future__ import annotations

from dataclasses import replace

from media import AudioFeatures
from studio.compose import STYLES, ParsedBrief, Style, parse_brief

QUIET, LIVELY = 0.38, 0.62
"""Energies below and above which music is called calm and lively."""

_USUAL = ("lofi", "pop", "cinematic")
"""Styles that suit most videos."""


def match_reference(understood: ParsedBrief, heard: AudioFeatures) -> ParsedBrief:
    """Return the brief with the tempo, key and energy of a sound, except where the words say otherwise."""
    brief = understood.brief
    notes = tuple(note for note in understood.notes if note != "vague")
    if notes != understood.notes:
        valence = 0.0 if heard.mode is None else -0.5 if heard.mode == "minor" else 0.5
        style = _nearest(heard, valence)
        brief = replace(brief, style=style, valence=valence, energy=round(heard.energy, 3))
    if brief.bpm is None and heard.bpm:
        brief = replace(brief, bpm=round(heard.bpm, 1))
    if brief.tonic is None and brief.mode is None and heard.tonic is not None:
        brief = replace(brief, tonic=heard.tonic, mode=heard.mode)
    return replace(understood, brief=brief, notes=notes)


def _nearest(heard: AudioFeatures, valence: float) -> str:
    def distance(style: Style) -> float:
        away = abs(style.mood[1] - heard.energy) + 0.4 * abs(style.mood[0] - valence)
        if heard.bpm:
            slowest, fastest = style.bpm
            away += max(0.0, slowest - heard.bpm, heard.bpm - fastest) / 30.0
        return away

    return min(STYLES, key=lambda name: distance(STYLES[name]))


def suggest_styles(wish: str) -> tuple[str, ...]:
    """Return the names of three styles: those that the words suggest, then usual ones."""
    found = [
        understood.brief.style for seed in range(8) if "vague" not in (understood := parse_brief(wish, seed=seed)).notes
    ]
    return tuple(dict.fromkeys((*found, *_USUAL)))[:3]
