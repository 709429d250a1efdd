"""Bars are laid out on pictures without drifting off the beat."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.domain import FPS, FilmSpec, Look, Section, Shape, TitleCard
from studio.picture.film_plan import bar_of, dimming, mood_at, plan, title_opacity, total_frames

SECTIONS = (Section("intro", 0, 2, 0.2), Section("a", 2, 4, 0.6), Section("b", 6, 4, 0.9), Section("outro", 10, 2, 0.3))


def film(seconds: float, *, bpm: float = 120.0, beats: int = 4, first: float = 0.0, titles=()) -> FilmSpec:
    look = Look(style="pop", seed=1, bpm=bpm, beats_per_bar=beats, first_beat=first, sections=SECTIONS)
    return FilmSpec(seconds=seconds, shape=Shape.SQUARE, look=look, layers=(), titles=titles)


@settings(max_examples=30, deadline=None)
@given(
    seconds=st.floats(5, 600),
    bpm=st.floats(45, 220),
    beats=st.sampled_from([2, 3, 4, 6, 7]),
    first=st.floats(0, 2),
    title=st.one_of(st.none(), st.tuples(st.floats(0, 20), st.floats(0.2, 30))),
)
def test_every_picture_once_and_every_repeated_bar_on_its_beat(seconds, bpm, beats, first, title):
    titles = (TitleCard(text="x", start=title[0], seconds=title[1]),) if title else ()
    wanted = film(seconds, bpm=bpm, beats=beats, first=first, titles=titles)
    at = 0
    for stretch in plan(wanted):
        assert stretch.start == at
        assert stretch.frames >= 1
        if stretch.key is not None:
            assert stretch.frames >= 2
            bar = round((stretch.start / FPS - first) * bpm / 60 / beats)
            ideal = first + bar * beats * 60 / bpm
            assert abs(stretch.start / FPS - ideal) <= 0.5 / FPS + 1e-6
        at += stretch.frames
    assert at == total_frames(seconds)


def test_most_of_a_long_film_is_repeated():
    stretches = plan(film(600, bpm=97.3))
    unique = sum(stretch.frames for stretch in stretches if stretch.key is None)
    assert unique < 4 * FPS
    assert len({stretch.key for stretch in stretches if stretch.key}) == 3


def test_a_bar_belongs_to_the_picture_nearest_to_its_line():
    look = film(60, bpm=100).look
    assert [bar_of(look, frame) for frame in (0, 71, 72, 143, 144)] == [0, 0, 1, 1, 2]


def test_moods_follow_the_energy_of_the_sections():
    look = film(60).look
    assert [mood_at(look, bar) for bar in (0, 3, 7, 11, 99)] == [0, 1, 2, 0, 0]


def test_a_title_fades_in_and_out_and_one_from_the_start_is_there_at_once():
    card = TitleCard(text="x", start=1, seconds=4)
    assert title_opacity(card, 30) == 0
    assert 0 < title_opacity(card, 37) < 1
    assert title_opacity(card, 90) == 1
    assert 0 < title_opacity(card, 145) < 1
    assert title_opacity(card, 150) == 0
    assert title_opacity(TitleCard(text="x", start=0, seconds=4), 0) == 1


def test_the_picture_darkens_at_the_end_only():
    wanted = film(20)
    assert dimming(wanted, 500) == 1
    assert 0 < dimming(wanted, 580) < 1
    assert dimming(wanted, 599) == 0
