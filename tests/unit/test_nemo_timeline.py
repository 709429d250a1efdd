"""The draft as a timeline, its summary in the documented form, and what differs between two."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from core.nemo import changes, entries, read_timeline
from core.nemo.model import Change, ChangeKind, Segment, Timeline, Track, TrackKind

BGM, VIDEO, TITLE, AUDIO, IMAGE = TrackKind.BGM, TrackKind.VIDEO, TrackKind.TITLE, TrackKind.AUDIO, TrackKind.IMAGE
DOCUMENTED: JsonValue = {
    "t": [
        {"tt": 0, "sg": [{"d": 10000, "s": 0, "m": {"name": "city timelapse"}}]},
        {"tt": 1, "sg": [{"d": 10000, "s": 0, "m": {"name": "Lo-fi", "volume": 0.35}}]},
        {"tt": 7, "sg": [{"d": 3000, "s": 0, "m": {"text": "Urban Dreams"}}]},
    ],
    "d": 10000,
}


def piece(name: str, start: float = 0, seconds: float = 10, volume: float | None = None) -> Segment:
    return Segment(name, start, seconds, volume)


def timeline(*tracks: tuple[TrackKind, Segment | tuple[Segment, ...]], seconds: float | None = None) -> Timeline:
    rows = tuple(Track(kind, one if isinstance(one, tuple) else (one,)) for kind, one in tracks)
    ends = [segment.start + segment.seconds for row in rows for segment in row.segments]
    return Timeline(rows, max(ends, default=0.0) if seconds is None else seconds)


def test_the_entries_have_the_documented_form() -> None:
    assert entries(read_timeline(DOCUMENTED)) == (
        "1. Video: city timelapse (0-10s)",
        "2. BGM: Lo-fi (0-10s, 35%)",
        '3. Title: "Urban Dreams" (0-3s)',
    )
    assert entries(timeline((BGM, piece("a"))), lambda kind: f"<{kind}>") == ("1. <BGM>: a (0-10s)",)


@pytest.mark.parametrize(
    ("shown", "entry"),
    [
        (timeline((BGM, piece("a", 0, 7.5))), "BGM: a (0-7.5s)"),
        (timeline((BGM, piece("a", 0.25, 9.7))), "BGM: a (0.2-9.9s)"),
        (timeline((BGM, piece("a", 0, 19.998))), "BGM: a (0-20s)"),
        (timeline((BGM, ()), (VIDEO, (piece("a", 0, 2), piece("b", 2, 3)))), "Video: a + b (0-5s)"),
        (timeline((TITLE, (piece("a"), piece("b")))), 'Title: "a" + "b" (0-10s)'),
        (timeline((AUDIO, piece("", volume=1))), "Audio (0-10s, 100%)"),
        (timeline((AUDIO, (piece("a", volume=1), piece("b", volume=0.5)))), "Audio: a + b (0-10s)"),
        (timeline((IMAGE, piece("a\n b"))), "Image: a\n b (0-10s)"),
    ],
)
def test_entries(shown: Timeline, entry: str) -> None:
    assert entries(shown) == (f"1. {entry}",)


def test_nothing_has_no_entries() -> None:
    assert entries(timeline()) == entries(timeline((BGM, ()))) == ()


@pytest.mark.parametrize(
    ("track", "kind"),
    [
        ({"tt": 0, "sg": [{"m": {"name": "x.PNG"}}]}, IMAGE),
        ({"tt": 0, "sg": [{"m": {"type": "image"}}]}, IMAGE),
        ({"tt": 0, "sg": [{"m": {"type": "video"}}]}, VIDEO),
        ({"tt": "1", "sg": []}, BGM),
        ({"tt": 1, "sg": [{"m": {"type": "bgm"}}]}, BGM),
        ({"tt": 1, "m": {"type": "audio"}}, AUDIO),
        ({"tt": 1, "sg": [{"m": {"type": "upload"}}]}, AUDIO),
        ({"tt": 7}, TITLE),
        ({"tt": 5}, TrackKind.OTHER),
        ({}, TrackKind.OTHER),
    ],
)
def test_kinds_of_tracks(track: JsonValue, kind: TrackKind) -> None:
    assert read_timeline({"t": [track]}).tracks[0].kind is kind


def test_segments_without_a_start_follow_one_another() -> None:
    read = read_timeline({"t": [{"tt": 0, "sg": [{"d": 2000}, {"d": 500}, {"s": 9000, "d": 1000}, {"d": 1}]}]})
    assert [segment.start for segment in read.tracks[0].segments] == [0, 2, 9, 10]
    assert read.seconds == 10.001


def test_the_whole_length_is_what_the_draft_says_or_else_its_last_end() -> None:
    track: JsonValue = {"tt": 0, "sg": [{"d": 2000}]}
    assert read_timeline({"t": [track], "d": 12_500}).seconds == 12.5
    assert read_timeline({"t": [track]}).seconds == 2


def test_what_can_be_exported() -> None:
    assert read_timeline(DOCUMENTED).can_export
    assert not read_timeline({"t": [{"tt": 0, "sg": []}, {"tt": 1}]}).can_export


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["t", "tt", "sg", "s", "d", "m", "name", "text", "volume", "type"]), inner)
    ),
    max_leaves=30,
)


@given(JSON)
def test_any_json_gives_a_timeline(draft: JsonValue) -> None:
    read = read_timeline(draft)
    assert read.seconds >= 0
    assert len(entries(read)) <= len(read.tracks)
    assert changes(read, read) == ()


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
SEGMENTS = st.builds(
    Segment,
    NAMES,
    st.integers(0, 60_000).map(lambda ms: ms / 1000),
    st.integers(1, 60_000).map(lambda ms: ms / 1000),
    st.none() | st.floats(0, 1),
)
TYPES = {VIDEO: (0, "video"), IMAGE: (0, "image"), BGM: (1, "bgm"), AUDIO: (1, "audio")}
ROWS = st.lists(st.tuples(st.sampled_from(list(TYPES)), st.lists(SEGMENTS, min_size=1, max_size=3)), max_size=4)
Rows = list[tuple[TrackKind, list[Segment]]]


def draft_of(rows: Rows, extra: dict[str, JsonValue], broken: list[JsonValue]) -> JsonValue:
    tracks: list[JsonValue] = []
    for kind, segments in rows:
        number, its_type = TYPES[kind]
        items = [*broken]
        for one in segments:
            about = {"name": one.name, "volume": one.volume, "type": its_type, **extra}
            items.append({"s": round(one.start * 1000), "d": round(one.seconds * 1000), "m": about, **extra})
        tracks.append({"tt": number, "sg": items, **extra})
    return {"t": [*broken, *tracks], **extra}


@given(ROWS, st.dictionaries(st.sampled_from(["x", "uid", "effects", "fx", "zz"]), JSON, max_size=3))
def test_known_forms_come_back_whatever_else_is_there(rows: Rows, noise: dict[str, JsonValue]) -> None:
    read = read_timeline(draft_of(rows, noise, ["?", 7, None]))
    assert read.tracks == tuple(Track(kind, tuple(segments)) for kind, segments in rows)


BEFORE = timeline((VIDEO, piece("city")), (BGM, piece("Lo-fi", volume=0.35)), (TITLE, piece("Dreams", 0, 3)))


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (BEFORE, ()),
        (
            timeline((VIDEO, piece("city")), (BGM, piece("Jazz", volume=0.35)), (TITLE, piece("Dreams", 0, 3))),
            (Change(ChangeKind.REPLACED, BGM, "Jazz", 0, 10, "Lo-fi", "Jazz"),),
        ),
        (
            timeline((VIDEO, piece("city")), (BGM, piece("Lo-fi", volume=0.5)), (TITLE, piece("Dreams", 2, 4))),
            (
                Change(ChangeKind.VOLUME, BGM, "Lo-fi", 0, 10, 0.35, 0.5),
                Change(ChangeKind.LENGTH, TITLE, "Dreams", 2, 6, 3, 4),
                Change(ChangeKind.MOVED, TITLE, "Dreams", 2, 6, 0, 2),
            ),
        ),
        (
            timeline((VIDEO, piece("city")), (BGM, piece("Lo-fi", volume=0.35))),
            (Change(ChangeKind.REMOVED, TITLE, "Dreams", 0, 3),),
        ),
        (
            timeline(
                (VIDEO, piece("city", seconds=12)),
                (BGM, piece("Lo-fi", seconds=12, volume=0.35)),
                (TITLE, piece("Dreams", 0, 3)),
                (TITLE, piece("End", 10, 2)),
            ),
            (
                Change(ChangeKind.LENGTH, None, "", 0, 12, 10, 12),
                Change(ChangeKind.ADDED, TITLE, "End", 10, 12),
            ),
        ),
        (
            timeline(),
            tuple(
                Change(ChangeKind.REMOVED, *rest)
                for rest in [(VIDEO, "city", 0, 10), (BGM, "Lo-fi", 0, 10), (TITLE, "Dreams", 0, 3)]
            ),
        ),
    ],
)
def test_changes_are_named_with_their_time(after: Timeline, found: tuple[Change, ...]) -> None:
    assert changes(BEFORE, after) == found


def test_another_order_is_one_change() -> None:
    before = timeline((VIDEO, (piece("a", 0, 2), piece("b", 2, 2), piece("c", 4, 2))))
    after = timeline((VIDEO, (piece("c", 0, 2), piece("a", 2, 2), piece("b", 4, 2))))
    assert changes(before, after) == (Change(ChangeKind.ORDER, VIDEO, "", 0, 6, "a + b + c", "c + a + b"),)


TIMELINES = ROWS.map(lambda rows: timeline(*((kind, tuple(segments)) for kind, segments in rows)))


def pieces(shown: Timeline) -> list[tuple[TrackKind, Segment]]:
    return [(track.kind, segment) for track in shown.tracks for segment in track.segments]


@given(TIMELINES, TIMELINES)
def test_what_comes_and_goes_adds_up_and_the_way_back_undoes_it(before: Timeline, after: Timeline) -> None:
    there, back = changes(before, after), changes(after, before)

    def count(found: tuple[Change, ...], kind: ChangeKind) -> int:
        return sum(one.kind is kind for one in found)

    added, removed = count(there, ChangeKind.ADDED), count(there, ChangeKind.REMOVED)
    assert len(pieces(before)) + added - removed == len(pieces(after))
    assert (added, removed) == (count(back, ChangeKind.REMOVED), count(back, ChangeKind.ADDED))
    now, was = {(kind, s.name) for kind, s in pieces(after)}, {(kind, s.name) for kind, s in pieces(before)}
    for one in there:
        if one.track is not None and one.kind is not ChangeKind.ORDER:
            assert (one.track, one.name) in (was if one.kind is ChangeKind.REMOVED else now)
            assert one.start <= one.end


@given(
    st.lists(st.tuples(st.sampled_from(list(TYPES)), SEGMENTS), min_size=1, max_size=4, unique_by=lambda row: row[0])
)
@pytest.mark.parametrize("kind", [ChangeKind.VOLUME, ChangeKind.MOVED, ChangeKind.REPLACED, ChangeKind.REMOVED])
def test_one_edit_is_told_as_that_one_edit(kind: ChangeKind, rows: list[tuple[TrackKind, Segment]]) -> None:
    """The first of tracks of different kinds is edited; a long whole keeps the rest as it is."""
    whole = 200.0
    (track, old), *others = rows
    edited = {
        ChangeKind.VOLUME: replace(old, volume=0.5 if old.volume != 0.5 else 0.25),
        ChangeKind.MOVED: replace(old, start=old.start + 1),
        ChangeKind.REPLACED: replace(old, name=old.name + "2"),
        ChangeKind.REMOVED: None,
    }[kind]
    before = timeline(*((it, segment) for it, segment in rows), seconds=whole)
    after = timeline(*([(track, edited)] if edited else []), *((it, segment) for it, segment in others), seconds=whole)
    (found,) = [one for one in changes(before, after) if one.kind is not ChangeKind.LENGTH or one.track is not None]
    assert (found.kind, found.track, found.name) == (kind, track, (edited or old).name)


def music(name: str, seconds: float, volume: float, origin: str | None, own_id: str | None = None) -> Timeline:
    bgm = Segment(name, 0.0, seconds, volume, own_id, origin)
    return timeline((VIDEO, piece("moving picture", seconds=seconds)), (BGM, bgm))


def test_music_of_another_origin_is_told_as_a_new_piece_and_not_as_an_edit() -> None:
    before, after = music("Lo-fi", 20, 1.0, "a"), music("Jazz", 8, 0.5, "b")
    assert changes(before, after) == (Change(ChangeKind.NEW_PIECE, BGM, "Jazz", 0, 8, "Lo-fi", "Jazz"),)
    # Under a video that keeps its length, and also where the new one has the old one's name.
    under = timeline((VIDEO, piece("city", seconds=20)), (BGM, Segment("Lo-fi", 0, 20, 0.5, "2", "b")))
    was = timeline((VIDEO, piece("city", seconds=20)), (BGM, Segment("Lo-fi", 0, 20, 1.0, "1", "a")))
    assert [one.kind for one in changes(was, under)] == [ChangeKind.NEW_PIECE]


def test_a_new_piece_and_a_new_video_are_told_each() -> None:
    before = music("Lo-fi", 20, 1.0, "a")
    after = timeline((VIDEO, piece("city", seconds=30)), (BGM, Segment("Jazz", 0, 10, 0.5, "2", "b")))
    assert [(one.kind, one.track) for one in changes(before, after)] == [
        (ChangeKind.LENGTH, None),
        (ChangeKind.REPLACED, VIDEO),
        (ChangeKind.NEW_PIECE, BGM),
    ]


@pytest.mark.parametrize(("was", "now"), [("a", "a"), (None, None), ("a", None), (None, "b")])
def test_an_edit_of_the_music_is_told_by_what_changed(was: str | None, now: str | None) -> None:
    found = changes(music("Lo-fi", 20, 1.0, was, "1"), music("Lo-fi, no drums", 8, 0.5, now, "2"))
    assert [one.kind for one in found] == [ChangeKind.LENGTH, ChangeKind.REPLACED, ChangeKind.VOLUME]


@pytest.mark.parametrize(
    ("name", "own_id", "origin", "kinds"),
    [
        ("Jazz", None, None, [ChangeKind.NEW_PIECE]),
        ("Lo-fi", "2", None, [ChangeKind.NEW_PIECE]),
        ("Lo-fi", "1", None, [ChangeKind.LENGTH, ChangeKind.VOLUME]),
        ("Jazz", "2", "a", [ChangeKind.LENGTH, ChangeKind.REPLACED, ChangeKind.VOLUME]),
    ],
    ids=["another name", "another id", "the same", "an edit by its origin"],
)
def test_where_new_music_was_asked_for_another_name_or_id_is_a_new_piece(
    name: str, own_id: str | None, origin: str | None, kinds: list[ChangeKind]
) -> None:
    before = music("Lo-fi", 20, 1.0, "a" if origin else None, own_id and "1")
    after = music(name, 8, 0.5, origin, own_id)
    assert [one.kind for one in changes(before, after, fresh=True)] == kinds


def test_id_and_origin_are_read_where_they_are_told() -> None:
    draft: JsonValue = {"t": [{"tt": 1, "sg": [{"d": 1000, "m": {"name": "a", "id": "7", "origin": "3"}}, {"d": 1}]}]}
    first, second = read_timeline(draft).tracks[0].segments
    assert (first.id, first.origin) == ("7", "3")
    assert (second.id, second.origin) == (None, None)
