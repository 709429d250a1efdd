"""Plans a film as stretches: bars that look alike are encoded once and repeated, all others are drawn once each.

A beat is rarely a whole number of frames. Each bar therefore begins at the frame nearest to its time, and bars of the
same look share their encoded frames: a bar that is one frame shorter stops one packet earlier, which H.264 allows
because each bar is a closed group without B-frames. No pulse is ever more than half a frame off its beat, however long
the film.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.domain import FPS, FilmSpec, Look, Section, TitleCard

TITLE_FADE = 0.5
"""Seconds in which a title fades in and out."""

ENDING = 1.6
"""Seconds in which the picture darkens at the end of a film."""


@dataclass(frozen=True, slots=True)
class BarLook:
    """What makes two bars look alike: the mood's index (0 calm .. 2 high) and the titles shown steadily in it."""

    mood: int
    titles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """`frames` frames from `start`: with a `key` the first frames of a bar of that look, else unique ones."""

    start: int
    frames: int
    key: BarLook | None


def total_frames(seconds: float) -> int:
    """Return the number of frames of a film."""
    return round(seconds * FPS)


def bar_seconds(look: Look) -> float:
    """Return the length of a bar in seconds."""
    return look.beats_per_bar * 60.0 / look.bpm


def bar_at(look: Look, frame: int) -> float:
    """Return the position of a frame in the music, in bars from beat 0."""
    return (frame / FPS - look.first_beat) / bar_seconds(look)


def mood_at(look: Look, bar: int) -> int:
    """Return 0 (calm), 1 (flowing) or 2 (high) for a bar, relative to the piece's own quietest and loudest section."""
    section = section_at(look.sections, bar)
    if section is None:
        return 1
    energies = [each.energy for each in look.sections]
    low, high = min(energies), max(energies)
    if high - low < 0.1:
        return 1
    place = (section.energy - low) / (high - low)
    return 0 if place < 0.34 else 2 if place > 0.75 else 1


def section_at(sections: Sequence[Section], bar: int) -> Section | None:
    """Return the section that a bar belongs to; bars before and after the form belong to its ends."""
    found = sections[0] if sections else None
    for section in sections:
        if section.start_bar <= bar:
            found = section
    return found


def title_opacity(card: TitleCard, frame: int) -> float:
    """Return the opacity of a title at a frame, 0..1."""
    time = frame / FPS
    fade = min(TITLE_FADE, card.seconds / 4)
    if not card.start <= time < card.start + card.seconds:
        return 0.0
    from_start = 1.0 if card.start <= 0 else (time - card.start) / fade
    return max(0.0, min(1.0, from_start, (card.start + card.seconds - time) / fade))


def dimming(film: FilmSpec, frame: int) -> float:
    """Return the brightness at a frame: 1 until the ending, then down to a glow."""
    ending = min(ENDING, film.seconds / 4)
    left = (film.seconds - (frame + 1) / FPS) / ending
    return max(0.0, min(1.0, left))


def plan(film: FilmSpec) -> list[Stretch]:
    """Return the film as stretches, in order and without gaps."""
    total = total_frames(film.seconds)
    stretches: list[Stretch] = []
    for start, frames, whole in _bars(film.look, total):
        key = _key(film, start) if whole else None
        same = 0
        while key is not None and same < frames and _key(film, start + same) == key:
            same += 1
        # Two IDR pictures in a row must differ in a number that repeated packets can't change (H.264, idr_pic_id).
        if same < 2 or frames - same == 1:
            same = frames if same == frames else 0
        if same:
            stretches.append(Stretch(start, same, key))
        if same < frames:
            stretches.append(Stretch(start + same, frames - same, None))
    return stretches


def _key(film: FilmSpec, frame: int) -> BarLook | None:
    """Return the look of a frame apart from its position in the bar; None while it is changing."""
    if dimming(film, frame) < 1:
        return None
    opacities = [title_opacity(card, frame) for card in film.titles]
    if any(0 < opacity < 1 for opacity in opacities):
        return None
    titles = tuple(index for index, opacity in enumerate(opacities) if opacity)
    return BarLook(mood_at(film.look, bar_of(film.look, frame)), titles)


def bar_of(look: Look, frame: int) -> int:
    """Return the number of a frame's bar; a bar begins at the frame nearest to its time."""
    return int((bar_at(look, frame) + 0.5 / (bar_seconds(look) * FPS) + 1e-9) // 1)


def _bars(look: Look, total: int) -> list[tuple[int, int, bool]]:
    """Return (first frame, number of frames, begins on the bar line) for each bar of the film."""
    bars: list[tuple[int, int, bool]] = []
    start = 0
    while start < total:
        number = bar_of(look, start)
        end = start + 1
        # The frame nearest to the next bar line, found from its time and checked against `bar_of`.
        end = max(end, round((look.first_beat + (number + 1) * bar_seconds(look)) * FPS) - 1)
        while bar_of(look, end) == number:
            end += 1
        end = min(end, total)
        bars.append((start, end - start, start > 0 or _on_line(look, 0)))
        start = end
    return bars


def _on_line(look: Look, frame: int) -> bool:
    """Return whether a bar begins at this frame."""
    return bar_of(look, frame - 1) != bar_of(look, frame)
