"""Titles in a wish: their words, when they are seen, how long they may be."""

from __future__ import annotations

import pytest

from studio.compose import parse_brief, revise
from studio.compose.text_parser import normalize_text
from studio.compose.title_parser import LONGEST_TITLE, find_title, wants_other_lettering
from studio.model import TitlePlace


@pytest.mark.parametrize(
    ("wish", "title", "place", "seconds"),
    [
        ('add the title "My Trip" at the end', "My Trip", TitlePlace.END, None),
        ('at the end add the title "My Trip"', "My Trip", TitlePlace.END, None),
        ('title "My Trip" for 5 seconds', "My Trip", None, 5),
        ('title "My Trip" at the end for 5 seconds', "My Trip", TitlePlace.END, 5),
        ('title "My Trip" for the last 5 seconds', "My Trip", TitlePlace.END, 5),
        ('title "My Trip" throughout', "My Trip", TitlePlace.WHOLE, None),
        ('title "My Trip" for the whole video', "My Trip", TitlePlace.WHOLE, None),
        ('title "My Trip" at the start', "My Trip", TitlePlace.START, None),
        ("title My Trip at the end", "My Trip", TitlePlace.END, None),
        ('title "At the End"', "At the End", None, None),
        ("show the title throughout", None, TitlePlace.WHOLE, None),
        ("keep the title for 8 seconds", None, None, 8),
        ("片尾加标题「旅行」", "旅行", TitlePlace.END, None),
        ("标题「旅行」显示5秒", "旅行", None, 5),
        ("标题「旅行」全程显示", "旅行", TitlePlace.WHOLE, None),
    ],
)
def test_when_a_title_is_seen(wish: str, title: str | None, place: TitlePlace | None, seconds: float | None) -> None:
    found = find_title(normalize_text(wish))
    assert (found.title, found.place, found.seconds) == (title, place, seconds)


@pytest.mark.parametrize("wish", ['20 seconds, title "X"', 'title "X", 20 seconds', "爵士20秒，标题「旅行」"])
def test_the_length_of_the_music_is_not_the_title_s(wish: str) -> None:
    assert find_title(normalize_text(wish)).seconds is None
    assert parse_brief(wish, seed=1).brief.seconds == 20


def test_the_time_of_a_title_is_not_the_music_s() -> None:
    brief = parse_brief("jazz 30 s", seed=1).brief
    assert revise(brief, 'title "X" for 5 seconds').brief.seconds == 30


def test_a_long_title_is_cut_at_a_word_and_told() -> None:
    wish = 'jazz with the title "' + "Wandering " * 12 + '"'
    understood = parse_brief(wish, seed=1)
    title = understood.brief.title or ""
    assert len(title) <= LONGEST_TITLE
    assert title.endswith("Wandering…")
    assert "title_shortened" in understood.notes


@pytest.mark.parametrize("wish", ["make the title red and move it to the top", "bigger title", "标题改成红色"])
def test_other_lettering(wish: str) -> None:
    assert wants_other_lettering(normalize_text(wish))


@pytest.mark.parametrize("wish", ['title "Red Top"', "make it bigger", "show the title at the end"])
def test_no_other_lettering(wish: str) -> None:
    assert not wants_other_lettering(normalize_text(wish))
