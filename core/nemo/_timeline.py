"""A timeline for people: its summary in the documented form, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.nemo.model import Change, ChangeKind, Segment, Timeline, Track, TrackKind

_SAME = 0.05
"""Seconds below which two times are the same: half of what is shown."""


def summary(timeline: Timeline) -> str:
    """Return the documented form; tracks without segments are left out.

    E.g. `Timeline (2 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%)`.
    """
    tracks = [track for track in timeline.tracks if track.segments]
    noun = "track" if len(tracks) == 1 else "tracks"
    entries = (f" {number}. {_entry(track)}" for number, track in enumerate(tracks, 1))
    return f"Timeline ({len(tracks)} {noun})" + (":" + "".join(entries) if tracks else "")


def _entry(track: Track) -> str:
    names = [segment.name for segment in track.segments if segment.name]
    if track.kind is TrackKind.TITLE:
        names = [f'"{name}"' for name in names]
    start = min(segment.start for segment in track.segments)
    end = max(segment.start + segment.seconds for segment in track.segments)
    volumes = {segment.volume for segment in track.segments}
    volume = volumes.pop() if len(volumes) == 1 else None
    heading = f"{track.kind}: {' + '.join(names)}" if names else str(track.kind)
    return f"{heading} ({_time(start)}-{_time(end)}s{'' if volume is None else f', {round(volume * 100)}%'})"


def _time(seconds: float) -> str:
    return f"{round(seconds, 1):.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment, its track's kind and its place, which tells two alike apart."""

    kind: TrackKind
    segment: Segment
    place: tuple[int, int]


def changes(before: Timeline, after: Timeline, *, fresh: bool = False) -> tuple[Change, ...]:
    """Return what a person would notice: whole length first, then what is there now in its order, then what is gone.

    Pieces are known again by kind and name; of what is left over on both sides, one replaced the other. Music that was
    made anew is no edit of what was there: it is told whole, and so is the length that it gives the timeline. `fresh`:
    new music was asked for, so that music of another name or id is new also where its origin is not told.
    """
    old, new = _pieces(before), _pieces(after)
    partners = _partners(old, new)
    reordered = {kind for kind in TrackKind if _order_of(kind, partners.values()) != _order_of(kind, partners)}
    anew = {piece for piece, was in partners.items() if _is_another(was, piece, fresh=fresh)}
    own_length = any(_fills(piece.segment, after) for piece in anew)
    found = [] if own_length else _whole_length(before, after)
    for piece in new:
        was = partners.get(piece)
        if was is None:
            found.append(_change(ChangeKind.ADDED, piece))
        elif piece in anew:
            found.append(_change(ChangeKind.NEW_PIECE, piece, was.segment.name, piece.segment.name))
        else:
            found += _differences(was, piece, before, after, moves=piece.kind not in reordered)
    gone = set(old) - set(partners.values())
    found += [_change(ChangeKind.REMOVED, piece) for piece in old if piece in gone]
    return (*found, *(_reordering(kind, old, new) for kind in TrackKind if kind in reordered))


def _pieces(timeline: Timeline) -> list[_Piece]:
    return [
        _Piece(track.kind, segment, (row, column))
        for row, track in enumerate(timeline.tracks)
        for column, segment in enumerate(track.segments)
    ]


def _partners(old: list[_Piece], new: list[_Piece]) -> dict[_Piece, _Piece]:
    """Return for pieces of `new` what they were in `old`."""
    left = list(old)
    partners: dict[_Piece, _Piece] = {}
    for alike in (_same_name, _same_kind):
        for piece in new:
            was = None if piece in partners else next((other for other in left if alike(piece, other)), None)
            if was:
                left.remove(was)
                partners[piece] = was
    return {piece: partners[piece] for piece in new if piece in partners}


def _is_another(was: _Piece, now: _Piece, *, fresh: bool) -> bool:
    """Whether music took the place of other music, rather than being edited."""
    old, new = was.segment, now.segment
    if now.kind is not TrackKind.BGM:
        return False
    if old.origin and new.origin:
        return old.origin != new.origin
    return fresh and (old.name, old.id) != (new.name, new.id)


def _same_kind(one: _Piece, other: _Piece) -> bool:
    return one.kind is other.kind


def _same_name(one: _Piece, other: _Piece) -> bool:
    return one.kind is other.kind and one.segment.name == other.segment.name


def _differences(was: _Piece, now: _Piece, before: Timeline, after: Timeline, *, moves: bool) -> list[Change]:
    old, new = was.segment, now.segment
    found = []
    if old.name != new.name:
        found.append(_change(ChangeKind.REPLACED, now, old.name, new.name))
    if _differ(old.seconds, new.seconds) and not (_fills(old, before) and _fills(new, after)):
        found.append(_change(ChangeKind.LENGTH, now, old.seconds, new.seconds))
    if moves and _differ(old.start, new.start):
        found.append(_change(ChangeKind.MOVED, now, old.start, new.start))
    if old.volume != new.volume:
        found.append(_change(ChangeKind.VOLUME, now, old.volume, new.volume))
    return found


def _fills(segment: Segment, timeline: Timeline) -> bool:
    """Whether a segment is as long as the whole: then the whole's new length says it."""
    return not _differ(segment.seconds, timeline.seconds)


def _differ(one: float, other: float) -> bool:
    return abs(one - other) >= _SAME


def _whole_length(before: Timeline, after: Timeline) -> list[Change]:
    if not _differ(before.seconds, after.seconds) or not before.can_export or not after.can_export:
        return []
    return [Change(ChangeKind.LENGTH, None, "", 0.0, after.seconds, before.seconds, after.seconds)]


def _order_of(kind: TrackKind, pieces: Iterable[_Piece]) -> list[int]:
    """Return the places of the pieces of a kind, by their starts."""
    starts = [piece.segment.start for piece in pieces if piece.kind is kind]
    return sorted(range(len(starts)), key=starts.__getitem__)


def _reordering(kind: TrackKind, old: list[_Piece], new: list[_Piece]) -> Change:
    was, now = (sorted((p.segment for p in pieces if p.kind is kind), key=_start) for pieces in (old, new))
    end = max(segment.start + segment.seconds for segment in now)
    return Change(ChangeKind.ORDER, kind, "", now[0].start, end, _names(was), _names(now))


def _start(segment: Segment) -> float:
    return segment.start


def _names(segments: Iterable[Segment]) -> str:
    return " + ".join(segment.name for segment in segments)


def _change(
    kind: ChangeKind, piece: _Piece, before: str | float | None = None, after: str | float | None = None
) -> Change:
    at = piece.segment
    return Change(kind, piece.kind, at.name, at.start, at.start + at.seconds, before, after)
