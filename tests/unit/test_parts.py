"""Texts cut to the platforms' limits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bots.parts import cut, length, split


@given(st.text(max_size=400), st.integers(2, 50), st.integers(2, 80))
def test_every_part_fits_and_nothing_but_white_space_is_lost(text: str, first: int, other: int) -> None:
    parts = split(text, first, other)
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
