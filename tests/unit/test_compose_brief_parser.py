"""What wishes mean beyond their single phrases (test_studio_phrases.py has those), and that nothing ever raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from studio.compose import STYLES, parse_brief
from studio.compose.instrument_parser import INSTRUMENT_NAMES
from studio.compose.lexicon import SENSES
from studio.domain import Brief
from studio.instruments import INSTRUMENTS


def test_length_of_the_video_counts_where_none_is_said() -> None:
    assert parse_brief("calm", seconds=17.48).brief.seconds == 17.48
    assert parse_brief("calm, 20s", seconds=17.48).brief.seconds == 20
    assert parse_brief("calm").brief.seconds == 30


def test_words_of_a_title_are_no_wishes() -> None:
    brief = parse_brief('calm piano, title "Epic 90 Second Metal in F# Minor Without Drums"').brief
    assert (brief.style, brief.seconds, brief.tonic, brief.without) == ("piano", 30, None, frozenset())


def test_pieces_without_a_seed_differ() -> None:
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


@pytest.mark.parametrize("seconds", [3.0, 7.0070001, 900.0])
def test_a_length_that_nobody_said_is_no_clamped_one(seconds: float) -> None:
    assert "length_clamped" not in parse_brief("jazz", seed=1, seconds=seconds).notes


def test_a_new_piece_fades_and_has_its_own_length() -> None:
    brief = parse_brief("jazz with a 10 second fade out, 40 seconds", seed=1).brief
    assert (brief.seconds, brief.fade_out, brief.style) == (40, 10, "jazz")
    assert parse_brief("钢琴，20秒，最后5秒淡出", seed=1).brief.fade_out == 5
