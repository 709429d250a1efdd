"""Whole conversations as people have them, through the real bot and the real studio over HTTP."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypedDict

import pytest

from tests.support.conversation import Talk, opened
from tests.support.files import make


class Message(TypedDict, total=False):
    """One row of `data/conversations.toml`."""

    say: str
    files: list[str]
    films: int
    told: list[str]
    never: list[str]


class Conversation(TypedDict):
    """The messages of one person, in their order."""

    name: str
    message: list[Message]


TABLE: dict[str, list[Conversation]] = tomllib.loads(
    (Path(__file__).parent / "data" / "conversations.toml").read_text("utf-8")
)


@pytest.mark.parametrize("conversation", TABLE["conversation"], ids=lambda it: it["name"])
async def test_people_get_what_they_mean(
    conversation: Conversation, valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    async with opened(valkey_url, tmp_path / "work", studio_url) as bot:
        talk = Talk(bot, tmp_path / "out")
        for message in conversation["message"]:
            files = [make(tmp_path / name, seconds=5) for name in message.get("files", [])]
            _, screen = await talk.say(message["say"], None, *files)
            assert len(screen.files) == message.get("films", len(screen.files)), (message["say"], screen.text)
            missing = [words for words in message.get("told", []) if words not in screen.text]
            extra = [words for words in message.get("never", []) if words in screen.text]
            assert not missing, (message["say"], missing, screen.text)
            assert not extra, (message["say"], extra, screen.text)
