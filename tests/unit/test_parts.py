"""Texts cut to the platforms' limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text_parts import MOST_PARTS, cut, length, slices, split
from tests.support.waiting import PATIENCE


@given(st.text(max_size=400), st.integers(2, 50), st.integers(2, 80))
def test_every_part_fits_and_nothing_but_white_space_is_lost(text: str, first: int, other: int) -> None:
    parts = split(text, first, other, most=1000)
    assert length(parts[0]) <= first
    assert all(length(part) <= other for part in parts[1:])
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_parts_end_where_a_reader_would_pause() -> None:
    assert split("One line here.\nAnother line.", 20) == ["One line here.", "Another line."]
    assert split("a first paragraph\n\nsecond one\nthird", 30) == ["a first paragraph", "second one\nthird"]
    assert split("words without any line break", 12) == ["words", "without any", "line break"]


def test_surrogate_pairs_count_twice() -> None:
    assert length("🎵a") == 3
    assert split("🎵🎵🎵", 4) == ["🎵🎵", "🎵"]


def test_cut_shows_that_something_is_missing() -> None:
    assert cut("short", 10) == "short"
    assert cut("far too long", 8) == "far too…"


@given(st.text(max_size=400), st.integers(1, 50))
def test_slices_lose_nothing(text: str, limit: int) -> None:
    pieces = list(slices(text, limit))
    assert "".join(pieces) == text
    assert all(0 < len(piece) <= limit for piece in pieces)


def test_slices_keep_words_whole() -> None:
    assert list(slices("see https://example.com/a_b now", 25)) == ["see ", "https://example.com/a_b ", "now"]


def test_nobody_gets_hundreds_of_messages() -> None:
    parts = split("word " * 1000, 20)
    assert len(parts) == MOST_PARTS
    assert parts[-1].endswith("…")
    assert all(len(part) <= 20 for part in parts)


@pytest.mark.timeout(PATIENCE)
def test_no_text_takes_long_to_cut() -> None:
    split("🎵 word " * 2_000_000, 4096)
