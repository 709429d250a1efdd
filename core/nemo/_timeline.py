"""A timeline: read from the draft, its tracks in the documented form, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from operator import attrgetter, itemgetter
from pathlib import PurePosixPath
from typing import TypeAlias

from core.nemo._answers import INTEGER, NUMBER, OBJECT, OBJECTS, TEXT, JsonObject, field
from core.nemo.model import Change, ChangeKind, Segment, Timeline, Track, TrackKind

_IMAGES = {".jpg", ".jpeg", ".png", ".gif", ".webp"}
_SAME = 0.05
"""Seconds below which two times are the same: half of what is shown."""

_Piece: TypeAlias = tuple[TrackKind, Segment]


def read_timeline(draft: object) -> Timeline:
    """Return the timeline of a draft, at worst an empty one: keys `t`, `tt`, `sg`, `s`, `d`, `m`, times in ms."""
    tracks = tuple(map(_track, field(OBJECTS, draft, "t") or []))
    last = 0.0
    for track in tracks:
        for segment in track.segments:
            last = max(last, segment.start + segment.seconds)
    loudness = field(NUMBER, field(OBJECT, draft, "m"), "loudness")
    return Timeline(tracks, _seconds(field(NUMBER, draft, "d")) or last, loudness)


def _track(row: JsonObject) -> Track:
    kind = field(INTEGER, row, "tt")
    about_all = field(OBJECT, row, "m")
    abouts = [about_all]
    segments = []
    end = 0.0
    for item in field(OBJECTS, row, "sg") or []:
        own = field(OBJECT, item, "m")
        abouts.append(own)
        about = about_all if own is None else own
        start, seconds = field(NUMBER, item, "s"), _seconds(field(NUMBER, item, "d"))
        start = end if start is None else _seconds(start)
        end = start + seconds
        name, text = field(TEXT, about, "name") or field(TEXT, about, "title"), field(TEXT, about, "text")
        if kind == 7 and text is not None:
            name = text
        segments.append(
            Segment(
                " ".join((name or text or "").split()),
                start,
                seconds,
                field(NUMBER, about, "volume"),
                field(TEXT, about, "id") or None,
                field(TEXT, about, "origin") or None,
                field(NUMBER, about, "tempo"),
                field(TEXT, about, "title"),
                field(INTEGER, about, "version"),
                field(INTEGER, about, "seed"),
            )
        )
    return Track(_kind(kind, abouts), tuple(segments))


def _seconds(milliseconds: float | None) -> float:
    return max(0.0, milliseconds or 0.0) / 1000


def _kind(number: int | None, abouts: Sequence[JsonObject | None]) -> TrackKind:
    """Tell a picture from a film and a person's own sound from composed music by what the metadata says."""
    types, suffixes = set(), set()
    for about in abouts:
        types.add((field(TEXT, about, "type") or "").partition("/")[0].lower())
        name = field(TEXT, about, "name")
        suffixes.add(PurePosixPath(name or "").suffix.lower())
    match number:
        case 0:
            return TrackKind.IMAGE if "image" in types or suffixes & _IMAGES else TrackKind.VIDEO
        case 1:
            return TrackKind.AUDIO if types & {"audio", "upload"} else TrackKind.BGM
        case 7:
            return TrackKind.TITLE
        case _:
            return TrackKind.OTHER


def entries(timeline: Timeline, kind: Callable[[TrackKind], str] = str) -> tuple[str, ...]:
    """Return the tracks in the documented form, each with what `kind` calls it; those without segments are left out.

    E.g. `1. Video: city timelapse (0-10s)` and `2. BGM: Lo-fi (0-10s, 35%)`.
    """
    tracks = [track for track in timeline.tracks if track.segments]
    return tuple(f"{number}. {_entry(track, kind(track.kind))}" for number, track in enumerate(tracks, 1))


def _entry(track: Track, kind: str) -> str:
    mark = '"' if track.kind is TrackKind.TITLE else ""
    names = []
    start, end = track.segments[0].start, 0.0
    volumes = set()
    for segment in track.segments:
        if segment.name:
            names.append(f"{mark}{segment.name}{mark}")
        start, end = min(start, segment.start), max(end, segment.start + segment.seconds)
        volumes.add(segment.volume)
    volume = volumes.pop() if len(volumes) == 1 else None
    heading = f"{kind}: {' + '.join(names)}" if names else kind
    return f"{heading} ({_time(start)}-{_time(end)}s{'' if volume is None else f', {round(volume * 100)}%'})"


def _time(seconds: float) -> str:
    return f"{round(seconds, 1):.1f}".removesuffix(".0")


def changes(before: Timeline, after: Timeline, *, fresh: bool = False) -> tuple[Change, ...]:
    """Return what a person would notice: whole length first, then what is there now in its order, then what is gone.

    Pieces are known again by kind and name; of what is left over on both sides, one replaced the other. Music that was
    made anew is no edit of what was there: it is told whole, and so is the length that it gives the timeline. `fresh`:
    new music was asked for, so that music of another name or id is new also where its origin is not told.
    """
    new = _pieces(after)
    partners, gone = _partners(_pieces(before), new)
    reordered = _reordered(partners, new)
    found: list[Change] = []
    tells_length = True
    for was, (kind, segment) in zip(partners, new, strict=True):
        if was is None:
            found.append(_change(ChangeKind.ADDED, kind, segment))
        elif kind is TrackKind.BGM and _is_another(was, segment, fresh=fresh):
            found.append(_change(ChangeKind.NEW_PIECE, kind, segment, was.name, segment.name))
            tells_length = tells_length and _differ(segment.seconds, after.seconds)
        else:
            # A segment that is as long as the whole has changed with it: the whole's new length says it.
            fills = not _differ(was.seconds, before.seconds) and not _differ(segment.seconds, after.seconds)
            if was.name != segment.name:
                found.append(_change(ChangeKind.REPLACED, kind, segment, was.name, segment.name))
            if _differ(was.seconds, segment.seconds) and not fills:
                found.append(_change(ChangeKind.LENGTH, kind, segment, was.seconds, segment.seconds))
            if _differ(was.start, segment.start) and kind not in reordered:
                found.append(_change(ChangeKind.MOVED, kind, segment, was.start, segment.start))
            if was.volume != segment.volume:
                found.append(_change(ChangeKind.VOLUME, kind, segment, was.volume, segment.volume))
    if tells_length and _differ(before.seconds, after.seconds) and before.can_export and after.can_export:
        found.insert(0, Change(ChangeKind.LENGTH, None, "", 0.0, after.seconds, before.seconds, after.seconds))
    for kind, segment in gone:
        found.append(_change(ChangeKind.REMOVED, kind, segment))
    return (*found, *map(_reordering, reordered, repeat(before), repeat(after)))


def _pieces(timeline: Timeline) -> list[_Piece]:
    found: list[_Piece] = []
    for track in timeline.tracks:
        found += zip(repeat(track.kind), track.segments)
    return found


def _partners(old: Sequence[_Piece], new: Sequence[_Piece]) -> tuple[list[Segment | None], list[_Piece]]:
    """Return for each piece of `new` what it was in `old`, and what is left of `old`."""
    left = list(old)
    partners: list[Segment | None] = [None] * len(new)
    for by_name in (True, False):
        for at, (kind, segment) in enumerate(new):
            for other in left if partners[at] is None else ():
                if other[0] is kind and (other[1].name == segment.name or not by_name):
                    left.remove(other)
                    partners[at] = other[1]
                    break
    return partners, left


def _is_another(was: Segment, now: Segment, *, fresh: bool) -> bool:
    """Whether music took the place of other music, rather than being edited."""
    if was.origin and now.origin:
        return was.origin != now.origin
    return fresh and (was.name, was.id) != (now.name, now.id)


def _differ(one: float, other: float) -> bool:
    return abs(one - other) >= _SAME


def _reordered(partners: Sequence[Segment | None], new: Sequence[_Piece]) -> list[TrackKind]:
    """Return the kinds of which those pieces that were there before start in another order now."""
    starts: dict[TrackKind, list[tuple[float, float]]] = {}
    for was, (kind, now) in zip(partners, new, strict=True):
        if was is not None:
            starts.setdefault(kind, []).append((was.start, now.start))
    return [kind for kind, both in starts.items() if sorted(both, key=itemgetter(0)) != sorted(both, key=itemgetter(1))]


def _reordering(kind: TrackKind, before: Timeline, after: Timeline) -> Change:
    was, now = (
        sorted((segment for its, segment in _pieces(timeline) if its is kind), key=attrgetter("start"))
        for timeline in (before, after)
    )
    end = max(segment.start + segment.seconds for segment in now)
    names = [" + ".join(segment.name for segment in segments) for segments in (was, now)]
    return Change(ChangeKind.ORDER, kind, "", now[0].start, end, *names)


def _change(
    kind: ChangeKind, track: TrackKind, at: Segment, before: str | float | None = None, after: str | float | None = None
) -> Change:
    return Change(kind, track, at.name, at.start, at.start + at.seconds, before, after)
