"""Buttons, names, numbers and the sentences of all languages."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.flows import telling
from core.flows.buttons import AFTER_EDIT, AFTER_MUSIC, Act, button, pressed
from core.flows.turn import Talk
from core.intent import wants_file
from core.nemo.model import Change, ChangeKind, ToolCall, ToolResult, TrackKind
from core.progress import Showing
from core.texts import LANGUAGES, catalogue, say
from tests.support.screen import RecordingScreen

JOB = "0123456789abcdef"


def _placeholders(sentence: str | dict[str, str]) -> set[str]:
    forms = sentence.values() if isinstance(sentence, dict) else [sentence]
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name} - {"count"}


def test_every_language_has_every_sentence_with_the_same_placeholders() -> None:
    first, *others = (catalogue(language) for language in LANGUAGES)
    for other in others:
        assert other.keys() == first.keys()
        for key, sentence in first.items():
            assert _placeholders(other[key]) == _placeholders(sentence), key


def test_no_sentence_is_empty_or_left_in_the_other_language() -> None:
    for key, sentence in catalogue("en").items():
        assert str(sentence).strip()
        if key.startswith("core.") and key != "core.help":
            assert not re.search(r"[\u4e00-\u9fff]", str(sentence)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_button_ids_fit_everywhere_and_come_back(language: str) -> None:
    for act in Act:
        details = (*AFTER_MUSIC, *AFTER_EDIT) if act is Act.WISH else ("",)
        for detail in details:
            made = button(language, act, JOB, detail)
            assert len(made.id.encode()) <= 64
            assert made.label
            press = pressed(made.id)
            assert press is not None
            assert (press.act, press.job_id, press.detail) == (act, JOB, detail)
            if detail:
                assert say(language, f"core.wish.{detail}")


@pytest.mark.parametrize("foreign", ["", "x", "j1:", "j1:dance:1", "j0:cancel:1", "j1:cancel:"])
def test_foreign_button_ids_are_nobodys(foreign: str) -> None:
    assert pressed(foreign) is None


@given(st.text())
def test_any_text_is_a_foreign_button_or_one_of_ours(text: str) -> None:
    press = pressed(text)
    assert press is None or text.startswith(f"j1:{press.act.value}:{press.job_id}")


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("upbeat energetic 30 seconds", "upbeat-energetic-30-seconds"),
        ("舒缓的 钢琴!", "舒缓的-钢琴"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON: a|b?*", "con-a-b"),
        ("🎵🎵", ""),
        ("موسيقى هادئة", "موسيقى-هادئة"),
    ],
)
def test_names_of_files(wish: str, name: str) -> None:
    assert telling.slug(wish) == name


@given(st.text(max_size=3000))
def test_names_are_safe_whatever_the_wish(wish: str) -> None:
    name = telling.slug(wish)
    assert len(name) <= 60
    assert len(name.encode()) <= 200
    assert not set(name) & set('/\\:*?"<>|.\0\n\r\t ')
    assert not name.startswith("-")


def test_numbers_as_people_write_them() -> None:
    assert [telling.seconds(20.0), telling.seconds(7.5)] == ["20", "7.5"]
    assert [telling.clock(20.4), telling.clock(725)] == ["0:20", "12:05"]
    assert telling.megabytes(3_140_000) == "3.1 MB"
    assert telling.megabytes(10) == "0.1 MB"
    assert [telling.amount(1.0), telling.amount(0.25), telling.amount(100)] == ["1", "0.25", "100"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ChangeKind)
def test_every_change_is_told_by_name(language: str, kind: ChangeKind) -> None:
    talk = Talk(Showing(RecordingScreen(), still_after=60), language)
    before, after = {
        ChangeKind.VOLUME: (1.0, 0.35),
        ChangeKind.LENGTH: (10.0, 7.5),
        ChangeKind.MOVED: (0.0, 2.0),
    }.get(kind, ("Old", "New"))
    line = telling.change(talk, Change(kind, TrackKind.BGM, "Lo-fi", 0.0, 7.5, before, after))
    assert "Lo-fi" in line or ("Old" in line and "New" in line)
    if kind is ChangeKind.VOLUME:
        assert "100%" in line
        assert "35%" in line
    whole = telling.change(talk, Change(ChangeKind.LENGTH, None, "", 0.0, 7.5, 10.0, 7.5))
    assert "10 s → 7.5 s" in whole


@pytest.mark.parametrize("kind", TrackKind)
def test_every_kind_of_track_has_a_name(kind: TrackKind) -> None:
    for language in LANGUAGES:
        assert say(language, f"core.kind.{kind.value.lower()}")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("make it slower and send me the video", True),
        ("add a title, then export", True),
        ("慢一点，然后导出", True),
        ("make it slower and add the title 'Golden Hour'", False),
        ("慢一点", False),
        ("make the drums quieter", False),
        ("give me a happier track", False),
        ("make it calmer and give me a longer intro", False),
        ("give the drums more room", False),
        ("make it slower, but don't export yet", False),
        ("calm music for a download festival", False),
        ("更欢快一点，给我一首更长的", False),
        ("make it calmer and give me the mp4", True),
        ("slower, then send it to me", True),
        ("慢一点，然后发给我", True),
    ],
)
def test_whether_an_edit_also_asks_for_the_file(text: str, wanted: bool) -> None:
    assert wants_file(text) is wanted


@pytest.mark.parametrize(
    ("tool", "stage"),
    [
        ("generate_music", "composing"),
        ("sound", "playing"),
        ("mix", "mixing"),
        ("master", "mixing"),
        ("render_video", "filming"),
        ("add_title", "editing"),
        ("frobnicate", "working"),
    ],
)
def test_tools_are_told_as_stages_with_a_sentence(tool: str, stage: str) -> None:
    assert ToolCall(tool).doing == stage
    assert ToolResult("any", tool).doing == stage
    for language in LANGUAGES:
        assert say(language, f"core.stage.{stage}")
