"""Small scores written by hand, for tests of the sound and mixing rooms."""

from __future__ import annotations

from studio.domain import Brief, Part, Role, Score, ScoreNote

_CHORDS = ((57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62))
_TUNE = (76, 74, 72, 74, 76, 79, 76, 72, 74, 72, 71, 67, 69, 71, 72, 74)


def score(*parts: Part, seconds: float = 6.0, bpm: float = 120.0, style: str = "test") -> Score:
    """Return a piece of the given parts."""
    brief = Brief(style=style, seconds=seconds, seed=1)
    return Score(
        brief=brief,
        seconds=seconds,
        bpm=bpm,
        beats_per_bar=4,
        key="A minor",
        sections=(),
        parts=parts,
        chords=(),
    )


def part(instrument: str, *notes: tuple[float, float, int, float], role: Role = Role.MELODY) -> Part:
    """Return a part; notes are (start, length, pitch, velocity)."""
    return Part(role=role, instrument=instrument, notes=tuple(ScoreNote(*note) for note in notes))


def band(
    seconds: float = 6.0,
    *,
    bpm: float = 120.0,
    style: str = "pop",
    kit: str = "standard kit",
    bass: str = "finger bass",
    keys: str = "grand piano",
    pad: str = "strings",
    lead: str = "flute",
    arp: str = "synth pluck",
) -> Score:
    """Return a piece for a whole band that plays until two beats before the end."""
    beats = int(seconds * bpm / 60.0) - 2
    chords = [_CHORDS[beat // 4 % 4] for beat in range(beats)]
    drums = [(float(b), 0.25, 36 if b % 2 == 0 else 38, 0.9) for b in range(beats)]
    drums += [(b / 2, 0.25, 46 if b % 8 == 7 else 42, 0.45 + 0.2 * (b % 2)) for b in range(beats * 2)]
    return score(
        part(kit, *drums, role=Role.DRUMS),
        part(bass, *((b / 2, 0.45, chords[b // 2][0] - 24, 0.8) for b in range(beats * 2)), role=Role.BASS),
        part(keys, *((float(b), 0.9, p, 0.6) for b in range(beats) for p in chords[b]), role=Role.CHORDS),
        part(pad, *((float(b), 4.0, p + 12, 0.6) for b in range(0, beats, 4) for p in chords[b]), role=Role.PAD),
        part(arp, *((b / 4, 0.2, chords[b // 4][b % 3] + 12, 0.6) for b in range(beats * 4)), role=Role.ARP),
        part(lead, *((b + 0.5, 0.8, _TUNE[b % 16], 0.8) for b in range(beats)), role=Role.MELODY),
        seconds=seconds,
        bpm=bpm,
        style=style,
    )
