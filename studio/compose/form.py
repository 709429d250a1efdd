"""The form: tempo, number of bars and order of sections, for exactly the length asked for."""

from __future__ import annotations

from dataclasses import dataclass

from studio.compose.seeded_random import SeededRandom
from studio.compose.style_schema import Style
from studio.domain import Brief, Section

KINDS = {
    "i": "intro",
    "a": "a",
    "u": "build",
    "b": "b",
    "c": "c",
    "k": "break",
    "o": "outro",
}
"""The letters of section kinds and their public names."""

START = 0.05
"""Seconds before beat 0, which leave room for the first attack."""

_INTENSITY = {"i": 0.42, "a": 0.55, "u": 0.7, "b": 0.88, "c": 0.74, "k": 0.25, "o": 0.42}
_BODIES = (
    "b", "ab", "abb", "aabb", "abkbb", "aabkbb", "aaubkbb", "aabbkubb", "aaubbkubb", "aaubbkcubb", "aaubbkccubb",
    "aaubbkccubbo",
)  # fmt: skip
"""Section kinds for 1..12 blocks after the intro."""
_CYCLES = ("aaubbk", "ccubbk", "acubbk")
"""Cycles of sections that long pieces repeat before the last body."""
_LONG = 52
"""From this number of bars on, a block has 8 bars instead of 4."""
_LIFT_FROM = 100.0
"""Pieces from this length in seconds on may raise the key of their last part."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A tempo, whole bars, and the ring of the end in seconds."""

    bpm: float
    bars: int
    tail: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A section as the players see it; `cycle` counts the returns of the form, `lift` raises it in semitones."""

    kind: str
    start_bar: int
    bars: int
    intensity: float
    cycle: int
    lift: int


def fit(brief: Brief, style: Style) -> Fit:
    """Fit whole bars and a ringing end into the brief's seconds.

    A tempo that was asked for is kept exactly, and the end rings for longer or shorter; otherwise the style's tempo is
    changed by a few percent so that the number of bars makes good phrases.
    """
    length = brief.seconds - START
    shortest = min(style.tail[0], length * 0.25)
    wanted = brief.bpm or _own_tempo(brief, style)
    bar = 60.0 * style.beats_per_bar / wanted
    if brief.bpm is not None:
        bars = int((length - shortest) / bar)
        if bars > 4 and bars % 2 and length - (bars - 1) * bar <= style.tail[1] + bar:
            bars -= 1
        if bars >= 1:
            return Fit(wanted, bars, length - bars * bar)
    longest = max(shortest, min(style.tail[1], length * 0.3))
    best: tuple[float, Fit] | None = None
    about = int((length - shortest) / bar)
    for bars in range(max(1, about - 4), about + 5):
        tail = min(longest, max(shortest, length - bars * bar))
        bpm = round(60.0 * style.beats_per_bar * bars / (length - tail), 2)
        bend = abs(bpm / wanted - 1.0)
        cost = bend + (0.0 if bars % 4 == 0 else 0.02 if bars % 2 == 0 else 0.05)
        if best is None or cost < best[0]:
            best = (cost, Fit(bpm, bars, length - 60.0 * style.beats_per_bar * bars / bpm))
    if best is None:
        raise ValueError("no bars fit")
    return best[1]


def _own_tempo(brief: Brief, style: Style) -> float:
    low, high = style.bpm
    # Sad music is slower than happy music of the same energy.
    drive = brief.energy + 0.15 * (brief.valence - style.mood[0])
    drawn = (
        low + (high - low) * min(1.0, max(0.0, drive)) + SeededRandom(brief.seed, "tempo").spread((high - low) * 0.2)
    )
    return min(high, max(low, drawn))


def plan(brief: Brief, style: Style, bars: int) -> tuple[Passage, ...]:
    """Return the sections that fill `bars`: a beginning, a build, a break and an ending where there is room."""
    kinds = _kinds(bars)
    returns = [index for index, (kind, _) in enumerate(kinds) if kind == "k"]
    lifted = len(kinds)
    if brief.seconds >= _LIFT_FROM and style.lift and returns:
        lifted = max(index for index, (kind, _) in enumerate(kinds) if kind not in "bo") + 1
    drive = (brief.energy - 0.5) * 0.32 + (brief.valence - style.mood[0]) * 0.04
    passages: list[Passage] = []
    start = 0
    for index, (kind, count) in enumerate(kinds):
        cycle = sum(1 for at in returns if at < index)
        again = index > 0 and kinds[index - 1][0] == kind
        intensity = _INTENSITY[kind] + (0.08 if again else 0.0) + (0.04 if cycle and kind in "abc" else 0.0)
        intensity = round(min(1.0, max(0.1, intensity + drive)), 3)
        passages.append(Passage(kind, start, count, intensity, cycle, style.lift if index >= lifted else 0))
        start += count
    return tuple(passages)


def _kinds(bars: int) -> list[tuple[str, int]]:
    """Return (kind, bars) for every section."""
    if bars < 4:
        return [("b", bars)]
    if bars < 8:
        return [("a", bars // 2), ("b", bars - bars // 2)]
    block = 8 if bars >= _LONG else 4
    blocks, rest = divmod(bars, block)
    intro = rest
    if rest < 2 and blocks > 4:
        intro, blocks = block, blocks - 1
    last = rest if rest < 2 else 0
    body = ""
    while blocks - len(body) > len(_BODIES):
        body += _CYCLES[len(body) // 6 % len(_CYCLES)]
    body += _BODIES[blocks - len(body) - 1]
    kinds = [("i", intro)] if intro >= 2 else []
    kinds += [(kind, block) for kind in body]
    kinds[-1] = (kinds[-1][0], kinds[-1][1] + last)
    return kinds


def sections(passages: tuple[Passage, ...], fitted: Fit, beats_per_bar: int) -> tuple[Section, ...]:
    """Return the form of the score: the passages, and the end that rings over the last bars."""
    end_start = passages[-1].start_bar + passages[-1].bars
    bar = 60.0 * beats_per_bar / fitted.bpm
    ring = max(1, -int(-fitted.tail // bar))
    named = [Section(KINDS[one.kind], one.start_bar, one.bars, one.intensity) for one in passages]
    return (*named, Section("end", end_start, ring, 0.2))
