"""Edits keep the piece and change what was said; and what is an edit at all."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.compose import Limit, Unchanged, compose, parse_brief, revise, wants_new_piece
from studio.model import Brief, Role, Shape
from tests.support.tables import said

_DRUMS = frozenset({Role.DRUMS, Role.PERCUSSION})
BRIEF = parse_brief("upbeat energetic 30s", seed=7).brief


def _motif(brief: Brief) -> list[int]:
    """The first two bars of the tune, as steps between its pitches."""
    part = next(part for part in compose(brief).parts if part.role is Role.MELODY)
    first = part.notes[0].start // 4 * 4
    pitches = [note.pitch for note in part.notes if note.start < first + 7.9]
    return [after - before for before, after in pairwise(pitches)]


@said(
    "wish changes",
    {
        "tempo": "slower | faster please | 140 bpm | too fast | 慢一点",
        "tempo title": "make it slower and add the title 'Golden Hour'",
        "length": "longer | make it 45 seconds | shorten it | 长一点 | 改成一分半",
        "mood tempo key": "make it sadder",
        "style mood tempo": "change the style to jazz | 改成爵士",
        "key": "in A minor | in minor | E 小调",
        "players": "no drums | only piano | add a violin",
        "volume": "louder | a bit quieter | 大声一点",
        "title": 'title "Night Ride" | 标题「金色时光」',
        "shape": "make it vertical for TikTok | 竖屏",
        "undo": "undo | 撤销",
        "tempo players": "快一点,然后去掉鼓",
        "mood tempo": "a bit calmer | less energetic | 没那么有活力",
        "": "remove the title | hello there | ",
    },
)
def test_what_changes(wish: str, changes: str) -> None:
    assert {change.name for change in revise(BRIEF, wish).changes} == set(changes.split())


@said(
    "wish seconds",
    {
        45: "make it 45 seconds | add 15 seconds | longer | 长一点",
        40: "10 seconds longer | 延长10秒",
        10: "20 seconds shorter | shorten it to 10 seconds",
        20: "shorter",
        120: "extend it to 2 minutes",
        600: "an hour",
        15: "缩短到15秒",
    },
)
def test_length(wish: str, seconds: float) -> None:
    assert revise(BRIEF, wish).brief.seconds == seconds


def test_tempo_moves_from_where_it_is() -> None:
    now = compose(BRIEF).bpm
    slower = revise(BRIEF, "slower").brief
    assert 0.85 <= compose(slower).bpm / now < 0.9, "a clear step"
    assert (compose(slower).key, slower.seed) == (compose(BRIEF).key, BRIEF.seed)
    assert compose(revise(slower, "slower").brief).bpm < compose(slower).bpm * 0.9
    assert compose(revise(BRIEF, "太慢了").brief).bpm > now
    assert now > compose(revise(BRIEF, "a little slower").brief).bpm > compose(slower).bpm


@said(
    "wish limit at_least",
    {
        (Limit.SLOWEST, 6): "slower | 慢一点",
        (Limit.FASTEST, 3): "faster",
        (Limit.CALMEST, 3): "calmer | 更平静一点 | less energetic",
        (Limit.LIVELIEST, 1): "more energetic",
        (Limit.SADDEST, 2): "sadder",
        (Limit.GLADDEST, 1): "happier",
        (Limit.LONGEST, 5): "longer",
        (Limit.SHORTEST, 3): "shorter",
    },
)
def test_again_goes_on_until_the_limit(wish: str, limit: Limit, at_least: int) -> None:
    brief, steps = BRIEF, 0
    while limit not in (revision := revise(brief, wish)).limits:
        assert revision.brief != brief
        if limit not in (Limit.SHORTEST, Limit.LONGEST):
            assert compose(revision.brief).parts != compose(brief).parts
        brief, steps = revision.brief, steps + 1
        assert steps < 12
    assert steps >= at_least


@pytest.mark.parametrize("wish", ["slower", "no drums", "30 seconds longer", "louder", "title 'x'", "square"])
def test_edits_keep_the_motif(wish: str) -> None:
    assert _motif(revise(BRIEF, wish).brief) == _motif(BRIEF)


def test_sadder_is_minor_on_the_same_note() -> None:
    sadder = compose(revise(BRIEF, "make it sadder").brief)
    major = compose(BRIEF).key
    assert major.endswith("major")
    assert sadder.key.split()[1] == "minor"
    assert revise(revise(BRIEF, "sadder").brief, "happier").brief.valence > 0


def test_players_go_and_come_back() -> None:
    drumless = revise(BRIEF, "without drums").brief
    assert drumless.without == _DRUMS
    assert revise(drumless, "bring the drums back").brief.without == frozenset()
    assert revise(drumless, "把鼓加回来").brief.without == frozenset()
    piano = revise(BRIEF, "only piano").brief
    assert (piano.instruments, piano.solo) == (("grand piano",), True)
    assert not revise(piano, "full band again").brief.solo


def test_volume() -> None:
    assert revise(BRIEF, "louder").volume_db == 4.0
    assert revise(BRIEF, "a bit quieter").volume_db == -2.0
    assert revise(BRIEF, "too loud").volume_db == -4.0
    assert revise(BRIEF, "louder").volume_factor == pytest.approx(1.585, abs=0.001)
    assert revise(BRIEF, "louder").brief == BRIEF


def test_title_said_removed_or_left() -> None:
    assert revise(BRIEF, "slower").title is Unchanged.TITLE
    assert revise(BRIEF, "title: Rain").title == "Rain"
    titled = replace(BRIEF, title="Rain")
    gone = revise(titled, "remove the title")
    assert gone.title is None
    assert gone.brief.title is None
    assert [(change.before, change.after) for change in gone.changes] == [("Rain", "")]
    assert revise(titled, "faster").brief.title == "Rain"


def test_shape_alone_does_not_change_the_style() -> None:
    lofi = parse_brief("lofi", seed=1).brief
    revised = revise(lofi, "make it vertical for TikTok").brief
    assert (revised.style, revised.shape) == ("lofi", Shape.PORTRAIT)


def test_several_in_one_sentence() -> None:
    revised = revise(BRIEF, "slower, sadder, only piano, 20 seconds, title: Rain").brief
    assert revised.seconds == 20
    assert revised.valence < 0
    assert revised.solo
    assert revised.title == "Rain"


_EDITS = st.sampled_from(
    [
        *("slower", "faster", "longer", "shorter", "sadder", "happier", "calmer", "no", "drums", "only", "piano"),
        *("bring back", "louder", "quieter", "jazz", "45", "seconds", "in A minor", "title", "'x'", "a bit", "much"),
        *(
            "more",
            "less",
            "undo",
            "慢",
            "快",
            "长",
            "短",
            "去掉",
            "鼓",
            "把",
            "加回来",
            "大声",
            "改成",
            "爵士",
            "一分半",
        ),
        *("一分半", "标题", "「x」"),
    ]
)


@given(st.one_of(st.text(max_size=120), st.lists(_EDITS, max_size=10).map(" ".join)))
def test_editing_never_raises(wish: str) -> None:
    revision = revise(BRIEF, wish)
    assert 5.0 <= revision.brief.seconds <= 600.0
    assert revision.brief.seed == BRIEF.seed
    assert revision.undo or revision.changes or revision.brief == BRIEF
    assert isinstance(wants_new_piece(wish), bool)


@said(
    "wish",
    "something sad with piano, 20s | generate a 60-second upbeat background track prompt into a 1080p MP4"
    " | generate a free background music track for my video with an upbeat, energetic vibe"
    " | upbeat energetic 30 seconds | lofi | give me another one | new track: jazz"
    " | epic trailer music without drums | song about water with no drums | put calm piano under this"
    " | make a lofi track, 45 seconds | start over with house | 来一首悲伤的钢琴曲"
    " | 生成一段欢快的背景音乐 30秒",
)
def test_new_pieces(wish: str) -> None:
    assert wants_new_piece(wish)


@said(
    "wish",
    "make it sadder | make it slower and add the title 'Golden Hour' | no drums | only piano | louder"
    ' | undo | title "Night Ride" | 45 seconds | change the style to jazz | make it lofi | in A minor'
    " | same but jazz | I want it slower | turn it into a waltz | less sad | 慢一点 | 去掉鼓 | 改成爵士"
    " | 加个小提琴 | hello",
)
def test_edits(wish: str) -> None:
    assert not wants_new_piece(wish)


@said(
    "wish",
    "landscape | portrait for TikTok | TikTok | youtube | give me a vertical version | I want it square | 抖音 | 竖屏",
)
def test_a_format_or_platform_alone_is_an_edit_of_the_shape(wish: str) -> None:
    assert not wants_new_piece(wish)
    revised = revise(BRIEF, wish).brief
    assert replace(revised, shape=BRIEF.shape) == BRIEF


@pytest.mark.parametrize(
    "wish", ["music for TikTok", "upbeat tiktok", "vertical tiktok dance", "something for youtube"]
)
def test_music_for_a_platform_is_music(wish: str) -> None:
    assert wants_new_piece(wish)


@pytest.mark.parametrize(
    "wish",
    ["no piano, only piano 6s", "only violin", "jazz, no drums, no piano", "with ukulele", "sad waltz in A minor"],
)
def test_a_title_touches_no_music(wish: str) -> None:
    brief = parse_brief(wish, seed=3).brief
    revision = revise(brief, "title 'x'")
    assert revision.title == "x"
    assert replace(revision.brief, title=brief.title) == brief


@pytest.mark.parametrize(
    ("wish", "seconds", "limit"),
    [
        ("make it 1000000000 seconds", 600, Limit.BEYOND),
        ("2 hours", 600, Limit.BEYOND),
        ("forever", 600, Limit.BEYOND),
        ("make it 2 seconds", 5, Limit.BEYOND),
    ],
)
def test_a_length_beyond_what_is_made_is_told(wish: str, seconds: float, limit: Limit) -> None:
    revision = revise(BRIEF, wish)
    assert (revision.brief.seconds, revision.limits) == (seconds, (limit,))
    again = revise(revision.brief, wish)
    assert again.brief == revision.brief
    assert again.limits == (Limit.LONGEST if seconds > 5 else Limit.SHORTEST,)
