"""Buttons, names, numbers and the sentences of all languages."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.flows import wording
from core.flows.context import Act, Talk, pressed
from core.flows.send_context import BalanceSnapshot, SendContext, Snapshot
from core.flows.wording import AFTER_EDIT, AFTER_MUSIC
from core.jobs.job import adapter
from core.messages import Item, Progress
from core.nemo.model import Change, ChangeKind, Timeline, TrackKind, stage_of
from core.progress import Still
from core.store import Joined
from core.texts import LANGUAGES, catalogue, say

JOB = "0123456789abcdef"


class Nowhere:
    """Takes what is said to a person, and shows it to nobody."""

    def post(self, progress: Progress, still: Still | None = None) -> None:
        assert progress.text

    async def show(self, item: Item) -> None:
        assert item


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
        if key.startswith("core.") and key not in ("core.help", "core.topic.languages", "core.topic.foreign"):
            assert not re.search(r"[\u4e00-\u9fff]", str(sentence)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_button_ids_fit_everywhere_and_come_back(language: str) -> None:
    talk = Talk(Nowhere(), language)
    for act in Act:
        details = (*AFTER_MUSIC, *AFTER_EDIT) if act is Act.WISH else ("",)
        for detail in details:
            made = talk.button(act, JOB, detail, label="1. Golden Hour" if act is Act.REOPEN else "")
            assert len(made.id.encode()) <= 64
            assert made.label
            assert pressed(made.id) == (act, JOB, detail)
            if detail:
                assert say(language, f"core.wish.{detail}")


def test_buttons_of_version_0_1_that_stand_in_chats_still_work() -> None:
    assert pressed(f"j1:studio:{JOB}") == (Act.FALLBACK, JOB, "")


def test_a_message_that_version_0_1_prepared_goes_on() -> None:
    before = SendContext((), "s1", Snapshot(Timeline((), 0.0), "d"), BalanceSnapshot(Joined("1", alone=True), None))
    written = adapter(SendContext).dump_json(before).decode()
    assert adapter(SendContext).validate_json(written) == before
    assert adapter(SendContext).validate_json(written.replace('"balance":{', '"tab":{')) == before


@pytest.mark.parametrize("foreign", ["", "x", "j1:", "j1:dance:1", "j0:cancel:1", "j1:cancel:"])
def test_foreign_button_ids_are_nobodys(foreign: str) -> None:
    assert pressed(foreign) is None


@given(st.text())
def test_any_text_is_a_foreign_button_or_one_of_ours(text: str) -> None:
    press = pressed(text)
    assert press is None or (text.startswith("j1:") and press[1] in text)


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
    assert wording.slug(wish) == name


@given(st.text(max_size=3000))
def test_names_are_safe_whatever_the_wish(wish: str) -> None:
    name = wording.slug(wish)
    assert len(name) <= 60
    assert len(name.encode()) <= 200
    assert not set(name) & set('/\\:*?"<>|.\0\n\r\t ')
    assert not name.startswith("-")


def test_numbers_as_people_write_them() -> None:
    assert [wording.seconds(20.0), wording.seconds(7.5)] == ["20", "7.5"]
    assert [wording.clock(20.4), wording.clock(725)] == ["0:20", "12:05"]
    assert wording.megabytes(3_140_000) == "3.1 MB"
    assert wording.megabytes(10) == "0.1 MB"
    assert [wording.amount(1.0), wording.amount(0.25), wording.amount(100)] == ["1", "0.25", "100"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ChangeKind)
def test_every_change_is_told_by_name(language: str, kind: ChangeKind) -> None:
    talk = Talk(Nowhere(), language)
    before, after = {
        ChangeKind.VOLUME: (1.0, 0.35),
        ChangeKind.LENGTH: (10.0, 7.5),
        ChangeKind.MOVED: (0.0, 2.0),
    }.get(kind, ("Old", "New"))
    line = wording.change(talk, Change(kind, TrackKind.BGM, "Lo-fi", 0.0, 7.5, before, after))
    assert "Lo-fi" in line or ("Old" in line and "New" in line)
    if kind is ChangeKind.VOLUME:
        assert "100%" in line
        assert "35%" in line
    whole = wording.change(talk, Change(ChangeKind.LENGTH, None, "", 0.0, 7.5, 10.0, 7.5))
    assert "10 s → 7.5 s" in whole


def test_every_kind_of_track_and_every_tool_has_its_sentence() -> None:
    stages = {
        "generate_music": "composing",
        "sound": "playing",
        "mix": "mixing",
        "master": "mixing",
        "render_video": "filming",
        "add_title": "editing",
        "frobnicate": "working",
    }
    assert {tool: stage_of(tool) for tool in stages} == stages
    for language in LANGUAGES:
        for stage in stages.values():
            assert say(language, f"core.stage.{stage}")
        for kind in TrackKind:
            assert say(language, f"core.kind.{kind.value.lower()}")
