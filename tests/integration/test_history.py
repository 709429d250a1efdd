"""What was made in a conversation is listed and can be gone on with, whatever came after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.commands import Action
from core.messages import Outcome
from tests.support.conversation import HERE, ME, Talk, opened


@pytest.fixture
async def person(valkey_url: str, studio_url: str, tmp_path: Path) -> AsyncIterator[Talk]:
    """Somebody who talks to a bot on the real studio."""
    async with opened(valkey_url, tmp_path / "work", studio_url) as bot:
        yield Talk(bot, tmp_path / "out")


async def test_nothing_is_listed_where_nothing_was_made(person: Talk) -> None:
    outcome, screen = await person.say("", Action.HISTORY)
    assert outcome is Outcome.FULFILLED
    assert "I have made nothing in this chat yet" in screen.text
    assert not screen.shown[-1].buttons


async def test_an_earlier_project_is_gone_on_with(person: Talk) -> None:
    gateway, here = person.bot.gateway, (ME, HERE)
    assert await gateway.open_project(*here) is None
    _, first = await person.say("calm piano, 5 seconds", Action.MUSIC)
    assert first.file.facts
    assert await gateway.open_project(*here) == first.file.facts.title
    await person.say("", Action.NEW)
    assert await gateway.open_project(*here) is None
    _, second = await person.say("techno, 6 seconds", Action.MUSIC)
    _, listed = await person.say("where are the pieces you made for me before?")
    facts = [screen.file.facts for screen in (second, first)]
    lines = listed.texts[-1].splitlines()[1:]
    assert [line.split(" · ")[:2] for line in lines] == [
        [f"{number}. {it.title if it else ''}", length]
        for number, it, length in zip((1, 2), facts, ("0:06", "0:05"), strict=True)
    ]
    *_, old = listed.shown[-1].buttons
    outcome, opened_again = await person.say(press=old.id)
    assert outcome is Outcome.FULFILLED
    assert "is open again" in opened_again.text
    _, film = await person.say(press=opened_again.button("export").id)
    assert film.files[0].read_bytes() == first.files[0].read_bytes()
    _, edited = await person.say("make it faster", Action.EDIT)
    assert "BPM" in edited.text
    _, status = await person.say("", Action.STATUS)
    assert "Piano" in status.text
    _, again = await person.say(press=opened_again.button("keep").id)
    assert "Version 1 is on the timeline again" in again.text
