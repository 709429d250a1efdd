"""Whole conversations over the real core, a real Valkey and the real studio over HTTP."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

import av
import pytest
from pydantic import SecretStr

from core.commands import Action
from core.messages import Outcome
from core.store import Conversation, Vault, open_store
from studio import Quirks
from tests.support.conversation import HERE, ME, QUICK, Talk, TestBot
from tests.support.conversation import opened as open_bot_on
from tests.support.files import make
from tests.support.one_message import SECRET
from tests.support.proxy import counting_proxy
from tests.support.screen import RecordingScreen
from tests.support.studio import running_studio

Open = Callable[..., AbstractAsyncContextManager[TestBot]]


@pytest.fixture(scope="session")
def studio_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_studio(tmp_path_factory.mktemp("studio")) as url:
        yield url


@pytest.fixture(scope="session")
def slow_studio_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_studio(tmp_path_factory.mktemp("slow"), quirks=Quirks(slow_stage=0.25, heartbeat=0.1)) as url:
        yield url


@pytest.fixture
def opened(valkey_url: str, tmp_path: Path) -> Open:
    """Open a bot on a service: `opened(url, deadlines=…, web_url=…)`."""

    return partial(open_bot_on, valkey_url, tmp_path / "work")


@pytest.fixture
async def bot(opened: Open, studio_url: str) -> AsyncIterator[TestBot]:
    async with opened(studio_url) as bot:
        yield bot


@pytest.fixture
def talk(bot: TestBot, tmp_path: Path) -> Talk:
    return Talk(bot, tmp_path / "out")


async def test_one_message_gives_one_mp4(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _, before = await talk.say("how many credits do I have left?")
    assert "You have 100 credits left." in before.texts[-1]
    outcome, screen = await talk.say("upbeat energetic very particular 5 seconds", Action.MUSIC)
    assert outcome is Outcome.FULFILLED
    file = screen.file
    assert file.name == "upbeat-energetic-very-particular-5-seconds.mp4"
    assert screen.files[0].stat().st_size == file.size > 10_000
    assert abs(file.seconds - 5) < 0.05
    assert file.width
    with av.open(str(screen.files[0])) as made:
        assert {stream.type for stream in made.streams} == {"audio", "video"}
    assert "Video ready" in file.text
    assert "Timeline (2 tracks): 1. Video: " in file.text
    assert "It cost 1 credit." in file.text
    assert screen.stages[:2] == ["begun", "setup"]
    assert "composing" in screen.stages
    assert 2 <= len(file.buttons) <= 3
    _, after = await talk.say("", Action.CREDITS)
    assert "You have 99 credits left." in after.texts[-1]
    assert "Your last request cost 1 credit." in after.texts[-1]
    for text in (before.text, screen.text, after.text, caplog.text):
        assert "nmv_usr_" not in text
        assert "Bearer" not in text
    assert "particular" not in caplog.text


async def test_an_edit_tells_what_changed_and_two_clicks_are_one_export(talk: Talk, bot: TestBot) -> None:
    await talk.say("calm piano 5 seconds", Action.MUSIC)
    outcome, edited = await talk.say("add the title 'Golden Hour'", Action.EDIT)
    assert outcome is Outcome.FULFILLED
    assert not edited.files
    assert "• Added title “Golden Hour” (0–3 s)" in edited.texts[-1]
    screens = [RecordingScreen(), RecordingScreen()]
    clicks = [talk.said(press=edited.button("export").id) for _ in screens]
    await asyncio.gather(*map(bot.handle, clicks, screens))
    (file,) = (item for screen in screens for item in screen.shown if item.files)
    assert "Golden Hour" in file.text


async def test_a_file_too_large_for_the_chat_is_made_smaller_or_said_to_be(talk: Talk, bot: TestBot) -> None:
    _, whole = await talk.say("calm piano 5 seconds", Action.MUSIC)
    small = RecordingScreen(talk.keep / "small", largest_file=int(whole.file.size * 0.7))
    assert await bot.handle(talk.said("", Action.EXPORT), small) is Outcome.FULFILLED
    assert small.files[0].stat().st_size <= (small.largest_file or 0)
    assert "I made the file smaller" in small.file.text
    tiny = RecordingScreen(talk.keep / "tiny", largest_file=2_000)
    assert await bot.handle(talk.said("", Action.EXPORT), tiny) is Outcome.REFUSED
    assert "this chat takes no more than" in tiny.texts[-1]


async def test_an_answer_in_words_only_delivers_nothing_again(talk: Talk) -> None:
    await talk.say("calm piano 5 seconds", Action.MUSIC)
    outcome, screen = await talk.say("blorp the wug", Action.MUSIC)
    assert outcome is Outcome.FULFILLED
    assert screen.texts[-1]
    assert not any(item.files for item in screen.shown) or "playing" in screen.stages


async def test_a_bare_audio_file_is_told_and_offered(opened: Open, slow_studio_url: str, tmp_path: Path) -> None:
    async with opened(slow_studio_url) as bot:
        talk = Talk(bot, tmp_path / "out")
        outcome, told = await talk.say("", None, make(tmp_path / "riff.mp3"))
        assert outcome is Outcome.FULFILLED
        assert "riff.mp3, 0:02 long" in told.texts[-1]
        assert told.button("export")
        labels = [each.label for item in told.shown if not item.files for each in item.buttons]
        assert labels == ["🎵 Music like this", "🎬 Make the MP4"]
        _, both = await talk.say("", None, make(tmp_path / "sea.mp4"), make(tmp_path / "hum.wav"))
        assert both.button("under")
        screen = RecordingScreen()
        job = asyncio.create_task(bot.handle(talk.said(press=told.button("like").id), screen))
        await screen.until(lambda seen: "composing" in seen.stages)
        await talk.say("", Action.CANCEL)
        assert await job is Outcome.CANCELLED


async def test_two_requests_are_done_one_after_the_other(opened: Open, slow_studio_url: str, tmp_path: Path) -> None:
    async with opened(slow_studio_url) as bot:
        talk = Talk(bot, tmp_path / "out")
        first, second = RecordingScreen(tmp_path / "1"), RecordingScreen(tmp_path / "2")
        one = asyncio.create_task(bot.handle(talk.said("calm piano 5 seconds", Action.MUSIC), first))
        await first.until(lambda screen: "sent" in screen.stages)
        two = asyncio.create_task(bot.handle(talk.said("重新开始", Action.NEW), second))
        await second.until(lambda screen: "waiting" in screen.stages)
        assert "排在第 2 位" in second.text
        assert not first.files
        assert await one is Outcome.FULFILLED
        assert await two is Outcome.FULFILLED
        assert first.files
        assert "时间线已清空" in second.texts[-1]


async def test_a_refused_token_is_renewed_unseen_for_the_same_client(bot: TestBot, talk: Talk, valkey_url: str) -> None:
    await talk.say("", Action.CREDITS)
    who = Conversation.of(ME, HERE).person
    async with open_store(valkey_url, Vault(SECRET)) as store:
        known = await store.people.meet(who)
        await store.people.keep_token(who, SecretStr("nmv_usr_expired"))
        outcome, screen = await talk.say("", Action.CREDITS)
        assert outcome is Outcome.FULFILLED
        assert screen.stages == ["asking"]
        renewed = await store.people.meet(who)
    assert renewed.client_id == known.client_id
    assert renewed.token not in (None, SecretStr("nmv_usr_expired"))


async def test_a_lost_session_is_replaced_and_told(talk: Talk, valkey_url: str) -> None:
    await talk.say("", Action.EXPORT)
    place = Conversation.of(ME, HERE)
    async with open_store(valkey_url, Vault(SECRET)) as store:
        known = await store.sessions.load(place)
        assert known is not None
        await store.sessions.save(place, replace(known, session_id="gone"))
    outcome, screen = await talk.say("calm piano 5 seconds", Action.MUSIC)
    assert outcome is Outcome.FULFILLED
    assert "no longer exists" in screen.text
    assert screen.files


async def test_export_before_anything_exists_says_how_to_begin(talk: Talk) -> None:
    outcome, screen = await talk.say("", Action.EXPORT)
    assert outcome is Outcome.REFUSED
    assert "nothing to export" in screen.texts[-1]


async def test_a_video_with_words_becomes_a_video_with_music(talk: Talk, tmp_path: Path) -> None:
    outcome, screen = await talk.say("put calm piano under this", None, make(tmp_path / "sea.mp4"))
    assert outcome is Outcome.FULFILLED
    assert "sea" in screen.file.text
    assert screen.file.name == "put-calm-piano-under-this.mp4"


async def test_cancel_takes_back_what_runs_and_what_waits(opened: Open, slow_studio_url: str, tmp_path: Path) -> None:
    async with opened(slow_studio_url) as bot:
        talk = Talk(bot, tmp_path / "out")
        first, second = RecordingScreen(), RecordingScreen()
        one = asyncio.create_task(bot.handle(talk.said("calm piano 5 seconds", Action.MUSIC), first))
        await first.until(lambda screen: "composing" in screen.stages)
        two = asyncio.create_task(bot.handle(talk.said("loud drums 5 seconds", Action.MUSIC), second))
        await second.until(lambda screen: "waiting" in screen.stages)
        outcome, screen = await talk.say("", Action.CANCEL)
        assert outcome is Outcome.FULFILLED
        assert "took back 2 requests" in screen.texts[-1]
        assert "may use credits and may land on the timeline" in screen.texts[-1]
        assert await one is Outcome.CANCELLED
        assert await two is Outcome.CANCELLED
        assert first.texts == second.texts == []  # it is all one conversation
        outcome, screen = await talk.say("/cancel", Action.CANCEL)
        assert outcome is Outcome.FULFILLED


async def test_a_job_on_a_screen_of_its_own_says_there_that_it_was_cancelled(
    opened: Open, slow_studio_url: str, tmp_path: Path
) -> None:
    async with opened(slow_studio_url) as bot:
        talk = Talk(bot, tmp_path / "out")
        screen, answer = RecordingScreen(address="here"), RecordingScreen(address="there")
        job = asyncio.create_task(bot.handle(talk.said("calm piano 5 seconds", Action.MUSIC), screen))
        await screen.until(lambda seen: "composing" in seen.stages)
        await bot.handle(talk.said("", Action.CANCEL), answer)
        assert await job is Outcome.CANCELLED
        assert screen.texts == ["Cancelled."]
        assert answer.texts[-1].startswith("I stopped waiting.")


async def test_the_cancel_button_takes_back_its_own_job_only_for_its_owner(
    opened: Open, slow_studio_url: str, tmp_path: Path
) -> None:
    async with opened(slow_studio_url) as bot:
        talk = Talk(bot, tmp_path / "out")
        screen = RecordingScreen()
        job = asyncio.create_task(bot.handle(talk.said("calm piano 5 seconds", Action.MUSIC), screen))
        await screen.until(lambda seen: "composing" in seen.stages)
        press = screen.drawn[-1].buttons[0].id
        assert len(press) <= 64
        stranger = Talk(bot, tmp_path / "out", replace(ME, id="8"), "s")
        outcome, refused = await stranger.say(press=press)
        assert outcome is Outcome.REFUSED
        (told,) = refused.shown
        assert "older request" in told.text
        assert told.private
        outcome, _ = await talk.say(press=press)
        assert outcome is Outcome.FULFILLED
        assert await job is Outcome.CANCELLED


async def test_a_message_delivered_twice_is_one_job(opened: Open, studio_url: str, tmp_path: Path) -> None:
    async with counting_proxy(studio_url) as proxy, opened(proxy.url) as bot:
        said = Talk(bot, tmp_path).said("calm piano 5 seconds", Action.MUSIC)
        screens = [RecordingScreen(tmp_path / str(number)) for number in range(3)]
        outcomes = await asyncio.gather(*(bot.handle(said, screen) for screen in screens[:2]))
        outcomes.append(await bot.handle(said, screens[2]))
        assert outcomes == [Outcome.FULFILLED] * 3
        assert proxy.count("POST /run_sse") == 1
        assert sum(len(screen.files) for screen in screens) == 1


async def test_a_killed_process_is_taken_over_without_a_second_send(
    opened: Open, valkey_url: str, slow_studio_url: str, tmp_path: Path
) -> None:
    async with counting_proxy(slow_studio_url) as proxy:
        arguments = [valkey_url, proxy.url, str(tmp_path / "work"), "killed", "calm piano 5 seconds"]
        victim = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.one_message", *arguments, stdout=subprocess.PIPE
        )
        assert victim.stdout is not None
        while b"composing" not in (line := await asyncio.wait_for(victim.stdout.readline(), 30)):
            assert line, "it ended too early"
        victim.kill()
        await victim.communicate()
        assert proxy.count("POST /run_sse") == 1
        async with opened(proxy.url) as bot:
            # Another message of the same person: what was left is finished too, on this screen.
            outcome, screen = await Talk(bot, tmp_path / "out").say("导出")
        assert outcome is Outcome.FULFILLED
        assert len(screen.files) == 2
        assert sum("Video ready" in text for text in screen.texts) == 1
        assert sum("视频做好了" in text for text in screen.texts) == 1
        assert proxy.count("POST /run_sse") == 1


async def test_a_stream_that_breaks_is_looked_up_and_never_sent_again(
    opened: Open, slow_studio_url: str, tmp_path: Path
) -> None:
    async with counting_proxy(slow_studio_url) as proxy, opened(proxy.url) as bot:
        talk = Talk(bot, tmp_path / "out")
        screen = RecordingScreen(tmp_path / "1")
        job = asyncio.create_task(bot.handle(talk.said("calm piano 5 seconds", Action.MUSIC), screen))
        await screen.until(lambda seen: "composing" in seen.stages)
        proxy.cut()
        assert await job is Outcome.FULFILLED
        assert "looking" in screen.stages
        assert screen.files
        assert proxy.count("POST /run_sse") == 1


async def test_a_run_that_died_is_told_with_its_cost_and_a_button(opened: Open, tmp_path: Path) -> None:
    quirks = Quirks(slow_stage=0.3, cancel_with_client=True, cut_stream=1.0)
    with running_studio(tmp_path / "studio", quirks=quirks) as url:
        async with counting_proxy(url) as proxy, opened(proxy.url, replace(QUICK, recover_reads=3)) as bot:
            talk = Talk(bot, tmp_path / "out")
            outcome, screen = await talk.say("calm piano 5 seconds", Action.MUSIC)
            assert outcome is Outcome.FAILED
            assert "did not send it a second time" in screen.texts[-1]
            assert screen.button("again")
            assert proxy.count("POST /run_sse") == 1


async def test_a_silent_edit_is_told_by_what_changed(opened: Open, tmp_path: Path) -> None:
    with running_studio(tmp_path / "studio", quirks=Quirks(silent_edits=1.0)) as url:
        async with opened(url) as bot:
            talk = Talk(bot, tmp_path / "out")
            await talk.say("calm piano 5 seconds", Action.MUSIC)
            outcome, screen = await talk.say("add the title 'Golden Hour'", Action.EDIT)
            assert outcome is Outcome.FULFILLED
            assert "Golden Hour" in screen.texts[-1]


async def test_no_credits_leads_to_the_registration(opened: Open, tmp_path: Path) -> None:
    with running_studio(tmp_path / "studio", grant=0) as url:
        async with opened(url, web_url="https://example.org") as bot:
            outcome, screen = await Talk(bot, tmp_path).say("calm piano 5 seconds", Action.MUSIC)
            assert outcome is Outcome.REFUSED
            assert "https://example.org/register?bind=" in screen.texts[-1]


async def test_a_plan_that_refuses_exports_is_a_normal_outcome(opened: Open, tmp_path: Path) -> None:
    with running_studio(tmp_path / "studio", quirks=Quirks(plan_refuses_export=True, gui_talk=True)) as url:
        async with opened(url, web_url="https://example.org") as bot:
            outcome, screen = await Talk(bot, tmp_path).say("calm piano 5 seconds", Action.MUSIC)
            assert outcome is Outcome.REFUSED
            assert "unlock export" in screen.texts[-1]
            assert "https://example.org/workspace/claim?ct=" in screen.texts[-1]


async def test_a_service_that_is_away_charges_nothing_and_says_so(opened: Open, tmp_path: Path) -> None:
    async with opened("http://127.0.0.1:9", replace(QUICK, connect=0.2, request=0.5)) as bot:
        outcome, screen = await Talk(bot, tmp_path).say("calm piano 5 seconds", Action.MUSIC)
        assert outcome is Outcome.FAILED
        assert "Nothing was sent and nothing was charged" in screen.texts[-1]
        assert screen.button("again")


async def test_a_person_who_is_gone_does_not_stop_the_job(bot: TestBot, talk: Talk) -> None:
    screen = RecordingScreen(gone=True)
    assert await bot.handle(talk.said("calm piano 5 seconds", Action.MUSIC), screen) is Outcome.FULFILLED
    # Behind it in line, so it is done when this begins.
    _, new = await talk.say("no drums", Action.EDIT)
    assert "Piano ballad" in new.text


async def test_status_new_help_and_asides(talk: Talk) -> None:
    for text, command, expected in (
        ("", Action.STATUS, "timeline is empty"),
        ("", Action.NEW, "fresh start"),
        ("", Action.HELP, "Shorter pieces are faster"),
        ("", Action.MUSIC, "What shall it sound like"),
        ("x" * 5000, Action.MUSIC, "at most 4000 characters"),
    ):
        outcome, screen = await talk.say(text, command)
        assert expected in screen.texts[-1], (text, command)
        assert outcome in {Outcome.FULFILLED, Outcome.REFUSED}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [("nothing.mp4", b"", "is empty"), ("letter.mp4", b"Dear Sir or Madam, " * 50, "by its content")],
)
async def test_a_file_that_is_none_is_refused_kindly(
    talk: Talk, tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    outcome, screen = await talk.say("music for this", None, path)
    assert outcome is Outcome.REFUSED
    assert expected in screen.texts[-1]
