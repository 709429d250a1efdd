"""What wishes mean: styles, moods, lengths, keys, players, titles, shapes; and that nothing ever raises."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from studio.compose import STYLES, parse_brief
from studio.compose.instrument_parser import INSTRUMENT_NAMES
from studio.compose.length_parser import find_length, without_picture_words
from studio.compose.lexicon import SENSES
from studio.compose.text_parser import normalize_text
from studio.instruments import INSTRUMENTS
from studio.model import Brief, Role, Shape
from tests.support.tables import said

_DRUMS = frozenset({Role.DRUMS, Role.PERCUSSION})


@said(
    "wish styles",
    {
        "pop": (
            "upbeat energetic | energetic upbeat"
            " | generate a free background music track for my video with an upbeat, energetic vibe"
            " | generating free background music for videos for content creators, YouTubers, TikTok creators"
        ),
        "lofi": "lofi beats to study to | chill lo-fi | 放松的学习音乐",
        "epic": "epic battle music | majestic and powerful | movie trailer | 史诗战斗",
        "corporate": "corporate presentation | product launch for a startup",
        "ambient": "meditation and sleep | 冥想 睡眠",
        "piano": "sad piano | 悲伤的钢琴曲",
        "piano cinematic": "romantic piano for a wedding",
        "folk": "acoustic guitar, warm",
        "house": "deep house for a fashion show",
        "house rock dnb": "workout, pumped | 热血 健身",
        "synthwave": "80s synthwave night drive | 赛博朋克",
        "trap": "trap beat",
        "hiphop": "boom bap hip hop",
        "funk": "funky groove",
        "jazz": "late night jazz bar | smooth saxophone | 爵士 咖啡馆",
        "rock": "hard rock",
        "chiptune": "8-bit video game music",
        "dnb": "drum and bass",
        "tropical": "summer beach vlog",
        "whimsical": "cute cat video | 搞笑的小狗视频",
        "tension": "horror suspense | true crime podcast | 悬疑",
        "bossa": "coffee shop bossa",
        "waltz": "waltz",
        "reggae": "reggae",
        "futurebass": "future bass",
        "cinematic": "inspiring documentary",
        "chinese": "guzheng and dizi | 中国风 古筝",
        "pop tropical": "欢快的旅行vlog",
    },
)
def test_style(wish: str, styles: str) -> None:
    for seed in (1, 2, 3):
        assert parse_brief(wish, seed=seed).brief.style in styles.split()


@said(
    "text seconds",
    {
        30: (
            "30 seconds | half a minute | half-minute jingle | thirty seconds | ½ minute | ½分钟"
            " | between 15 to 30 seconds | 30秒 | 三十秒 | 半分钟"
        ),
        20: "20s",
        60: "a 60-second track | 60 sec. | a minute | 30-60 seconds",
        90: (
            "1:30 | 1m30s | one and a half minutes | a minute and a half | 1½ min | 1 1/2 minutes"
            " | calm piano, 90s | 90 seconds of 80s synth | 一分半 | 一分钟半 | 1分30秒"
        ),
        45: "0:45 of jazz | forty-five seconds | ¾ minute of jazz",
        120: "2 min | two minutes | a couple of minutes | 两分钟 | 一百二十秒 | 2分钟的音乐",
        130: "2 minutes and 10 seconds",
        150: "2.5 minutes | 2.5 min | 两分半 | 两分三十秒",
        15: "¼ minute | 十五秒",
        1e9: "1000000000 seconds",
        math.inf: "make it forever | forever",
        -5: "-5 seconds",
        3600: "1 hour",
        1800: "半小时",
    },
)
def test_length(text: str, seconds: float) -> None:
    assert find_length(without_picture_words(normalize_text(text))).seconds == pytest.approx(seconds)


@said(
    "text",
    "1080p | 720 p | in 4k | 60fps | 60 fps | 16:9 | 9:16 | 1:1 | 1920x1080 | 44.1 khz | 24 frames | "
    " | 80s synth pop | the 90s | like the '70s | 1980s rock | 80年代 | best friends forever"
    " | endless summer | 8-bit | 808 | upbeat",
)
def test_not_a_length(text: str) -> None:
    assert find_length(without_picture_words(text)).seconds is None


@pytest.mark.parametrize(
    ("wish", "seconds", "clamped"),
    [("2s", 5, True), ("-5 seconds", 5, True), ("1 hour", 600, True), ("10 minutes", 600, False), ("5s", 5, False)],
)
def test_length_is_clamped_with_a_note(wish: str, seconds: float, *, clamped: bool) -> None:
    understood = parse_brief(wish)
    assert understood.brief.seconds == seconds
    assert ("length_clamped" in understood.notes) is clamped


def test_length_of_the_video_counts_where_none_is_said() -> None:
    assert parse_brief("calm", seconds=17.48).brief.seconds == 17.48
    assert parse_brief("calm, 20s", seconds=17.48).brief.seconds == 20
    assert parse_brief("calm").brief.seconds == 30


@said(
    "wish tonic mode",
    {
        (9, "minor"): "in A minor | in a minor key",
        (None, None): "in C | a major event | in a cozy cafe | to be or not",
        (6, None): "key of F#",
        (10, "major"): "in B flat major",
        (3, "minor"): "Eb minor, sad",
        (2, "dorian"): "in d dorian",
        (2, "major"): "D 大调",
        (10, "minor"): "降B小调",
        (6, "minor"): "升F小调",
        (1, "minor"): "C#小调",
        (None, "minor"): "in minor",
    },
)
def test_key(wish: str, tonic: int | None, mode: str | None) -> None:
    brief = parse_brief(wish).brief
    assert (brief.tonic, brief.mode) == (tonic, mode)


@pytest.mark.parametrize(
    ("wish", "bpm"),
    [
        ("128 bpm", 128),
        ("at 90BPM", 90),
        ("bpm: 77.5", 77.5),
        ("tempo 140", 140),
        ("100 beats per minute", 100),
        ("每分钟120拍", 120),
        ("速度 96", 96),
        ("999 bpm", 220),
        ("20 bpm", 40),
        ("upbeat", None),
    ],
)
def test_bpm(wish: str, bpm: float | None) -> None:
    assert parse_brief(wish).brief.bpm == bpm


@pytest.mark.parametrize(
    ("wish", "without"),
    [
        ("no drums", _DRUMS),
        ("lofi, no drums, two minutes", _DRUMS),
        ("without bass", {Role.BASS}),
        ("without drums and bass", _DRUMS | {Role.BASS}),
        ("no drums or percussion", _DRUMS),
        ("drumless jazz", _DRUMS),
        ("不要鼓", _DRUMS),
        ("没有鼓和贝斯", _DRUMS | {Role.BASS}),
        ("drum and bass", frozenset()),
        ("drums only", frozenset(Role) - _DRUMS),
        ("with drums", frozenset()),
    ],
)
def test_without(wish: str, without: frozenset[Role]) -> None:
    assert parse_brief(wish).brief.without == without


@pytest.mark.parametrize(
    ("wish", "instruments", "solo"),
    [
        ("only piano", ("grand piano",), True),
        ("solo violin", ("violin",), True),
        ("piano only", ("grand piano",), True),
        ("just guitar and flute", ("steel guitar", "flute"), True),
        ("with violin and harp", ("violin", "harp"), False),
        ("钢琴独奏", ("grand piano",), True),
        ("只要吉他", ("steel guitar",), True),
        ("小提琴和大提琴", ("violin", "cello"), False),
        ("electric piano", ("electric piano",), False),
        ("happy", (), False),
    ],
)
def test_players(wish: str, instruments: tuple[str, ...], *, solo: bool) -> None:
    brief = parse_brief(wish).brief
    assert (brief.instruments, brief.solo) == (instruments, solo)


def test_an_instrument_can_be_refused() -> None:
    assert parse_brief("folk without guitar").brief.excluded == ("steel guitar",)
    assert parse_brief("不要钢琴").brief.excluded == ("grand piano",)


@pytest.mark.parametrize(
    ("wish", "title"),
    [
        ('calm, title "Golden Hour"', "Golden Hour"),
        ("a waltz called 'Rain'", "Rain"),
        ("jazz titled “Blue Hour”", "Blue Hour"),
        ("with the title 'It's Late'", "It's Late"),
        ("标题「金色时光」", "金色时光"),
        ("加上标题《夏天》", "夏天"),
        ("title: Night Ride, 20s", "Night Ride"),
        ("song named Paper Moon please", "Paper Moon"),
        ("so-called pop", None),
        ("no title", None),
    ],
)
def test_title(wish: str, title: str | None) -> None:
    assert parse_brief(wish).brief.title == title


def test_words_of_a_title_are_no_wishes() -> None:
    brief = parse_brief('calm piano, title "Epic 90 Second Metal in F# Minor Without Drums"').brief
    assert (brief.style, brief.seconds, brief.tonic, brief.without) == ("piano", 30, None, frozenset())


@said(
    "wish shape",
    {
        Shape.PORTRAIT: "for TikTok | Instagram Reels | YouTube Shorts | vertical | 9:16 | 竖屏",
        Shape.SQUARE: "square | 方形",
        Shape.LANDSCAPE: "for YouTube | YouTubers, TikTok creators | 1080p MP4 | landscape photography",
    },
)
def test_shape(wish: str, shape: Shape) -> None:
    assert parse_brief(wish).brief.shape is shape


@pytest.mark.parametrize(
    ("wish", "notes"),
    [
        ("a song with lyrics", {"vocals_not_made", "vague"}),
        ("pop, no vocals", set()),
        ("instrumental pop, no lyrics", set()),
        ("写一首歌,要有人声", {"vocals_not_made", "vague"}),
        ("metal", {"style_unknown"}),
        ("klezmer style", {"style_unknown", "vague"}),
        ("happy sad", {"contradiction"}),
        ("calm energetic", {"contradiction"}),
        ("music please", {"vague"}),
        ("", {"vague"}),
        ("upbeat", set()),
    ],
)
def test_notes(wish: str, notes: set[str]) -> None:
    assert set(parse_brief(wish).notes) == notes


def test_negated_moods_count_against() -> None:
    assert parse_brief("not sad").brief.valence > 0
    assert parse_brief("sad").brief.valence < 0
    assert parse_brief("不要悲伤").brief.valence > 0


def test_seeds() -> None:
    assert parse_brief("jazz, seed 42", seed=7).brief.seed == 42
    assert parse_brief("jazz", seed=7).brief.seed == 7
    assert parse_brief("爵士 种子 9").brief.seed == 9
    assert len({parse_brief("jazz").brief.seed for _ in range(8)}) > 1


_HOSTILE = (
    *("🎵" * 300, "x" * 20_000, "a " * 20_000, "no a " * 9_000, "مرحبا بالعالم", "\x00\x1f\ufeff", "1" * 5_000),
    "不" * 5_000,
)


@pytest.mark.parametrize("wish", _HOSTILE)
def test_hostile_wishes_make_a_piece(wish: str) -> None:
    brief = parse_brief(wish).brief
    assert brief.style in STYLES
    assert brief.seconds == 30


_WORDS = st.sampled_from(
    [
        *[word for senses in SENSES.values() for sense in senses for word in (*sense.en, *sense.zh)],
        *[word for called in INSTRUMENT_NAMES.values() for word in (*called.en, *called.zh)],
        *("no", "without", "only", "solo", "不要", "title", '"', "'", "「", "seed", "in", "A", "minor", "大调", "bpm"),
        *("1:30", "-5", "seconds", "half a minute", "一分半", "16:9", "very", "not", ",", "and", "和", "back", "80s"),
        *("120", "半", "∞", "½", "9" * 30),
    ]
)

_BRIEF = TypeAdapter(Brief)


@given(st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=14).map(" ".join)), st.integers(0, 2**31))
def test_understanding_never_raises(wish: str, seed: int) -> None:
    brief = parse_brief(wish, seed=seed).brief
    assert 5.0 <= brief.seconds <= 600.0
    assert brief.style in STYLES
    assert -1.0 <= brief.valence <= 1.0
    assert 0.0 <= brief.energy <= 1.0
    assert brief.bpm is None or 40.0 <= brief.bpm <= 220.0
    assert set(brief.instruments) <= set(INSTRUMENTS)
    assert _BRIEF.validate_json(_BRIEF.dump_json(brief)) == brief


def test_word_tables_name_what_exists() -> None:
    for senses in SENSES.values():
        for sense in senses:
            assert set(sense.styles) <= set(STYLES)
    assert set(INSTRUMENT_NAMES) <= set(INSTRUMENTS)
    assert {called.style for called in INSTRUMENT_NAMES.values() if called.style} <= set(STYLES)


@pytest.mark.parametrize("seed", ["-5", "12345678901234567890123456789012345", "7"])
def test_any_integer_is_a_seed(seed: str) -> None:
    assert parse_brief(f"jazz seed {seed}", seed=1).brief.seed == int(seed) % 2**53


def test_a_wish_against_itself_is_told_and_nobody_plays_alone() -> None:
    understood = parse_brief("no piano, only piano 6s", seed=1)
    assert "contradiction" in understood.notes
    assert not understood.brief.solo


@pytest.mark.parametrize("seconds", [3.0, 7.0070001, 900.0])
def test_a_length_that_nobody_said_is_no_clamped_one(seconds: float) -> None:
    assert "length_clamped" not in parse_brief("jazz", seed=1, seconds=seconds).notes
