"""What is gone: sessions with their files, tokens, the service itself in the middle of things. Nothing finished is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.commands import Action
from core.messages import Outcome
from core.sender import OutgoingMessage
from core.store import Conversation, Store
from studio import Quirks
from tests.support.conversation import BRIEF, HERE, ME, QUICK, Open, Talk, opened
from tests.support.endpoints import RUN, SESSION, STATE, TOKEN, UPLOAD
from tests.support.files import make
from tests.support.proxy import counting_proxy
from tests.support.screen import RecordingScreen
from tests.support.scripted_api import Answer, End, ScriptedApi, bgm, calls, data, raw, reply, says, stream, timeline
from tests.support.studio import StudioProcess, start_studio
from tests.support.waiting import until

FIRST_STATE = "/api/state/nemo_agent/me/s1/latest"
GONE = reply({"code": 1002}, 404)


# Files that went with their session


@pytest.mark.parametrize("known_by", ["the state", "a button", "the message"])
async def test_a_file_that_went_with_its_session_is_asked_for_again_before_anything_is_paid(
    api: ScriptedApi, talk: Talk, tmp_path: Path, known_by: str
) -> None:
    wish, sea = "put calm piano under sea.mp4", make(tmp_path / "sea.mp4")
    _, bare = await talk.say("", None, sea)
    api.on("POST", SESSION, data({"session_id": "s2"}))
    if known_by == "the message":
        api.on("POST", RUN, GONE, stream(says("Hello.")))
    else:
        api.on("GET", FIRST_STATE, GONE)
    button = bare.button("fitting").id if known_by == "a button" else None
    outcome, screen = await talk.say("" if button else wish, press=button)
    assert outcome is Outcome.REFUSED
    assert "so are the files you gave me: sea.mp4" in screen.texts[0]
    assert "I no longer have sea.mp4. Please send it once more, with your wish" in screen.texts[-1]
    refused = [wish] if known_by == "the message" else []
    assert api.wishes == refused
    await talk.say(wish, None, sea)
    assert api.wishes == [*refused, wish]
    assert [it.target for it in api.requests if it.method == "POST"][-2] == UPLOAD[:-1] + "s2"


async def test_a_button_of_a_file_from_before_a_fresh_start_asks_for_it(
    api: ScriptedApi, talk: Talk, tmp_path: Path
) -> None:
    _, bare = await talk.say("", None, make(tmp_path / "riff.wav"))
    await talk.say("", Action.NEW)
    _, screen = await talk.say(press=bare.button("like").id)
    assert "I no longer have riff.wav" in screen.texts[-1]
    assert not api.wishes


@pytest.mark.parametrize("broken", ["the stream", "an upload"])
async def test_trying_again_names_the_files_and_sends_those_that_the_session_has_not(
    api: ScriptedApi, talk: Talk, tmp_path: Path, broken: str
) -> None:
    if broken == "the stream":
        api.on("POST", RUN, stream(end=End.CUT), stream(says("Here it is.")))
    else:
        api.on("POST", UPLOAD, data({}), reply({"code": 1}), data({}))
    files = [make(tmp_path / name) for name in ("a.wav", "b.wav")]
    _, failed = await talk.say("put calm piano under these", None, *files)
    outcome, _ = await talk.say(press=failed.button("again").id)
    assert outcome is Outcome.FULFILLED
    assert set(api.wishes) == {"put calm piano under these (a.wav, b.wav)"}
    assert len(api.asked("POST", UPLOAD)) == (2 if broken == "the stream" else 4)


async def test_trying_again_pays_for_nothing_that_was_made(api: ScriptedApi, talk: Talk, tmp_path: Path) -> None:
    api.on("GET", STATE, timeline(), timeline(bgm()))
    (tmp_path / "work").write_text("no folder can be made here: the disk refuses the file")
    _, screen = await talk.say("calm piano", Action.MUSIC)
    assert "full or not writable" in screen.texts[-1]
    (tmp_path / "work").unlink()
    _, screen = await talk.say(press=screen.button("export").id)
    assert screen.files
    assert len(api.wishes) == 1


# Tokens


@pytest.mark.parametrize("command", [Action.EXPORT, Action.STATUS])
@pytest.mark.parametrize(
    "refusal", [reply({"code": 1001}), raw(b"", 403), reply({"code": 1002}, 404)], ids=["1001", "403", "1002"]
)
async def test_whatever_keeps_a_new_token_out_of_the_session_counts_as_1002(
    api: ScriptedApi, talk: Talk, command: Action, refusal: Answer
) -> None:
    await talk.say("export")
    api.on("POST", TOKEN, data({"token": "nmv_usr_second"}))
    api.on("POST", SESSION, data({"session_id": "s2"}))
    api.on("GET", FIRST_STATE, reply({"code": 1001}), refusal)
    outcome, screen = await talk.say("", command)
    assert outcome is (Outcome.REFUSED if command is Action.EXPORT else Outcome.FULFILLED)
    assert "its timeline is gone" in screen.text
    _, status = await talk.say("", Action.STATUS)
    assert "timeline is empty" in status.texts[-1]


async def test_a_session_stays_where_its_own_token_is_forbidden_to_read_it_for_now(
    api: ScriptedApi, talk: Talk
) -> None:
    await talk.say("export")
    api.on("GET", FIRST_STATE, raw(b"", 403), timeline(bgm()))
    _, screen = await talk.say("", Action.STATUS)
    assert "tell whoever runs this bot the reference" in screen.texts[-1]
    _, status = await talk.say("", Action.STATUS)
    assert "Lo-fi" in status.texts[-1]


async def test_what_is_kept_of_a_session_are_its_ids_and_nothing_of_a_token(talk: Talk, store: Store) -> None:
    await talk.say("export")
    kept = await store.sessions.load(Conversation.of(ME, HERE))
    assert kept
    assert (kept.session_id, kept.task_id, kept.language) == ("s1", "t1", "en")
    assert kept.made_by
    assert "nmv_usr" not in repr(kept)


# The service


class Deadly(RecordingScreen):
    """Kills a studio at the first drawing of a stage."""

    def __init__(self, studio: StudioProcess, stage: str) -> None:
        super().__init__()
        self.studio, self.stage = studio, stage

    def record(self, item: OutgoingMessage) -> None:
        if item.progress and item.progress.stage == self.stage:
            self.stage = ""
            self.studio.kill()
        super().record(item)


@pytest.mark.parametrize(
    ("stage", "told", "button"),
    [("composing", "no answer came", "again"), ("rendering", "press the button in a", "export")],
)
async def test_a_studio_gone_in_the_middle_of_a_piece_is_told_and_delivers_when_it_is_back(
    valkey_url: str, tmp_path: Path, stage: str, told: str, button: str
) -> None:
    studio = start_studio(tmp_path / "studio", quirks=Quirks(slow_stage=0.25))
    screen = Deadly(studio, stage)
    brief = replace(QUICK, recover_reads=2, render_polls=2)
    async with counting_proxy(studio.url) as proxy:
        async with opened(valkey_url, tmp_path / "work", proxy.url, brief) as bot:
            await bot.handle(Talk(bot, tmp_path).said("calm piano 5 seconds", Action.MUSIC), screen)
        assert told in screen.text
        assert ("It cost 1 credit." in screen.texts[-1]) is (stage == "rendering")
        assert screen.button(button)
        # It is back: with its data, at its address.
        with start_studio(tmp_path / "studio", port=urlsplit(studio.url).port):
            async with opened(valkey_url, tmp_path / "work", proxy.url) as bot:
                talk = Talk(bot, tmp_path / "out", prefix="n")

                async def found() -> bool:
                    return "Timeline (" in (await talk.say("", Action.STATUS))[1].texts[-1]

                await until(found)
                _, delivered = await talk.say("export")
        assert delivered.files
        assert proxy.count("POST /run_sse") == 1


# What is told meanwhile


async def test_behind_a_raw_result_silence_is_broken_as_before(api: ScriptedApi, open_it: Open, tmp_path: Path) -> None:
    done = asyncio.Event()
    raw_clip = says("The raw clip is there. Click the Export button to download it.")
    beats = (b": ping\n\n", b"data:\n\n")
    api.on("POST", RUN, stream(calls("generate_music"), raw_clip, calls("add_titles"), *beats, done, says("Ready.")))
    async with open_it(deadlines=replace(BRIEF, still_working=0.1)) as bot:
        job, screen = await Talk(bot, tmp_path).begin("calm piano")
        await screen.until(lambda seen: bool(seen.texts))
        drawn = len(screen.drawn)
        await screen.until(lambda seen: any("Still working" in it.text for it in seen.drawn[drawn:]))
        done.set()
        await job
    assert (screen.texts[0], screen.texts[-1]) == ("The raw clip is there.", "Ready.")
    still = next(it.text for it in screen.drawn[drawn:] if "Still working" in it.text)
    assert still.startswith("⏳ Still working…")
    assert "✂️ Changing the timeline…" in still
