"""Small talk and simple questions: answered by the bot itself, for free, and truthfully for every service."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.settings import load
from core.app import CoreConfig, Work
from core.commands import Action
from tests.support.conversation import Asking, Talk, open_bot
from tests.support.endpoints import STATE
from tests.support.files import make
from tests.support.one_message import SECRET
from tests.support.scripted_api import ScriptedApi, bgm, timeline
from tests.support.tables import rows


@pytest.mark.parametrize(("text", "told", "outcome"), rows("small_talk.tsv"))
async def test_it_is_answered_without_the_service(
    api: ScriptedApi, talk: Talk, text: str, told: str, outcome: str
) -> None:
    came, screen = await talk.say(text)
    assert came.value == outcome
    assert told in screen.texts[-1]
    assert not api.requests


@pytest.mark.parametrize(
    ("command", "told"), [(Action.MUSIC, "What shall it sound like?"), (Action.EDIT, "What shall change?")]
)
async def test_a_command_alone_is_asked_for_its_words(api: ScriptedApi, talk: Talk, command: Action, told: str) -> None:
    _, screen = await talk.say("", command)
    assert told in screen.texts[-1]
    assert not api.requests


@pytest.mark.parametrize(
    ("text", "command", "file", "wishes"),
    [
        ("calm piano under this", None, True, 1),
        ("", None, True, 0),
        ("here you go", None, True, 0),
        ("refund please, you charged me twice", None, True, 0),
        ("thanks, now make it faster", None, False, 1),
        ("royalty free jazz", None, False, 1),
        ("thanks", Action.MUSIC, False, 1),
    ],
)
async def test_words_beside_a_file_or_a_thank_you_are_a_wish_only_where_they_are_one(
    api: ScriptedApi, talk: Talk, tmp_path: Path, text: str, command: Action | None, file: bool, wishes: int
) -> None:
    files = [make(tmp_path / "clip.mp4", seconds=1)] if file else []
    await talk.say(text, command, *files)
    assert len(api.wishes) == wishes


async def test_a_problem_is_reported_to_the_operator_by_its_reference_alone(
    api: ScriptedApi, talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    api.on("GET", STATE, timeline(bgm()))
    await talk.say("calm piano for grandma", Action.MUSIC)
    _, complaint = await talk.say("refund please, you charged me twice")
    caplog.clear()
    _, told = await talk.say(press=complaint.button("report").id)
    (line,) = [record.getMessage() for record in caplog.records if "Problem reported" in record.getMessage()]
    reference = line.split()[-1]
    assert reference in complaint.texts[-1]
    assert reference in told.texts[-1]
    assert "grandma" not in caplog.text


async def test_of_a_service_with_terms_nothing_is_promised_and_its_page_is_named(
    api: ScriptedApi, asking: Asking
) -> None:
    pages = "https://pages.test"
    api.on("GET", STATE, timeline(bgm()))
    _, before = await asking.say("may I use it commercially?", web_url=pages)
    assert not api.requests
    await asking.say("calm piano", Action.MUSIC, web_url=pages)
    _, after = await asking.say("可以商用吗", web_url=pages)
    _, taught = await asking.say("", Action.HELP, web_url=pages)
    _, without = await asking.say("is it royalty free?")
    assert pages in before.texts[-1]
    assert f"{pages}/workspace/claim?ct=" in after.texts[-1]
    assert "以该服务的使用条款为准" in after.texts[-1]
    assert "http" not in without.texts[-1]
    assert len(api.wishes) == 1
    for said in (before, without):
        assert "its terms of use" in said.texts[-1]
    for said in (before, after, taught):
        assert "commercially too" not in said.text


async def test_of_the_studio_the_licence_and_the_lengths_are_told(
    monkeypatch: pytest.MonkeyPatch, valkey_url: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("BACKEND", "studio")
    backend = load().api("http://127.0.0.1:1")
    ground = CoreConfig(redis_url=valkey_url, backend=backend, work_dir=tmp_path / "work", secret_key=SECRET)
    async with open_bot(ground, Work(fetches={})) as bot:
        for text, told in (
            ("may I use it commercially?", "commercially too, without credit and without a fee"),
            ("how long can it be?", "from 5 seconds to 10 minutes"),
            ("/help", "commercially too"),
        ):
            _, screen = await Talk(bot, tmp_path, prefix=text).say(text)
            assert told in screen.texts[-1]


async def test_a_new_piece_beside_an_old_one_is_told_as_new(at_studio: Talk) -> None:
    await at_studio.say("calm lofi 8 seconds, music at 50%", Action.MUSIC)
    _, made = await at_studio.say("jazz 5 seconds", Action.MUSIC)
    _, edited = await at_studio.say("music at 70%", Action.EDIT)
    await at_studio.say("undo", Action.EDIT)
    _, undone = await at_studio.say("undo", Action.EDIT)
    told = "\n".join(made.texts)
    assert "• New music: “Jazz" in told
    assert ", 5 s, in place of “Lo-fi" in told
    assert "50% →" not in told
    assert "Whole length" not in told
    assert "• Volume of music" in edited.texts[0]
    assert "New music" not in edited.text
    assert "• The music is now “Lo-fi" in undone.texts[0]
