"""Keys, modes, chords and their names. Pitches are MIDI numbers, pitch classes 0..11 with C = 0."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
}
"""Seven semitone steps above the tonic for each mode."""

_SHARP = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_FLAT_KEYS = frozenset({1, 3, 5, 8, 10})
"""Major keys written with flats: Db, Eb, F, Ab, Bb."""

_QUALITIES: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "m": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "dom7": (0, 4, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "mMaj7": (0, 3, 7, 11),
    "7sus4": (0, 5, 7, 10),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
    "dom9": (0, 4, 7, 10, 14),
    "dom13": (0, 4, 10, 14, 21),
}
_SUFFIXES = {intervals: name.replace("dom", "").replace("maj", "maj") for name, intervals in _QUALITIES.items()}
_SUFFIXES[(0, 4, 7)] = ""
_TOKEN = re.compile(r"(?P<shift>[b#]?)(?P<degree>[1-7])(?P<quality>[A-Za-z0-9]*?)(?:/(?P<bass>[35]))?")


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord in a key: `root` and `bass` are pitch classes, `intervals` semitones above the root."""

    root: int
    intervals: tuple[int, ...]
    bass: int
    name: str
    scale: tuple[int, ...]
    """The pitch classes that fit over it, in rising order from C."""

    @property
    def tones(self) -> tuple[int, ...]:
        """The pitch classes of the chord, root first."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)


def is_minor(mode: str) -> bool:
    """Return whether a mode has the minor third."""
    return MODES[mode][2] == 3


def spell(tonic: int, mode: str, pitch_class: int) -> str:
    """Return the name of a pitch class as it is spelled in a key."""
    relative_major = (tonic + 3) % 12 if is_minor(mode) else tonic % 12
    return (_FLAT if relative_major in _FLAT_KEYS else _SHARP)[pitch_class % 12]


def key_name(tonic: int, mode: str) -> str:
    """Return the name of a key, such as "A minor" or "F# dorian"."""
    return f"{spell(tonic, mode, tonic)} {mode}"


def _diatonic(mode: str, degree: int, color: str) -> tuple[int, ...]:
    """Stack thirds of the mode on a degree (0-based); `color` says how high."""
    steps = MODES[mode]

    def above(count: int) -> int:
        index = degree + count
        return steps[index % 7] + 12 * (index // 7) - steps[degree]

    triad = (0, above(2), above(4))
    ninth_fits = above(8) == 14
    if color == "power":
        return (0, 7) if triad[2] == 7 else triad
    if color == "seventh":
        return (*triad, above(6))
    if color == "ninth":
        return (*triad, above(6), 14) if ninth_fits and triad[2] == 7 else (*triad, above(6))
    if color == "add9":
        return (*triad, 14) if ninth_fits and triad[2] == 7 else triad
    return triad


@cache
def chord(token: str, tonic: int, mode: str, color: str = "triad") -> Chord:
    """Parse a chord token: degree 1..7 of the mode, with "b" or "#" of the major scale; then a quality, or none.

    Without a quality the chord is stacked from the mode in the style's `color` ("triad", "add9", "seventh",
    "ninth", "power"); a shifted degree is major then. "/3" and "/5" put the third or fifth in the bass. Raises
    ValueError for anything else.
    """
    found = _TOKEN.fullmatch(token)
    if found is None or (found["quality"] and found["quality"] not in _QUALITIES):
        raise ValueError(f"not a chord: {token!r}")
    degree = int(found["degree"]) - 1
    if found["shift"]:
        step = MODES["major"][degree] + (1 if found["shift"] == "#" else -1)
        intervals = _QUALITIES[found["quality"] or ("5" if color == "power" else "maj")]
    else:
        step = MODES[mode][degree]
        intervals = _QUALITIES[found["quality"]] if found["quality"] else _diatonic(mode, degree, color)
    root = (tonic + step) % 12
    bass = root
    if found["bass"]:
        index = 1 if found["bass"] == "3" else 2
        bass = (root + intervals[min(index, len(intervals) - 1)]) % 12
    name = spell(tonic, mode, root) + _SUFFIXES.get(intervals, "")
    if bass != root:
        name += "/" + spell(tonic, mode, bass)
    return Chord(root, intervals, bass, name, _fitting_scale(tonic, mode, root, intervals))


def _fitting_scale(tonic: int, mode: str, root: int, intervals: tuple[int, ...]) -> tuple[int, ...]:
    """Return the key's scale, altered for a borrowed chord: its foreign tones replace their neighbours."""
    scale = {(tonic + step) % 12 for step in MODES[mode]}
    tones = {(root + interval) % 12 for interval in intervals}
    for tone in sorted(tones - scale):
        scale -= {pitch for pitch in ((tone + 1) % 12, (tone - 1) % 12) if pitch not in tones}
        scale.add(tone)
    return tuple(sorted(scale))


def ladder(pitch_classes: tuple[int, ...], low: int, high: int) -> tuple[int, ...]:
    """Return all pitches of these classes from `low` to `high`, rising."""
    wanted = frozenset(pitch_classes)
    return tuple(pitch for pitch in range(low, high + 1) if pitch % 12 in wanted)


def nearest(pitches: tuple[int, ...], target: int) -> int:
    """Return the pitch nearest to `target`, the lower one of two."""
    return min(pitches, key=lambda pitch: (abs(pitch - target), pitch))


def fold(pitch: int, low: int, high: int) -> int:
    """Move a pitch by octaves into `low`..`high`, which spans an octave at least."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch


def voice(this: Chord, before: tuple[int, ...], centre: int, voices: int) -> tuple[int, ...]:
    """Return a voicing of `this` near `centre` that moves least from the voicing `before` (may be empty).

    The fifth is left out first where there are more tones than voices.
    """
    intervals = list(this.intervals)
    if len(intervals) > voices and 7 in intervals:
        intervals.remove(7)
    if len(intervals) > voices:
        intervals.remove(0)
    tones = [(this.root + interval) % 12 for interval in intervals[:voices]]
    best: tuple[int, tuple[int, ...]] | None = None
    for lowest in range(centre - 12, centre + 4):
        if lowest % 12 not in tones:
            continue
        close = sorted(lowest + (tone - lowest) % 12 for tone in tones)
        shapes = [close]
        if len(close) >= 4:
            shapes.append(sorted([*close[:-2], close[-2] - 12, close[-1]]))
        for shape in shapes:
            cost = _motion(before, shape) * 2 + abs(sum(shape) - centre * len(shape)) + _crowding(shape)
            if best is None or cost < best[0]:
                best = (cost, tuple(shape))
    if best is None:
        raise ValueError(f"no voicing for {this.name}")
    return best[1]


def _motion(before: tuple[int, ...], after: list[int]) -> int:
    if not before:
        return 0
    return sum(min(abs(pitch - other) for other in before) for pitch in after)


def _crowding(shape: list[int]) -> int:
    """Return a penalty for adjacent semitones, which sound harsh."""
    return sum(4 for low, high in pairwise(shape) if high - low == 1)
