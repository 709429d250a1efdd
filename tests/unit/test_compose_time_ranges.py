"""What is wished for a part of the piece, and how it fades: spans of time are no lengths of the whole."""

from __future__ import annotations

import pytest

from studio.compose import Limit, parse_brief, revise, wants_new_piece
from studio.compose.text_parser import normalize_text
from studio.compose.time_ranges import find_fades, split_by_range
from studio.compose.title_parser import find_title
from studio.model import TitlePlace
from tests.support.tables import said

BRIEF = parse_brief("calm lofi 38 seconds", seed=7).brief


@said(
    "wish into out",
    {
        (None, 5): "make it fade out over the last 5 seconds | 最后5秒淡出",
        (None, 7): "fade out in the last 7 seconds",
        (None, 6): "in the last 6 seconds, fade out",
        (3, None): "with a 3 second fade-in | 开头3秒淡入",
        (2, None): "fade the music in over two seconds",
        (3, 6): "fade in for 3 seconds and fade out for 6 seconds",
        (None, 4): "let it fade out",
        (None, 0): "no fade out | 不要淡出",
        (None, 8): "淡出8秒",
        (None, None): "slower",
    },
)
def test_fades_leave_the_length_alone(wish: str, into: float | None, out: float | None) -> None:
    fades = find_fades(wish)
    assert (fades.into, fades.out) == (into, out)
    revised = revise(BRIEF, wish).brief
    assert revised.seconds == 38
    assert (revised.fade_in, revised.fade_out) == (into or 0.0, out or 0.0)


def test_a_new_piece_fades_and_has_its_own_length() -> None:
    brief = parse_brief("jazz with a 10 second fade out, 40 seconds", seed=1).brief
    assert (brief.seconds, brief.fade_out, brief.style) == (40, 10, "jazz")
    assert parse_brief("钢琴，20秒，最后5秒淡出", seed=1).brief.fade_out == 5
    assert revise(BRIEF, "fade out over the last 2 minutes").brief.fade_out == 38, "no longer than the piece"


@said(
    "wish whole timed",
    {
        ("", True): (
            "for the first 10 seconds only drums | only piano during the last 8 seconds | no drums until 0:10"
            " | from 0:10 to 0:20 without bass | drums come in after 12 seconds | 前10秒只要鼓"
            " | 第20秒开始不要鼓 | 从5秒到9秒小声一点 | make the second half faster"
        ),
        ("", False): (
            "louder at the end | make the ending more dramatic | make the intro longer | 结尾大声一点"
            " | 前奏长一点 | 副歌更激烈 | at the end, louder"
        ),
        ("slower", False): "slower, and louder at the end",
    },
)
def test_a_part_is_taken_off(wish: str, whole: str, *, timed: bool) -> None:
    parted = split_by_range(normalize_text(wish))
    assert parted.parts
    assert (parted.whole, parted.timed) == (whole, timed)


@pytest.mark.parametrize(
    "wish",
    [
        *("45 seconds", "30-60 seconds", "between 15 to 30 seconds", "extend it from 20 to 30 seconds", "延长10秒"),
        *('title "X", at the end', "add subtitle 'hi' from 0:05 to 0:09", "字幕“你好”从5秒到9秒"),
        *("fade out over the last 5 seconds", "music for the intro of my video", "start over with house", "3分30秒"),
        *("extend it to the end of the video", "slower, no drums", "title 'The Ending'", "最后5秒淡出"),
    ],
)
def test_what_is_about_the_whole_stays(wish: str) -> None:
    parted = split_by_range(normalize_text(wish))
    assert (parted.whole, parted.parts) == (wish, "")


@pytest.mark.parametrize(
    ("wish", "start", "seconds"),
    [
        ("add subtitle 'hi there' from 0:05 to 0:09", 5, 4),
        ('add the caption "Hello" between 5 and 9 seconds', 5, 4),
        ("title 'Y' from second 3 to second 8", 3, 5),
        ("title 'X' at 0:10 for 4 seconds", 10, 4),
        ("show the title from 2s to 6s", 2, 4),
        ("title 'Z' at 1:02", 62, None),
        ("字幕“你好”从5秒到9秒", 5, 4),
        ("标题「你好」在第3秒开始显示", 3, None),
    ],
)
def test_a_title_has_its_time(wish: str, start: float, seconds: float | None) -> None:
    found = find_title(normalize_text(wish))
    assert (found.place, found.start, found.seconds) == (TitlePlace.AT, start, seconds)
    assert revise(BRIEF, wish).brief.seconds == 38
    assert not wants_new_piece(wish)


def test_a_time_within_a_title_is_its_words() -> None:
    assert find_title("title 'from 0:05 to 0:09'").start is None


@pytest.mark.parametrize(
    ("wish", "bpm"),
    [("make it 1000 bpm", 220), ("set it to 300 bpm", 220), ("tempo 12", 40), ("每分钟500拍", 220), ("速度改成 7", 40)],
)
def test_a_tempo_beyond_is_the_nearest_and_told(wish: str, bpm: float) -> None:
    revision = revise(BRIEF, wish)
    assert (revision.brief.bpm, revision.limits) == (bpm, (Limit.TEMPO,))
    again = revise(revision.brief, wish)
    assert again.limits == (Limit.FASTEST if bpm > 100 else Limit.SLOWEST,)
    understood = parse_brief(f"jazz, {wish}", seed=1)
    assert (understood.brief.bpm, "tempo_clamped" in understood.notes) == (bpm, True)
    assert "tempo_clamped" not in parse_brief("jazz at 120 bpm", seed=1).notes


@said(
    "wish seconds",
    {
        600: "piano 1e9 seconds | piano forever | lofi, nonstop | 钢琴永远",
        5: "jazz, 0 seconds | jazz -5 seconds | 爵士 0秒",
    },
)
def test_an_impossible_length_is_told(wish: str, seconds: float) -> None:
    understood = parse_brief(wish, seed=1)
    assert understood.brief.seconds == seconds
    assert "length_clamped" in understood.notes
    assert "vague" not in understood.notes


@said(
    "wish seconds",
    {
        60: "60s synthwave for a car video | 60s lofi | 60s music",
        90: "90s synthwave",
        30: "80s synthwave | 90s hiphop | 70s disco | 60s soul | 80s style",
        45: "80s synthwave, 45s",
    },
)
def test_a_decade_is_a_sound_where_it_has_one(wish: str, seconds: float) -> None:
    assert parse_brief(wish, seed=1).brief.seconds == seconds


@pytest.mark.parametrize(
    "wish", ["gorgonzola-core", "turnipwave 20s", "klezmer style", "in the klezmer genre", "波尔卡风格"]
)
def test_an_unknown_style_is_told(wish: str) -> None:
    assert "style_unknown" in parse_brief(wish, seed=1).notes


@pytest.mark.parametrize("wish", ["score", "a heatwave vlog", "photoshop tutorial", "synthwave", "our workshop"])
def test_common_words_are_no_unknown_styles(wish: str) -> None:
    assert "style_unknown" not in parse_brief(wish, seed=1).notes


@pytest.mark.parametrize("wish", ["change the style to klezmer", "make it gorgonzola-core", "换成波尔卡风格"])
def test_an_edit_to_an_unknown_style_is_told(wish: str) -> None:
    assert Limit.STYLE in revise(BRIEF, wish).limits


@said(
    "wish seconds",
    {
        48: "add 10 seconds at the end | 结尾加10秒 | make it 10 seconds longer",
        30: "remove 8 seconds from the end | 去掉最后8秒",
        35: "cut the last 3 seconds",
        20: "add drums and make it 20 seconds",
    },
)
def test_more_or_less_at_an_end_is_a_length_of_the_whole(wish: str, seconds: float) -> None:
    assert revise(BRIEF, split_by_range(normalize_text(wish)).whole).brief.seconds == seconds


@pytest.mark.parametrize(
    "wish",
    ["some music that fits", "a piece that starts slow and gets fast", "compose background music that goes with it"],
)
def test_what_a_piece_is_to_be_like_does_not_point_to_the_old_one(wish: str) -> None:
    assert wants_new_piece(wish)


@pytest.mark.parametrize(
    "wish", ["a retro mix from 1990 to 2000", "高潮迭起的史诗音乐", "给我的视频配一段开头的音乐", "最后一个视频配爵士"]
)
def test_other_uses_of_the_same_words_name_no_part(wish: str) -> None:
    assert not split_by_range(normalize_text(wish)).parts
