"""Artists become what they stand for, and genres without a style of their own get their tempo, mode and players."""

from __future__ import annotations

import pytest

from studio.compose import parse_brief
from studio.compose.artist_parser import without_artists
from studio.compose.lexicon import SENSES
from studio.compose.theory import MODES
from studio.compose.typos import corrected
from studio.instruments import INSTRUMENTS


@pytest.mark.parametrize(
    ("wish", "meant"),
    [
        ("something like Hans Zimmer", "strings and brass"),
        ("a Hans Zimmer style trailer", "trailer"),
        ("drake type beat", "hip hop"),
        ("in the style of Queen", "rock"),
        ("像久石让那样的音乐", "piano"),
        ("музыка как Ханс Циммер", "epic"),
    ],
)
def test_an_artist_is_taken_for_what_they_stand_for(wish: str, meant: str) -> None:
    rest, named = without_artists(wish)
    assert named
    assert meant in rest
    assert without_artists(rest) == (rest, False)
    assert "vague" not in parse_brief(rest, seed=1).notes


@pytest.mark.parametrize(
    "wish",
    ["the queen of hearts", "a video about Mozart's life", "music for a prince", 'title "Mozart"', "future bass"],
)
def test_other_words_stay(wish: str) -> None:
    assert without_artists(wish) == (wish, False)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("upbaet enrgetic", "upbeat energetic"),
        ("calm pinao, cinemtic", "calm piano, cinematic"),
        ("make it slwoer", "make it slower"),
        ('title "Pinao"', 'title "Pinao"'),
        ("bears and planets in france", "bears and planets in france"),
        ("a violent organic former master", "a violent organic former master"),
        ("relations with marines", "relations with marines"),
        ("for a baby shower", "for a baby shower"),
        ("a bottle, a branch and a hostel", "a bottle, a branch and a hostel"),
    ],
)
def test_typing_errors_are_seen_through_and_words_that_are_right_stay(typed: str, meant: str) -> None:
    assert corrected(typed) == meant


def test_genres_without_a_style_of_their_own_are_brought_near() -> None:
    brief = parse_brief("techno", seed=1).brief
    assert brief.bpm is not None
    assert 126 <= brief.bpm <= 136
    assert (brief.mode, brief.instruments) == ("minor", ("acid bass",))
    assert parse_brief("techno, 100 bpm, in C major, with piano", seed=1).brief.bpm == 100
    for sense in (sense for senses in SENSES.values() for sense in senses if sense.near):
        assert set(sense.players) <= set(INSTRUMENTS)
        assert sense.mode is None or sense.mode in MODES
