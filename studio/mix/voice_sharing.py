"""Voice sharing: players of one role that sound at once share its level in the mix."""

from __future__ import annotations

from collections import Counter

from studio.domain import Part, Role, Score


def voices_sounding(score: Score) -> dict[Part, float]:
    """Count how many players of a part's role sound, on average over the bars in which the part plays.

    Parameters
    ----------
    score : Score
        Its parts may take turns or play together.

    Returns
    -------
    dict of Part to float
        At least 1.0 each: 1.0 for players who take turns, 2.0 for two who always play together.
    """
    bars = {part: _bars(part, score.beats_per_bar) for part in score.parts}
    sounding: Counter[tuple[Role, int]] = Counter()
    # Two equal parts are still two players, so the list of parts is counted, not the mapping.
    for part in score.parts:
        sounding.update((part.role, bar) for bar in bars[part])
    return {
        part: sum(sounding[part.role, bar] for bar in played) / len(played) if played else 1.0
        for part, played in bars.items()
    }


def _bars(part: Part, beats_per_bar: int) -> frozenset[int]:
    """Return the bars in which a part sounds; a note slightly early belongs to the bar that it anticipates."""
    early = 0.1
    spans = (
        (int((note.start + early) // beats_per_bar), int((note.start + note.length - early) // beats_per_bar))
        for note in part.notes
    )
    return frozenset(bar for first, last in spans for bar in range(first, max(first, last) + 1))
