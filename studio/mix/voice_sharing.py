"""How many players of a role sound at once: they share its place in the mix."""

from __future__ import annotations

from collections import Counter

from studio.model import Part, Role, Score


def voices_sounding(score: Score) -> dict[Part, float]:
    """Return, for each part, how many players of its role sound on average in the bars where it does, at least one.

    Players who take turns are alone, however many there are; two who always play together are two.
    """
    bars = {part: _bars(part, score.beats_per_bar) for part in score.parts}
    sounding: Counter[tuple[Role, int]] = Counter()
    # Equal parts are two players all the same: the score's own list is counted, not the mapping.
    for part in score.parts:
        sounding.update((part.role, bar) for bar in bars[part])
    return {
        part: sum(sounding[part.role, bar] for bar in played) / len(played) if played else 1.0
        for part, played in bars.items()
    }


def _bars(part: Part, beats_per_bar: int) -> frozenset[int]:
    """Return the bars that a part's notes begin in or are held through; a note a hair early belongs to its bar."""
    early = 0.1
    spans = (
        (int((note.start + early) // beats_per_bar), int((note.start + note.length - early) // beats_per_bar))
        for note in part.notes
    )
    return frozenset(bar for first, last in spans for bar in range(first, max(first, last) + 1))
