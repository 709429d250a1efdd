"""Files and addresses that people give: taken for what they are, named, offered; bad ones told by name."""

from __future__ import annotations

import asyncio
import errno
import os
from dataclasses import replace
from pathlib import Path

import av
import pytest

from core.commands import Action
from core.errors import AttachmentLost
from core.messages import Attachment, IncomingMessage, Outcome
from media import probe
from tests.support.conversation import HERE, ME, Asking, Talk
from tests.support.endpoints import RUN, STATE, UPLOAD
from tests.support.files import SUFFIXES, make, tone
from tests.support.screen import RecordingScreen
from tests.support.scripted_api import Answer, End, ScriptedApi, data, raw, reply, timeline


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_each_of_the_13_formats_is_taken_for_what_it_is(
    api: ScriptedApi, talk: Talk, tmp_path: Path, suffix: str
) -> None:
    """The content decides: under a wrong name the file goes up with the suffix of what it is."""
    path = make(tmp_path / f"mine.{suffix}").rename(tmp_path / "mine.xyz")
    outcome, screen = await talk.say("", None, path)
    assert outcome is Outcome.FULFILLED
    assert f"mine.{suffix}" in screen.texts[-1]
    (request,) = api.asked("POST", UPLOAD)
    assert f'name="files"; filename="mine.{suffix}"'.encode() in request.body


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply({"code": 4001}, 422), "MP4, MOV, MP3 and WAV go smoothest"),
        (reply({"code": 4002}, 413), "Compress or trim it"),
        (raw(b"", 402), "Register or upgrade your plan"),
        (reply({"code": 1}), "problem"),
        (raw(b"", end=End.CUT, Content_Length="9"), "broke before your wish was sent, so nothing was charged"),
    ],
    ids=["4001", "4002", "402", "fault", "gone in the middle"],
)
async def test_a_file_that_the_service_refuses_is_told_with_what_to_do(
    api: ScriptedApi, talk: Talk, tmp_path: Path, answer: Answer, told: str
) -> None:
    api.on("POST", UPLOAD, answer)
    _, screen = await talk.say("put piano under this", None, make(tmp_path / "sea.mp4"))
    assert told in screen.texts[-1]
    assert not api.asked("POST", RUN)


@pytest.mark.parametrize(
    ("files", "sent"), [(("sea.mp4",), "(sea (2).mp4)"), (("sea.mp4", "hum.wav"), "(sea (2).mp4, hum.wav)")]
)
async def test_a_message_refers_to_its_files_by_the_names_that_the_service_gave_them(
    api: ScriptedApi, talk: Talk, tmp_path: Path, files: tuple[str, ...], sent: str
) -> None:
    api.on("POST", UPLOAD, data({"files": [{"name": "sea (2).mp4"}]}), data({}))
    await talk.say("put the one under the other", None, *(make(tmp_path / name) for name in files))
    assert api.wishes == [f"put the one under the other {sent}"]


@pytest.mark.parametrize(
    ("name", "size", "told"),
    [
        ("nothing.mp4", 0, "is empty"),
        ("letter.mp4", 900, "by its content"),
        ("cut.mp4", 20_000, "damaged or cut off"),
        ("long.mp4", 201 * 2**20, "200 MB is the most"),
    ],
)
async def test_a_file_that_can_not_be_used_is_told_by_its_name_and_never_sent(
    api: ScriptedApi, talk: Talk, tmp_path: Path, film: bytes, name: str, size: int, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"Dear Sir or Madam, " * 50 if name == "letter.mp4" else film)
    os.truncate(path, size)
    _, screen = await talk.say("put piano under this", None, path)
    assert name in screen.texts[-1]
    assert told in screen.texts[-1]
    assert not api.asked("POST", UPLOAD)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (AttachmentLost(limit=20_000_000), "up to 20.0 MB only"),
        (AttachmentLost(), "I no longer have null"),
        (OSError(errno.ENOSPC, "a full disk"), "full or not writable"),
        (ZeroDivisionError("nmv_usr_secret and a person's words"), "reference "),
        (ConnectionResetError("nmv_usr_secret and a person's words"), "reference "),
    ],
)
async def test_a_file_that_can_not_be_fetched_is_told_and_the_conversation_goes_on(
    asking: Asking, caplog: pytest.LogCaptureFixture, error: Exception, told: str
) -> None:
    """The unexpected is a reference for the person, and a place without words for the log."""

    async def fetch(_: str, __: Path) -> None:
        raise error

    _, screen = await asking.say("put piano under this", None, Path("/dev/null"), fetch=fetch)
    _, reference, name = screen.texts[-1].partition(told)
    assert reference
    if told == "reference ":
        assert f"Reference {name[:4]}: {type(error).__name__} at " in caplog.text
    assert "nmv_usr" not in caplog.text + screen.text
    _, after = await asking.say("credits")
    assert "100 credits" in after.texts[-1]


@pytest.mark.parametrize(
    ("act", "file", "text"),
    [
        ("like", "riff.wav", "compose music like riff.wav"),
        ("under", "riff.wav", "put riff.wav under my video"),
        ("fitting", "land.mp4", "compose background music that fits (land.mp4)"),
    ],
)
async def test_the_buttons_of_a_bare_file_name_it(
    api: ScriptedApi, talk: Talk, tmp_path: Path, act: str, file: str, text: str
) -> None:
    api.on("GET", STATE, timeline({"tt": 0, "sg": [{"d": 2000, "m": {"name": "sea.mp4"}}]}))
    await talk.say("", None, make(tmp_path / "sea.mp4"))
    _, screen = await talk.say("", None, make(tmp_path / file))
    assert f"{file}, 0:02 long" in screen.texts[-1]
    assert screen.button("export")
    await talk.say(press=screen.button(act).id)
    assert api.wishes == [text]


async def test_an_address_is_handed_to_the_service_and_offered_like_a_file(api: ScriptedApi, talk: Talk) -> None:
    api.on("POST", UPLOAD, data({"files": [{"name": "riff.mp3", "mime_type": "audio/mpeg", "duration": 65}]}))
    outcome, screen = await talk.say("https://files.example/riff.mp3")
    assert outcome is Outcome.FULFILLED
    (request,) = api.asked("POST", UPLOAD)
    assert request.json == {"urls": ["https://files.example/riff.mp3"], "source_type": "url"}
    assert "🎧 Got your audio: riff.mp3, 1:05 long." in screen.texts[-1]
    await talk.say(press=screen.button("like").id)
    assert api.wishes == ["compose music like riff.mp3"]


PRIVATE = [
    "127.0.0.1:9",
    "10.0.0.1",
    "a.localhost.",
    "[::ffff:127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "0x7f.1",
    "[::1",
    "2130706433",
    "\u202e127.0.0.1",
]


@pytest.mark.parametrize("host", PRIVATE)
async def test_an_address_that_is_not_public_is_refused_before_any_request(
    api: ScriptedApi, talk: Talk, host: str
) -> None:
    outcome, screen = await talk.say(f"put piano under http://{host}/a.mp4")
    assert outcome is Outcome.REFUSED
    assert "Send the file itself, or a public link" in screen.texts[-1]
    assert not api.requests


async def test_an_address_that_leads_nowhere_public_is_refused_with_another_way(at_studio: Talk) -> None:
    outcome, screen = await at_studio.say("put piano under https://nowhere.invalid/a.mp4")
    assert outcome is Outcome.REFUSED
    assert "Send the file itself, or a public link" in screen.texts[-1]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("gpj.\u202e4pm.mp4", "gpj.4pm.mp4"),
        ("a\r\nX-Evil: 1\x00\x9b31m.mp4", "aX-Evil: 131m.mp4"),
        ("x" * 5000 + ".mp4", "x" * 116 + ".mp4"),
        ("\ud800曲.mp4", "\ufffd曲.mp4"),
        ("\u202e\u2066", "file.mp4"),
    ],
    ids=["direction", "control", "long", "half a sign", "nothing left"],
)
async def test_the_name_of_a_file_is_fit_for_a_header_and_a_line(
    api: ScriptedApi, talk: Talk, tmp_path: Path, name: str, kept: str
) -> None:
    file = make(tmp_path / "a.mp4")
    said = IncomingMessage(ME, HERE, "m-name", "", None, (Attachment(name, str(file), file.stat().st_size),))
    screen = RecordingScreen(tmp_path)
    assert await talk.bot.handle(said, screen) is Outcome.FULFILLED
    (request,) = api.asked("POST", UPLOAD)
    assert f'filename="{kept}"'.encode() in request.body.partition(b"\r\n\r\n")[0]
    assert kept in screen.texts[-1]


async def test_half_signs_end_no_conversation(api: ScriptedApi, talk: Talk, tmp_path: Path) -> None:
    person = replace(ME, id="7\udfff", language="en\ud800")
    said = IncomingMessage(person, replace(HERE, id="4\ud8002"), "m\ud800", "calm \ud800 piano", Action.MUSIC)
    screen = RecordingScreen(tmp_path)
    async with asyncio.timeout(120):
        assert await talk.bot.handle(said, screen) is Outcome.FULFILLED
    (sent,) = api.wishes
    assert "calm \ufffd piano" in sent
    await talk.bot.resume(person, replace(HERE, id="4\ud8002"), RecordingScreen(tmp_path))
    pressed = replace(said, message_id="n", text="", command=None, press="export:\ud800")
    assert await talk.bot.handle(pressed, RecordingScreen(tmp_path)) is Outcome.REFUSED


async def test_a_voice_note_is_turned_into_what_the_service_takes(api: ScriptedApi, talk: Talk, tmp_path: Path) -> None:
    note = tmp_path / "voice.ogg"
    with av.open(str(note), "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=48_000)
        frame = av.AudioFrame.from_ndarray(tone(2).reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = 48_000
        for piece in (*av.AudioResampler("flt", "stereo", 48_000, frame_size=960).resample(frame), None):
            out.mux(stream.encode(piece))
    outcome, _ = await talk.say("music like this", Action.MUSIC, note)
    assert outcome is Outcome.FULFILLED
    (sent,) = api.asked("POST", UPLOAD)
    head, _, rest = sent.body.partition(b"\r\n\r\n")
    assert b'filename="voice.m4a"\r\nContent-Type: audio/mp4' in head
    turned = tmp_path / "sent.m4a"
    turned.write_bytes(rest.rpartition(b"\r\n--")[0])
    assert (await probe(turned)).seconds == pytest.approx(2.0, abs=0.1)
