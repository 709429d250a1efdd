"""Commands typed as text."""

from __future__ import annotations

import pytest

from core.commands import Action, Typed, read_typed


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("make it slower", Typed("make it slower")),
        ("/music upbeat energetic", Typed("upbeat energetic", Action.MUSIC)),
        ("  /MUSIC\nupbeat\nand calm ", Typed("upbeat\nand calm", Action.MUSIC)),
        ("/credits", Typed("", Action.CREDITS)),
        ("/credits@Music_Bot", Typed("", Action.CREDITS, addressee="music_bot")),
        ("/start payload", Typed("/start payload", unknown=True)),
        ("/weather@other", Typed("/weather@other", unknown=True, addressee="other")),
        ("/music/videos please", Typed("/music/videos please")),
        ("a /music in the middle", Typed("a /music in the middle")),
        ("/", Typed("/")),
        ("", Typed("")),
    ],
)
def test_what_a_text_says(text: str, typed: Typed) -> None:
    assert read_typed(text) == typed
