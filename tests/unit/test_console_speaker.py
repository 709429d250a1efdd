"""What a typed line says."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bots.console.speaker import Speaker, locale_language
from bots.errors import Explained
from core.commands import Action
from core.messages import Button


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "console.json"


def test_commands_words_and_files(memory: Path, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.touch()
    speaker = Speaker(memory, "zh-CN")
    said = speaker.says(f"/music calm piano {clip}")
    assert (said.command, said.text) == (Action.MUSIC, "calm piano")
    assert [file.name for file in said.attachments] == ["clip.mp4"]
    assert said.person.language == "zh-CN"
    assert speaker.says("导出").text == "导出"
    assert speaker.says(str(clip)).attachments[0].name == "clip.mp4"
    assert [file.name for file in speaker.says("and this", [clip]).attachments] == ["clip.mp4"]


def test_each_message_has_an_id_of_its_own_and_the_person_stays(memory: Path) -> None:
    first = Speaker(memory, None).says("hello")
    again = Speaker(memory, None).says("hello")
    assert first.message_id != again.message_id
    assert (first.person, first.chat) == (again.person, again.chat)


def test_a_number_presses_the_choice_even_in_a_later_process(memory: Path) -> None:
    speaker = Speaker(memory, None)
    assert speaker.offer([Button("slower", "Slower"), Button("another", "Another")]) == 1
    assert speaker.offer([Button("export", "Make the MP4")]) == 3
    said = Speaker(memory, None).says(" 3 ")
    assert (said.press, said.text) == ("export", "")


def test_choices_outlive_small_talk_and_end_with_newer_ones(memory: Path) -> None:
    speaker = Speaker(memory, None)
    speaker.offer([Button("slower", "Slower"), Button("longer", "Longer")])
    for line in ("who are you?", "/credits"):
        speaker.says(line)
        assert Speaker(memory, None).says("1").press == "slower"
        assert speaker.says("2").press == "longer"
    assert speaker.offer([Button("export", "Make the MP4")]) == 1
    assert speaker.offer([Button("undo", "Undo")]) == 2
    assert [speaker.says(line).press for line in ("1", "2", "3")] == ["export", "undo", None]
    later = Speaker(memory, None)
    assert later.offer([Button("calmer", "Calmer")]) == 1
    assert later.says("1").press == "calmer"


@pytest.mark.parametrize("line", ["0", "2", "1.", "-1", "²", "1 minute", "1" * 5000])
def test_only_a_number_that_was_offered_is_a_choice(memory: Path, line: str) -> None:
    speaker = Speaker(memory, None)
    speaker.offer([Button("slower", "Slower")])
    assert speaker.says(line).press is None


@pytest.mark.parametrize(
    ("line", "key", "near"),
    [
        ("/stat", "console.near_command", "/status"),
        ("/exprot now", "console.near_command", "/export"),
        ("/Musci upbeat", "console.near_command", "/music"),
        ("/nonsense", "console.no_command", None),
    ],
)
def test_an_unknown_command_is_no_wish(memory: Path, line: str, key: str, near: str | None) -> None:
    with pytest.raises(Explained) as caught:
        Speaker(memory, None).says(line)
    assert caught.value.key == key
    assert caught.value.values["word"] == line.split()[0]
    assert near is None or caught.value.values["near"] == near


def test_what_is_not_heard_leaves_the_choices(memory: Path) -> None:
    speaker = Speaker(memory, None)
    speaker.offer([Button("slower", "Slower")])
    for line in ("/stat", "like /no/such.mp3", "caf\udce9"):
        with pytest.raises(Explained):
            speaker.says(line)
    assert speaker.says("1").press == "slower"


def test_who_speaks_is_nobody_elses_business(memory: Path) -> None:
    memory.write_text("{}")
    memory.chmod(0o644)
    Speaker(memory, None)
    assert stat.S_IMODE(memory.stat().st_mode) == 0o600


@pytest.mark.parametrize("kept", ["", "nonsense", "[]", '{"id": null, "choices": 5}'])
def test_a_spoilt_memory_is_a_new_one(memory: Path, kept: str) -> None:
    memory.write_text(kept)
    speaker = Speaker(memory, None)
    assert speaker.says("hello").person.id
    assert Speaker(memory, None).person == speaker.person


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW"}, "zh-TW"),
        ({"LANG": "de_DE@euro"}, "de-DE"),
        ({"LANG": "C.UTF-8"}, None),
        ({"LC_ALL": "POSIX", "LANG": "zh_CN"}, None),
        ({}, None),
    ],
)
def test_the_language_of_the_locale(environment: dict[str, str], language: str | None) -> None:
    assert locale_language(environment) == language


def test_on_a_full_disk_choices_are_good_for_this_process(memory: Path) -> None:
    speaker = Speaker(memory, None)
    memory.unlink()
    memory.mkdir()  # nothing can take the place of a folder
    assert speaker.offer([Button("a:export", "Export"), Button("a:new", "New")]) == 1
    assert speaker.says("2").press == "a:new"
    assert speaker.says("hello").text == "hello"
