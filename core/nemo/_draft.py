"""The draft, as the service keeps a timeline, read into a `Timeline`. Any JSON gives one, at worst an empty one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import JsonValue

from core.nemo._wire import Items, Lenient, Reader, Wire, readable
from core.nemo.model import Segment, Timeline, Track, TrackKind

_VIDEO, _AUDIO, _TEXT = 0, 1, 7
_IMAGES = {".jpg", ".jpeg", ".png", ".gif", ".webp"}


@dataclass(frozen=True)
class _Metadata(Wire):
    name: Lenient[str] = None
    text: Lenient[str] = None
    volume: Lenient[float] = None
    type: Lenient[str] = None
    id: Lenient[str] = None
    origin: Lenient[str] = None


@dataclass(frozen=True)
class _Segment(Wire):
    s: Lenient[float] = None
    d: Lenient[float] = None
    m: Lenient[_Metadata] = None


@dataclass(frozen=True)
class _Track(Wire):
    tt: Lenient[int] = None
    sg: Items[_Segment] = None
    m: Lenient[_Metadata] = None


@dataclass(frozen=True)
class _Draft(Wire):
    t: Items[_Track] = None
    d: Lenient[float] = None


_DRAFT = Reader(_Draft)


def read_timeline(draft: JsonValue) -> Timeline:
    """Return the timeline of a draft: short keys `t`, `tt`, `sg`, `s`, `d`, `m`, times in ms; never raises."""
    wire = _DRAFT.value(draft) or _Draft()
    tracks = tuple(_track(track) for track in readable(wire.t))
    ends = [segment.start + segment.seconds for track in tracks for segment in track.segments]
    return Timeline(tracks, _seconds(wire.d) or max(ends, default=0.0))


def _track(wire: _Track) -> Track:
    segments: list[Segment] = []
    end = 0.0
    for item in readable(wire.sg):
        about = item.m or wire.m or _Metadata()
        start = end if item.s is None else _seconds(item.s)
        name = about.text if wire.tt == _TEXT and about.text is not None else about.name or about.text or ""
        segments.append(
            Segment(
                " ".join(name.split()), start, _seconds(item.d), about.volume, about.id or None, about.origin or None
            )
        )
        end = start + _seconds(item.d)
    return Track(_kind(wire), tuple(segments))


def _seconds(milliseconds: float | None) -> float:
    return max(0.0, milliseconds or 0.0) / 1000


def _kind(wire: _Track) -> TrackKind:
    """Tell a picture from a film and a person's own sound from composed music by what the metadata says."""
    abouts = [item.m for item in readable(wire.sg) if item.m] + [wire.m or _Metadata()]
    types = {(about.type or "").partition("/")[0].lower() for about in abouts}
    pictures = "image" in types or any(PurePosixPath(about.name or "").suffix.lower() in _IMAGES for about in abouts)
    match wire.tt:
        case 0:
            return TrackKind.IMAGE if pictures else TrackKind.VIDEO
        case 1:
            return TrackKind.AUDIO if types & {"audio", "upload"} else TrackKind.BGM
        case 7:
            return TrackKind.TITLE
        case _:
            return TrackKind.OTHER
