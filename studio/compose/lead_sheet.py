"""The lead sheet: the bars of a piece with their chords, which every player reads."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.compose.form import Fit, Passage
from studio.compose.seeded_random import SeededRandom
from studio.compose.style_schema import Style
from studio.compose.theory import Chord, chord, is_minor
from studio.domain import Brief


@dataclass(frozen=True, slots=True)
class Span:
    """A chord that sounds from `start` for `length`, in beats."""

    start: float
    length: float
    chord: Chord


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `start` is in beats, `position` counts from the section's first bar."""

    index: int
    start: float
    passage: Passage
    position: int
    spans: tuple[Span, ...]

    @property
    def last(self) -> bool:
        """Whether it is the section's last bar."""
        return self.position == self.passage.bars - 1

    def chord_at(self, beat: float) -> Chord:
        """Return the chord that sounds at a beat of the piece."""
        found = self.spans[0]
        for span in self.spans:
            if span.start <= beat + 1e-6:
                found = span
        return found.chord


@dataclass(frozen=True, slots=True)
class LeadSheet:
    """Everything that the players share; `final` is the last chord, on beat `end`."""

    brief: Brief
    style: Style
    fitted: Fit
    tonic: int
    mode: str
    bars: tuple[Bar, ...]
    final: Chord

    @property
    def beats_per_bar(self) -> int:
        """The beats of a bar."""
        return self.style.beats_per_bar

    @property
    def end(self) -> float:
        """The beat of the final chord."""
        return float(len(self.bars) * self.style.beats_per_bar)

    @property
    def ring(self) -> float:
        """How long the final notes are held, in beats; the rest of the tail is left for their release."""
        return (self.fitted.tail - min(0.5, self.fitted.tail * 0.25)) * self.fitted.bpm / 60.0

    def rng(self, *purpose: str | int) -> SeededRandom:
        """Return the stream of random choices for a purpose."""
        return SeededRandom(self.brief.seed, *purpose)

    def chord_after(self, bar: Bar) -> Chord:
        """Return the chord that follows a bar."""
        following = bar.index + 1
        return self.bars[following].spans[0].chord if following < len(self.bars) else self.final


def choose_key(brief: Brief, style: Style) -> tuple[int, str]:
    """Return tonic and mode: as asked for, else by the mood and the seed."""
    mode = brief.mode
    if mode is None:
        happy = brief.valence >= 0.0 if style.bright and style.dark else bool(style.bright)
        mode = SeededRandom(brief.seed, "mode").pick(style.bright if happy else style.dark)
    tonic = brief.tonic if brief.tonic is not None else SeededRandom(brief.seed, "tonic").pick(range(12))
    return tonic, mode


def write_lead_sheet(brief: Brief, style: Style, fitted: Fit, passages: tuple[Passage, ...]) -> LeadSheet:
    """Return the lead sheet with the chords of each bar."""
    tonic, mode = choose_key(brief, style)
    minor = is_minor(mode)
    choices = SeededRandom(brief.seed, "harmony").order(_fitting(style.minor if minor else style.major, mode))
    bars: list[Bar] = []
    total = sum(passage.bars for passage in passages)
    for passage in passages:
        tokens = _progression(passage, choices).split()
        raised = (tonic + passage.lift) % 12
        for position in range(passage.bars):
            index = passage.start_bar + position
            token = tokens[position % len(tokens)]
            if index == total - 1:
                token = style.cadence[1] if minor else style.cadence[0]
            start = float(index * style.beats_per_bar)
            bars.append(Bar(index, start, passage, position, _spans(token, start, style, raised, mode)))
    final = chord("1", (tonic + passages[-1].lift) % 12, mode, _final_color(style.color))
    return LeadSheet(brief, style, fitted, tonic, mode, tuple(bars), final)


_AVOIDED = {"lydian": re.compile(r"(?<![b#])4"), "harmonic minor": re.compile(r"(?<![b#\d])[37](?![\d/]*[a-zA-Z])")}
"""Degrees whose chords are diminished or augmented in a mode."""
_OWN = {
    "lydian": ("1 2 1 2", "1 2 6m 5", "6m 2 1 1", "1 5 2 1"),
    "harmonic minor": ("1 4 6 5", "1 6 4 5", "4 1 5 1", "6 4 5 1"),
}


def _fitting(progressions: tuple[str, ...], mode: str) -> tuple[str, ...]:
    """Return the progressions that sound well in a mode, or the mode's own."""
    avoided = _AVOIDED.get(mode)
    if avoided is None:
        return progressions
    return tuple(one for one in progressions if not avoided.search(one)) or _OWN[mode]


def _progression(passage: Passage, choices: list[str]) -> str:
    """Return a section's progression; verses, choruses, bridges and later returns of the form differ."""
    offset = {"i": 0, "a": 0, "u": 0, "b": 1, "c": 2, "k": 2, "o": 1}[passage.kind]
    return choices[(offset + 2 * (passage.cycle // 2)) % len(choices)]


def _final_color(color: str) -> str:
    return {"seventh": "seventh", "ninth": "ninth", "power": "power", "add9": "add9"}.get(color, "triad")


def _spans(tokens: str, start: float, style: Style, tonic: int, mode: str) -> tuple[Span, ...]:
    parts = tokens.split("+")
    length = style.beats_per_bar / len(parts)
    if style.beats_per_bar == 3 and len(parts) == 2:
        return (
            Span(start, 2.0, chord(parts[0], tonic, mode, style.color)),
            Span(start + 2.0, 1.0, chord(parts[1], tonic, mode, style.color)),
        )
    return tuple(
        Span(start + index * length, length, chord(part, tonic, mode, style.color)) for index, part in enumerate(parts)
    )
