"""What a message says besides the music."""

from __future__ import annotations

import pytest

from studio.agent.message_parser import detect_language


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("make it slower", "en"),
        ("慢一点", "zh"),
        ("加上 BGM，120 BPM", "zh"),
        ("add the title '黄金时刻'", "en"),
        ("标题「Golden Hour」", "zh"),
        ("把 clip.mp4 配上音乐", "zh"),
        ("🎉🎉", None),
        ("120", None),
        ("", None),
    ],
)
def test_an_answer_is_in_the_language_of_the_message_not_of_its_titles(message: str, language: str | None) -> None:
    assert detect_language(message) == language
