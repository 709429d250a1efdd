"""The melody: motifs, their answers and cadences; and the counter melody that fills its pauses."""

from __future__ import annotations

from dataclasses import dataclass

from studio.compose.lead_sheet import Bar, LeadSheet
from studio.compose.rhythm import Hit, Touch, hits, pattern_for, plays
from studio.compose.seeded_random import SeededRandom
from studio.compose.style_schema import Layer, Tune
from studio.compose.theory import Chord, fold, is_minor, ladder, nearest
from studio.domain import ScoreNote
from studio.instruments import INSTRUMENTS

_ARC = (0, 2, 3, 0)
"""How far the four bars of a phrase rise above its start, in scale steps."""
_SWELL = (0.88, 0.95, 1.0, 0.9)
"""The relative loudness of the four bars of a phrase."""
_MOST_NOTES = 16


@dataclass(frozen=True, slots=True)
class Motif:
    """A rhythm of one bar and the scale steps of its notes above the first."""

    cell: str
    contour: tuple[int, ...]


def _contour(rng: SeededRandom, leap: int) -> tuple[int, ...]:
    """Draw a contour that mostly steps, seldom leaps, and turns back after a leap."""
    line = [0]
    jumped = 0
    for _ in range(_MOST_NOTES - 1):
        if jumped:
            step = -1 if jumped > 0 else 1
            jumped = 0
        else:
            step = rng.pick((1, 1, -1, -1, 0, 2, -2, leap))
            jumped = step if abs(step) > 2 else 0
        if abs(line[-1] + step) > 5:
            step = -step
        line.append(line[-1] + step)
    return tuple(line)


def _varied(motif: Motif, rng: SeededRandom) -> Motif:
    """Return the answer to a motif: the same beginning with another end."""
    keep = max(1, len(motif.contour) // 4)
    turn = rng.pick((-1, 1, 2))
    contour = motif.contour[:keep] + tuple(step + turn for step in motif.contour[keep:])
    return Motif(motif.cell, contour)


class _Motifs:
    """The motifs of a piece. They depend on the seed alone, so that an edit keeps them."""

    def __init__(self, sheet: LeadSheet) -> None:
        tune = sheet.style.tune
        cells = sheet.rng("cells").order(tune.cells)
        self._first = Motif(cells[0], _contour(sheet.rng("motif", 1), tune.leap))
        self._second = Motif(cells[1 % len(cells)], _contour(sheet.rng("motif", 2), tune.leap))
        self._bridge = Motif(cells[2 % len(cells)], _contour(sheet.rng("motif", 3), tune.leap))
        self._sheet = sheet

    def motif(self, letter: str, bar: Bar) -> Motif:
        """Return the motif for a phrase's letter in a bar's section."""
        main, other = self._first, self._second
        if bar.passage.kind == "b":
            main, other = other, main
        elif bar.passage.kind == "c":
            main = self._bridge
        chosen = other if letter == "B" else main
        if letter == "a":
            return _varied(chosen, self._sheet.rng("answer", bar.passage.kind, bar.passage.cycle))
        return chosen


def melody(sheet: LeadSheet, layer: Layer, name: str) -> list[ScoreNote]:
    """Play the melody over the bars in which the layer plays."""
    motifs = _Motifs(sheet)
    touch = Touch(sheet, layer, sheet.rng(name))
    writer = _MelodyWriter(sheet, layer, touch)
    for bar in sheet.bars:
        if not plays(layer, bar):
            continue
        letter = _letter(sheet.style.tune, bar)
        if bar is sheet.bars[-1] and letter != ".":
            letter = "F"
        writer.write_bar(bar, letter, motifs.motif(letter, bar))
    if writer.notes and plays(layer, sheet.bars[-1]):
        writer.end()
    return writer.notes


def _letter(tune: Tune, bar: Bar) -> str:
    """Return the bar's letter; phrases continue across sections of the same kind."""
    phrase = tune.phrases[(bar.position // 4 + bar.passage.start_bar // 4) % len(tune.phrases)]
    return phrase[bar.position % len(phrase)]


class _MelodyWriter:
    """Turns motifs into notes over the chords."""

    def __init__(self, sheet: LeadSheet, layer: Layer, touch: Touch) -> None:
        player = INSTRUMENTS[layer.instruments[0]]
        self.notes: list[ScoreNote] = []
        self._sheet = sheet
        self._layer = layer
        self._touch = touch
        self._low = max(player.low, layer.centre - 10)
        self._high = max(self._low + 12, min(player.high, layer.centre + 16))
        self._top = player.high
        self._ornament = sheet.rng("ornament")
        self._previous = layer.centre

    def write_bar(self, bar: Bar, letter: str, motif: Motif) -> None:
        """Write one bar."""
        if letter == ".":
            return
        strokes = hits(motif.cell, 0, self._sheet.beats_per_bar)
        if letter in "HF":
            strokes = self._closing(strokes)
        raised = self._sheet.style.tune.lift if bar.passage.kind == "b" else 0
        rise = _ARC[bar.position % 4] + (1 if letter == "S" else 0)
        for index, hit in enumerate(strokes):
            chord = bar.chord_at(bar.start + hit.at)
            steps = self._steps(chord)
            start = steps.index(nearest(steps, self._layer.centre + raised))
            wanted = start + rise + motif.contour[index % _MOST_NOTES]
            pitch = steps[max(0, min(len(steps) - 1, wanted))]
            last = index == len(strokes) - 1
            if letter in "HF" and last:
                pitch = self._closing_pitch(chord, pitch, full=letter == "F")
            elif hit.at % 2.0 == 0.0 or hit.length >= 0.75:
                pitch = self._chord_tone(chord, pitch, hit)
            self._strike(bar, hit, pitch)

    def end(self) -> None:
        """End on the final chord."""
        final = self._sheet.final
        home = ladder(final.tones[:1], self._low, self._high) or ladder(final.tones, self._low, self._high)
        self._strike(
            self._sheet.bars[-1],
            Hit(float(self._sheet.beats_per_bar), self._sheet.ring, "X"),
            nearest(home, self._previous),
        )

    def _steps(self, chord: Chord) -> tuple[int, ...]:
        """Return the pitches that the melody may use over a chord."""
        scale = chord.scale
        if self._sheet.style.tune.pentatonic:
            five = (0, 3, 5, 7, 10) if is_minor(self._sheet.mode) else (0, 2, 4, 7, 9)
            lift = self._sheet.tonic
            scale = tuple(sorted((lift + step) % 12 for step in five))
        return ladder(scale, self._low, self._high)

    def _chord_tone(self, chord: Chord, pitch: int, hit: Hit) -> int:
        """Move an accented note to the nearest chord tone, if possible not the one before."""
        tones = ladder(chord.tones, self._low, self._high)
        chosen = nearest(tones, pitch)
        if chosen == self._previous and hit.at != 0.0:
            others = tuple(tone for tone in tones if tone != chosen and abs(tone - pitch) <= 5)
            chosen = nearest(others, pitch) if others else chosen
        return chosen

    def _closing(self, strokes: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """Keep the motif's first half and hold one note from the middle of the bar."""
        middle = 2.0
        head = tuple(hit for hit in strokes if hit.at < middle)[:4]
        return (*head, Hit(middle, self._sheet.beats_per_bar - middle - 0.25, "X"))

    def _closing_pitch(self, chord: Chord, pitch: int, *, full: bool) -> int:
        tones = chord.tones[:1] if full else chord.tones[1:3]
        return nearest(ladder(tones, self._low, self._high) or (pitch,), self._previous)

    def _strike(self, bar: Bar, hit: Hit, pitch: int) -> None:
        strength = (
            _SWELL[bar.position % 4]
            * (0.9 if hit.length < 0.5 else 1.0)
            * (0.96 + 0.004 * (pitch - self._layer.centre))
        )
        split = bar.passage.cycle > 0 and 1.0 <= hit.length < 2.5 and self._ornament.chance(0.3)
        if split:
            steps = self._steps(bar.chord_at(bar.start + hit.at))
            beside = nearest(tuple(step for step in steps if step != pitch), pitch + 1)
            half = hit.length / 2.0
            self._put(bar, hit.at, half, pitch, strength)
            self._put(bar, hit.at + half, half, beside, strength * 0.9)
        else:
            self._put(bar, hit.at, hit.length, pitch, strength)
        self._previous = pitch

    def _put(self, bar: Bar, at: float, length: float, pitch: int, strength: float) -> None:
        self.notes.append(self._touch.note(bar, at, length * 0.95, pitch, strength))
        loudest = bar.passage.kind == "b" and bar.passage.intensity >= 0.88
        if self._layer.doubled and loudest and pitch + 12 <= self._top:
            self.notes.append(self._touch.note(bar, at, length * 0.95, pitch + 12, strength * 0.62))


def counter(sheet: LeadSheet, layer: Layer, name: str) -> list[ScoreNote]:
    """Play a counter melody through the chords' thirds and sevenths, stepwise towards the next chord."""
    rng = sheet.rng(name)
    touch = Touch(sheet, layer, rng)
    player = INSTRUMENTS[layer.instruments[0]]
    low, high = max(player.low, layer.centre - 9), min(player.high, layer.centre + 12)
    patterns = rng.order(layer.patterns)
    current = fold(layer.centre, low, high)
    notes: list[ScoreNote] = []
    for bar in sheet.bars:
        if not plays(layer, bar):
            continue
        for hit in hits(pattern_for(patterns, bar), bar.position, sheet.beats_per_bar):
            chord = bar.chord_at(bar.start + hit.at)
            if hit.at == 0.0 or hit.length >= 1.0:
                guides = chord.tones[1:] or chord.tones
                current = nearest(ladder(guides, low, high), current)
            else:
                goal = nearest(ladder(sheet.chord_after(bar).tones[1:] or (chord.root,), low, high), current)
                steps = tuple(step for step in ladder(chord.scale, low, high) if step != current)
                current = nearest(steps, current + (1 if goal >= current else -1))
            notes.append(touch.note(bar, hit.at, hit.length * 0.96, current, 0.8))
    if notes and plays(layer, sheet.bars[-1]):
        pitch = nearest(ladder(sheet.final.tones, low, high), current)
        notes.append(touch.note(sheet.bars[-1], float(sheet.beats_per_bar), sheet.ring, pitch, 0.8))
    return notes
