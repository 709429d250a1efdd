"""Titles fit and show only what the font has."""

from __future__ import annotations

import numpy as np
import pytest

from studio.assets import TITLE_FONTS
from studio.picture import titles
from studio.picture.canvas import Canvas, Colour
from studio.picture.titles import missing, set_title, showable

ALL = len(titles.title_fonts()) == len(TITLE_FONTS)


@pytest.fixture(params=["font of the set-up", "built-in font"])
def _font(request, monkeypatch):
    if request.param == "built-in font":
        monkeypatch.setattr(titles, "title_fonts", lambda: ())
    titles._fonts.cache_clear()
    titles._draws.cache_clear()
    yield
    titles._fonts.cache_clear()
    titles._draws.cache_clear()


@pytest.mark.usefixtures("_font")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Golden Hour", "Golden Hour"),
        ("  Golden\n Hour\t", "Golden Hour"),
        ("Sun 🌞 set 👩‍👩‍👧", "Sun set"),
        ("a\u0000b\u202ec", "abc"),
        ("🌞🌞", ""),
        ("🌞 · !", ""),
        ("\u0e40\u0e1e\u0e25\u0e07 ok", ""),
    ],
)
def test_what_the_font_lacks_is_left_out(text, shown):
    assert showable(text) == shown


@pytest.mark.skipif(not ALL, reason="set-up did not find all fonts")
@pytest.mark.parametrize(
    "text",
    [
        *("金色时刻 · Golden", "Año Nuevo", "Coração", "Là-bas, l’été", "Größe", "ゴールデンアワー", "황금빛 시간"),
        *("Золотой час", "सुनहरा क्षण", "Waktu Emas", "الساعة الذهبية", "رحلة 2026 إلى Paris"),
    ],
)
def test_titles_in_the_scripts_of_the_twelve_languages_are_drawn_whole(text):
    assert showable(text) == text
    assert missing(text) == ()
    assert set_title(text, 1280, 720, at=0.5)


@pytest.mark.skipif(not ALL, reason="set-up did not find all fonts")
def test_runs_in_arabic_go_from_right_to_left_and_letters_are_joined():
    line, size = "رحلة Paris", 60
    (arabic, font), (latin, _) = titles._runs(line, size)
    assert (arabic.strip(), latin) == ("رحلة", "Paris")
    letters = set_title(line, 1280, 720, at=0.5).letters
    alone = set_title("Paris", 1280, 720, at=0.5).letters
    seen = np.argwhere(letters > 30)[:, 1]
    assert seen.min() < np.argwhere(alone > 30)[:, 1].min(), "the Latin word stands on the left of the Arabic one"
    assert font.getlength("رحلة") < sum(map(font.getlength, "رحلة")), "letters of a word join"


@pytest.mark.skipif(not ALL, reason="set-up did not find all fonts")
def test_a_hindi_word_is_one_run_whose_marks_join_their_letters():
    ((_, font),) = titles._runs("सुनहरा", 60)
    assert font.getlength("सुनहरा") < sum(map(font.getlength, "सुनहरा"))


def test_what_is_left_out_is_named():
    assert missing("Sun 🌞 set 👩‍👩‍👧") == ("emoji",)
    assert missing("\u0e40\u0e1e\u0e25\u0e07 ok") == ("Thai",)
    assert missing("Golden\n Hour\u202e") == ()


def test_without_its_font_a_chinese_title_is_left_out_and_accents_fall(monkeypatch):
    monkeypatch.setattr(titles, "title_fonts", lambda: ())
    titles._fonts.cache_clear()
    titles._draws.cache_clear()
    try:
        assert set_title("金色时刻 · OK", 640, 360, at=0.5) is None
        assert showable("金色 Golden Hour") == "Golden Hour"
        assert showable("Café Ünï") in ("Cafe Uni", "Café Ünï")
    finally:
        titles._fonts.cache_clear()
        titles._draws.cache_clear()


@pytest.mark.usefixtures("_font")
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080), (320, 180), (64, 64)])
@pytest.mark.parametrize(
    "text", ["Hi", "A title of ordinary length", "word " * 60, "W" * 200, "金色时刻，" * 30, "ש ל ו ם", "1"]
)
def test_any_title_stays_in_the_picture(text, size):
    title = set_title(text, *size, at=0.9)
    if title is None:
        assert not showable(text)
        return
    rows, columns = title.letters.shape
    assert 0 <= title.top <= title.top + rows <= size[1]
    assert title.left + columns <= size[0]
    if min(size) >= 180:
        seen = np.argwhere(title.letters > 30)
        assert len(seen)
        assert seen[:, 1].min() > 0.04 * size[0]
        assert seen[:, 1].max() < 0.96 * size[0]


def test_what_never_fits_ends_in_an_ellipsis():
    lines, size = titles._fitted("word " * 100, 800, 600)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(titles._length(line, size) <= 800 for line in lines)


def test_a_title_is_light_on_a_dark_shade_and_fades():
    title = set_title("Golden Hour", 640, 360, at=0.5)
    brightest = []
    for opacity in (0.0, 0.5, 1.0):
        canvas = Canvas(640, 360)
        canvas.fill(*(np.full((4, 4), value, dtype=np.float32) for value in (90, 128, 128)))
        title.draw(canvas, opacity)
        brightest.append(int(canvas.y.max()))
    assert brightest[0] <= 91
    assert 130 < brightest[1] < 190
    assert brightest[2] > 225
    assert canvas.y.min() < 60


def test_colours_are_those_of_bt709():
    assert Colour.rgb(1, 1, 1) == Colour(235, 128, 128)
    red = Colour.rgb(1, 0, 0)
    assert (round(red.y), round(red.u), round(red.v)) == (63, 102, 240)
