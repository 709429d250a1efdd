"""Small talk and simple questions: answered by the bot itself, for free, and truthfully for every service."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.settings import load
from core.app import CoreConfig, Work
from core.commands import Action
from core.messages import Outcome
from tests.support.conversation import QUICK, Open, Talk, open_bot, opened
from tests.support.files import make
from tests.support.one_message import SECRET
from tests.support.scripted_api import RUN, STATE, ScriptedApi, bgm, timeline


@pytest.mark.parametrize(
    ("text", "told", "outcome"),
    [
        ("thanks!", "You're welcome!", Outcome.FULFILLED),
        ("谢谢", "不客气", Outcome.FULFILLED),
        ("who are you?", "I'm a bot that makes background music", Outcome.FULFILLED),
        ("what styles do you have", "Say a style, a mood or an instrument", Outcome.FULFILLED),
        ("how long can it be", "Say how long it should be", Outcome.FULFILLED),
        ("what formats do you accept?", "MP4, MOV, MP3 and WAV go smoothest", Outcome.FULFILLED),
        ("is it free", "/credits shows what you have left", Outcome.FULFILLED),
        ("你会说中文吗", "您用哪种语言说，我就用哪种语言回答", Outcome.FULFILLED),
        ("what's the weather in Berlin?", "that is nothing I can help with", Outcome.REFUSED),
        ("order me a pizza", "that is nothing I can help with", Outcome.REFUSED),
        ("帮我订个披萨", "这个我帮不上忙", Outcome.REFUSED),
        ("refund please, you charged me twice", "write to NemoVideo", Outcome.FULFILLED),
        ("quiero que me devuelvan el dinero, me cobraron dos veces", "escribe a NemoVideo", Outcome.FULFILLED),
        ("你扣了我两次钱，退款", "请联系账户所属的 NemoVideo", Outcome.FULFILLED),
        ("you are a useless piece of junk", "I'd rather make it right", Outcome.FULFILLED),
        ("was passiert mit meinen Videos, trainiert ihr damit?", "an den Dienst NemoVideo", Outcome.FULFILLED),
        ("where are my files?", "I have made nothing in this chat yet", Outcome.FULFILLED),
        ("hello", "Hello! I make background music", Outcome.FULFILLED),
        ("bye", "See you!", Outcome.FULFILLED),
        ("use https://www.youtube.com/watch?v=abc as the music", "Similar styles are built in", Outcome.REFUSED),
        ("music like https://open.spotify.com/track/1", "Similar styles are built in", Outcome.REFUSED),
        ("/help", "Shorter pieces are faster", Outcome.FULFILLED),
        ("help", "generate a free background music track for my video with an upbeat, energetic", Outcome.FULFILLED),
        ("upload", "MP4, MOV, MP3 and WAV go smoothest", Outcome.REFUSED),
        ("   ", "What shall it sound like?", Outcome.REFUSED),
        ("😀😀", "I make background music for videos", Outcome.FULFILLED),
        ("cancel", "Nothing of yours is running", Outcome.FULFILLED),
        (Action.MUSIC, "What shall it sound like?", Outcome.REFUSED),
        (Action.EDIT, "What shall change?", Outcome.REFUSED),
    ],
)
async def test_it_is_answered_without_the_service(
    api: ScriptedApi, talk: Talk, text: str, told: str, outcome: Outcome
) -> None:
    came, screen = await (talk.say("", text) if isinstance(text, Action) else talk.say(text))
    assert came is outcome
    assert told in screen.texts[-1]
    assert not api.requests


@pytest.mark.parametrize(
    ("text", "wishes"),
    [("calm piano under this", 1), ("", 0), ("here you go", 0), ("refund please, you charged me twice", 0)],
)
async def test_words_beside_a_file_are_a_wish_only_where_they_are_one(
    api: ScriptedApi, talk: Talk, tmp_path: Path, text: str, wishes: int
) -> None:
    await talk.say(text, None, make(tmp_path / "clip.mp4", seconds=1))
    assert len(api.wishes) == wishes


async def test_a_problem_is_reported_to_the_operator_by_its_reference_alone(
    api: ScriptedApi, talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    api.on("GET", STATE, timeline(bgm()))
    await talk.say("calm piano for grandma", Action.MUSIC)
    _, complaint = await talk.say("refund please, you charged me twice")
    caplog.clear()
    outcome, told = await talk.say(press=complaint.button("report").id)
    assert outcome is Outcome.FULFILLED
    (line,) = [record.getMessage() for record in caplog.records if "Problem reported" in record.getMessage()]
    reference = line.split()[-1]
    assert reference in complaint.texts[-1]
    assert reference in told.texts[-1]
    assert "grandma" not in caplog.text


@pytest.mark.parametrize(
    ("text", "command"), [("thanks, now make it faster", None), ("royalty free jazz", None), ("thanks", Action.MUSIC)]
)
async def test_a_wish_with_such_words_is_sent(api: ScriptedApi, talk: Talk, text: str, command: Action | None) -> None:
    await talk.say(text, command)
    assert len(api.wishes) == 1


async def test_of_a_service_with_terms_nothing_is_promised_and_its_page_is_named(
    api: ScriptedApi, open_it: Open, tmp_path: Path
) -> None:
    api.on("GET", STATE, timeline(bgm()))
    async with open_it(web_url="https://pages.test") as bot:
        talk = Talk(bot, tmp_path)
        _, before = await talk.say("may I use it commercially?")
        assert not api.requests
        await talk.say("calm piano", Action.MUSIC)
        _, after = await talk.say("可以商用吗")
        _, taught = await talk.say("", Action.HELP)
    assert "its terms of use" in before.texts[-1]
    assert "https://pages.test" in before.texts[-1]
    assert "https://pages.test/workspace/claim?ct=" in after.texts[-1]
    assert "以该服务的使用条款为准" in after.texts[-1]
    assert len(api.asked("POST", RUN)) == 1
    for said in (before, after, taught):
        assert "commercially too" not in said.text


async def test_of_a_service_without_pages_the_terms_are_named_alone(talk: Talk) -> None:
    _, screen = await talk.say("is it royalty free?")
    assert "its terms of use" in screen.texts[-1]
    assert "http" not in screen.texts[-1]


async def test_of_the_studio_the_licence_and_the_lengths_are_told(
    monkeypatch: pytest.MonkeyPatch, valkey_url: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("BACKEND", "studio")
    backend = load().api("http://127.0.0.1:1")
    ground = CoreConfig(redis_url=valkey_url, backend=backend, work_dir=tmp_path / "work", secret_key=SECRET)
    async with open_bot(ground, Work(fetches={})) as bot:
        talk = Talk(bot, tmp_path)
        _, licence = await talk.say("may I use it commercially?")
        _, length = await talk.say("how long can it be?")
        _, taught = await talk.say("", Action.HELP)
    assert "commercially too, without credit and without a fee" in licence.texts[-1]
    assert "from 5 seconds to 10 minutes" in length.texts[-1]
    assert "commercially too" in taught.texts[-1]


async def test_a_new_piece_beside_an_old_one_is_told_as_new(valkey_url: str, studio_url: str, tmp_path: Path) -> None:
    async with opened(valkey_url, tmp_path / "work", studio_url, QUICK) as bot:
        talk = Talk(bot, tmp_path / "out")
        await talk.say("calm lofi 8 seconds, music at 50%", Action.MUSIC)
        _, made = await talk.say("jazz 5 seconds", Action.MUSIC)
        _, edited = await talk.say("music at 70%", Action.EDIT)
        await talk.say("undo", Action.EDIT)
        _, undone = await talk.say("undo", Action.EDIT)
    told = "\n".join(made.texts)
    assert "• New music: “Jazz" in told
    assert ", 5 s, in place of “Lo-fi" in told
    assert "50% →" not in told
    assert "Whole length" not in told
    assert "• Volume of music" in edited.texts[0]
    assert "New music" not in edited.text
    assert "• The music is now “Lo-fi" in undone.texts[0]
