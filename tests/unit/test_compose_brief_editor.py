"""Edits keep the piece and change what was said."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.compose import Limit, Unchanged, compose, parse_brief, revise, wants_new_piece
from studio.domain import Brief, Role

_DRUMS = frozenset({Role.DRUMS, Role.PERCUSSION})
BRIEF = parse_brief("upbeat energetic 30s", seed=7).brief


def _motif(brief: Brief) -> list[int]:
    """The first two bars of the tune, as steps between its pitches."""
    part = next(part for part in compose(brief).parts if part.role is Role.MELODY)
    first = part.notes[0].start // 4 * 4
    pitches = [note.pitch for note in part.notes if note.start < first + 7.9]
    return [after - before for before, after in pairwise(pitches)]


def test_tempo_moves_from_where_it_is() -> None:
    now = compose(BRIEF).bpm
    slower = revise(BRIEF, "slower").brief
    assert 0.85 <= compose(slower).bpm / now < 0.9, "a clear step"
    assert (compose(slower).key, slower.seed) == (compose(BRIEF).key, BRIEF.seed)
    assert compose(revise(slower, "slower").brief).bpm < compose(slower).bpm * 0.9
    assert compose(revise(BRIEF, "太慢了").brief).bpm > now
    assert now > compose(revise(BRIEF, "a little slower").brief).bpm > compose(slower).bpm


@pytest.mark.parametrize("wish", ["slower", "a bit slower", "慢很多", "40 bpm"])
def test_a_short_piece_gets_slower_until_one_bar_fills_it(wish: str) -> None:
    brief = parse_brief("jazz, 5 seconds", seed=1).brief
    while (revision := revise(brief, wish)).brief != brief:
        assert compose(revision.brief).bpm < compose(brief).bpm
        brief = revision.brief
    assert revision.limits == (Limit.SLOWEST_AT_LENGTH,)
    assert compose(revise(revise(brief, "10 seconds").brief, wish).brief).bpm < compose(brief).bpm


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


def test_title_said_removed_or_left() -> None:
    assert revise(BRIEF, "slower").title is Unchanged.TITLE
    assert revise(BRIEF, "title: Rain").title == "Rain"
    titled = replace(BRIEF, title="Rain")
    gone = revise(titled, "remove the title")
    assert gone.title is None
    assert gone.brief.title is None
    assert [(change.name, change.before, change.after) for change in gone.changes] == [("title", "Rain", "")]
    assert revise(titled, "faster").brief.title == "Rain"


_EDITS = st.sampled_from(
    [
        *("slower", "faster", "longer", "shorter", "sadder", "happier", "calmer", "no", "drums", "only", "piano"),
        *("bring back", "louder", "quieter", "jazz", "45", "seconds", "in A minor", "title", "'x'", "a bit", "much"),
        *("more", "less", "undo", "慢", "快", "长", "短", "去掉", "鼓", "把", "加回来", "大声", "改成", "爵士"),
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


@pytest.mark.parametrize(
    "wish",
    ["no piano, only piano 6s", "only violin", "jazz, no drums, no piano", "with ukulele", "sad waltz in A minor"],
)
def test_a_title_touches_no_music(wish: str) -> None:
    brief = parse_brief(wish, seed=3).brief
    revision = revise(brief, "title 'x'")
    assert revision.title == "x"
    assert replace(revision.brief, title=brief.title) == brief


def test_a_fade_is_no_longer_than_the_piece() -> None:
    assert revise(BRIEF, "fade out over the last 2 minutes").brief.fade_out == 30


def test_a_player_who_was_removed_or_swapped_can_be_added_again() -> None:
    def players(brief: Brief) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.instrument for part in compose(brief).parts))

    brief = BRIEF
    for wish in ("add a violin", "remove the violin", "add a violin"):
        brief = revise(brief, wish, players(brief)).brief
        assert ("violin" in players(brief)) is (wish == "add a violin")
    old = next(name for name in players(BRIEF) if name.endswith("guitar"))
    swapped = revise(BRIEF, f"swap the {old} for a harp", players(BRIEF)).brief
    assert old not in players(swapped)
    again = revise(swapped, f"add a {old}", players(swapped)).brief
    assert {old, "harp"} <= set(players(again))
    other = revise(revise(BRIEF, "add a violin", players(BRIEF)).brief, "change the style to jazz", ()).brief
    assert "violin" in players(other)


def test_how_it_is_now_is_no_wish() -> None:
    sad = revise(BRIEF, "make it sad").brief
    assert revise(sad, "it is very sad, I want it happier").brief.valence > sad.valence
