"""A real python-telegram-bot client against a Bot API server on loopback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bots.errors import TokenNotAccepted
from bots.telegram import TelegramFiles, download_limit, serve
from bots.telegram.service import CLOUD, manners_of
from core.errors import AttachmentLost, PersonUnreachable
from core.messages import Attachment, Button, Command, File, IncomingMessage, Picture, Progress, Screen, Text
from tests.support.faults import Fault
from tests.support.gateway import MANNERS, serving
from tests.support.scripted_bot import Script, ScriptedBot
from tests.support.telegram_server import GROUP, TOKEN, Message, TelegramServer, flood, refusal, telegram_server

CANCEL = Button("cancel:17", "Cancel")


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as running:
        yield running
        assert running.violations == []


async def fetched(server: TelegramServer, file: Attachment, path: Path, limit: int | None = None) -> None:
    """Fetch a file as a process does that has nothing but the settings."""
    async with TelegramFiles(SecretStr(TOKEN), server.base, limit) as files:
        await files.fetch(file.ref, path)


def video(tmp_path: Path, text: str = "Here you are") -> File:
    path = tmp_path / "made.mp4"
    path.write_bytes(b"\0\0\0 ftypisom")
    return File(path, "upbeat.mp4", "video/mp4", 4.5, 12, text, 1920, 1080, (Button("again:1", "Again"),))


def music(tmp_path: Path) -> Script:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…", (CANCEL,)))
        await screen.show(video(tmp_path))

    return script


def saying(text: str) -> Script:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text(text))

    return script


async def only(server: TelegramServer, text: str) -> Message:
    """Wait until the bot's only message says `text`."""
    return (await server.until(lambda: [one.text for one in server.shown] == [text] and server.shown))[0]


async def test_a_wish_becomes_one_message_that_ends_as_the_video(server: TelegramServer, tmp_path: Path) -> None:
    bot = ScriptedBot(music(tmp_path))
    async with serving(server, bot):
        wish = await server.say("/music upbeat energetic 5s")
        message = await only(server, "Here you are")
    assert message.file == ("upbeat.mp4", (tmp_path / "made.mp4").read_bytes())
    assert message.media is not None
    assert {key: message.media.get(key) for key in ("type", "width", "height", "duration", "supports_streaming")} == {
        "type": "video", "width": 1920, "height": 1080, "duration": 5, "supports_streaming": True,
    }  # fmt: skip
    assert message.buttons == [{"text": "Again", "callback_data": "again:1"}]
    assert (message.reply_to, message.thread, server.count("sendMessage")) == (None, None, 1)
    said = bot.heard[0]
    assert (said.command, said.text, said.person.id, said.person.language) == (
        Command.MUSIC, "upbeat energetic 5s", "7", "zh-hans",
    )  # fmt: skip
    assert (said.chat.id, said.message_id) == ("7", f"7:{wish['message_id']}")


async def test_the_first_sign_comes_before_the_core_is_asked(server: TelegramServer) -> None:
    signs: list[int] = []

    async def script(said: IncomingMessage, screen: Screen) -> None:
        signs.append(server.count("sendChatAction"))
        await screen.show(Text("done"))

    async with serving(server, ScriptedBot(script)):
        await server.say("/status")
        await only(server, "done")
    assert signs == [1]


async def test_the_menu_is_registered_in_both_languages(server: TelegramServer) -> None:
    async with serving(server, ScriptedBot()):
        await server.until(lambda: len(server.menus) == 2)
    english, chinese = server.menus[""], server.menus["zh"]
    assert [entry["command"] for entry in english] == [command.value for command in Command]
    assert [entry["command"] for entry in chinese] == [command.value for command in Command]
    assert all(1 <= len(entry["description"]) <= 256 for entry in english + chinese)
    assert all(one["description"] != other["description"] for one, other in zip(english, chinese, strict=True))


async def test_a_message_is_confirmed_once_it_is_written_down(server: TelegramServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        heard.set()
        await written.wait()
        screen.watch(moved)
        await asyncio.Event().wait()

    async def moved(address: str) -> None:
        raise AssertionError(address)

    heard, written = asyncio.Event(), asyncio.Event()
    async with serving(server, ScriptedBot(script)):
        await server.say("/music upbeat")
        async with asyncio.timeout(10):
            await heard.wait()
        await asyncio.sleep(0.1)
        assert server.unconfirmed
        written.set()
        await server.until(lambda: not server.unconfirmed)


async def test_a_job_does_not_keep_others_waiting(server: TelegramServer) -> None:
    done = asyncio.Event()

    async def script(said: IncomingMessage, screen: Screen) -> None:
        if said.command is Command.MUSIC:
            await done.wait()
        await screen.show(Text(said.text or "status"))

    async with serving(server, ScriptedBot(script)):
        await server.say("/music long")
        await server.say("/status", chat=8)
        await only(server, "status")
        done.set()
        await server.until(lambda: len(server.shown) == 2)


@pytest.mark.parametrize(
    ("kind", "name", "mime", "expected"),
    [
        ("audio", "song.mp3", "audio/mpeg", "song.mp3"),
        ("voice", None, "audio/ogg", ".oga"),
        ("video", "clip.mp4", "video/mp4", "clip.mp4"),
        ("video_note", None, None, ".mp4"),
        ("animation", "cat.mp4", "video/mp4", "cat.mp4"),
        ("photo", None, None, ".jpg"),
        ("document", "take.wav", "audio/x-wav", "take.wav"),
    ],
)
async def test_every_kind_of_file_arrives_whole(
    server: TelegramServer, tmp_path: Path, kind: str, name: str | None, mime: str | None, expected: str
) -> None:
    data = bytes(range(256)) * 40

    async def script(said: IncomingMessage, screen: Screen) -> None:
        (file,) = said.attachments
        await fetched(server, file, tmp_path / "in")
        await screen.show(Text(f"{file.name} {file.size}"))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say(**server.file(kind, data, name, mime))
        message = await server.until(lambda: server.shown and server.shown[0])
    assert message.text.endswith(f"{expected} {len(data)}")
    assert (tmp_path / "in").read_bytes() == data
    assert bot.heard[0].command is None


async def test_a_command_may_stand_in_a_caption(server: TelegramServer) -> None:
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.say(caption="/music calm piano", **server.file("audio", b"abc", "a.mp3", "audio/mpeg"))
        said = await bot.hears()
    assert (said.command, said.text, [file.name for file in said.attachments]) == (
        Command.MUSIC, "calm piano", ["a.mp3"],
    )  # fmt: skip


async def test_an_album_is_one_wish(server: TelegramServer) -> None:
    bot = ScriptedBot(saying("got them"))
    async with serving(server, bot):
        first = await server.say(media_group_id="g1", **server.file("photo", b"1"))
        await server.say(media_group_id="g1", caption="music for these", **server.file("photo", b"22"))
        await server.say(media_group_id="g1", **server.file("video", b"333", "v.mp4", "video/mp4"))
        await only(server, "got them")
    (said,) = bot.heard
    assert [file.size for file in said.attachments] == [1, 2, 3]
    assert (said.text, said.message_id) == ("music for these", f"7:{first['message_id']}")


async def test_a_file_too_large_for_bots_is_lost_with_its_limit(server: TelegramServer, tmp_path: Path) -> None:
    limits: list[int | None] = []

    async def script(said: IncomingMessage, screen: Screen) -> None:
        with pytest.raises(AttachmentLost) as caught:
            await fetched(server, said.attachments[0], tmp_path / "in", download_limit(None))
        limits.append(caught.value.limit)
        await screen.show(Text("lost"))

    async with serving(server, ScriptedBot(script)):
        large = server.file("video", b"abc", "v.mp4", "video/mp4")
        large["video"]["file_size"] = 21 * 1024 * 1024
        await server.say(**large)
        await server.until(lambda: len(server.shown) == 1)
        gone = server.file("video", b"abc", "v.mp4", "video/mp4")
        server.files.clear()
        await server.say(**gone)
        await server.until(lambda: len(server.shown) == 2)
    assert limits == [20 * 1024 * 1024, None]


async def test_a_server_of_ones_own_gives_files_as_paths(server: TelegramServer, tmp_path: Path) -> None:
    stored = tmp_path / "stored"
    stored.write_bytes(b"from the disk")

    async def script(said: IncomingMessage, screen: Screen) -> None:
        await fetched(server, said.attachments[0], tmp_path / "in")
        await screen.show(Text("saved"))

    async with serving(server, ScriptedBot(script)):
        sent = server.file("video", b"", "v.mp4", "video/mp4")
        server.local_files[sent["video"]["file_id"]] = str(stored)
        await server.say(**sent)
        await only(server, "saved")
    assert (tmp_path / "in").read_bytes() == b"from the disk"


def test_only_a_server_of_ones_own_takes_large_files() -> None:
    assert manners_of(None) == manners_of("https://api.telegram.org/") == CLOUD
    assert manners_of("http://127.0.0.1:8081").upload_limit > 1_900_000_000
    assert download_limit("https://api.telegram.org/") == 20 * 1024 * 1024
    assert download_limit("http://127.0.0.1:8081") is None


async def test_group_manners(server: TelegramServer) -> None:
    bot = ScriptedBot(saying("yes"))
    async with serving(server, bot):
        await server.say("/status@music_test_bot", chat=GROUP)
        answer = await only(server, "yes")
        await server.say("just talking", chat=GROUP)
        await server.say("/weather", chat=GROUP)
        await server.say("/music@another_bot calm", chat=GROUP)
        await server.say("a photo for friends", chat=GROUP, **server.file("photo", b"1"))
        await server.say("make it slower", chat=GROUP, reply_to_message=server.bot_message(answer))
        await server.say("@Music_Test_Bot make it louder", chat=GROUP)
        clip = server.person_message(chat=GROUP, **server.file("video", b"22", "v.mp4", "video/mp4"))
        last = await server.say("/music for this", chat=GROUP, reply_to_message=clip)
        await server.until(lambda: len(server.shown) == 4)
    assert [(said.command, said.text) for said in bot.heard] == [
        (Command.STATUS, ""),
        (None, "make it slower"),
        (None, "make it louder"),
        (Command.MUSIC, "for this"),
    ]
    assert [file.name for file in bot.heard[3].attachments] == ["v.mp4"]
    assert {message.reply_to for message in server.shown} >= {last["message_id"]}
    assert all(message.reply_to for message in server.shown)


async def test_topics_are_kept_apart(server: TelegramServer) -> None:
    bot = ScriptedBot(saying("yes"))
    async with serving(server, bot):
        await server.say("/status", chat=GROUP, message_thread_id=5, is_topic_message=True)
        message = await only(server, "yes")
        assert (bot.heard[0].chat.id, message.thread) == (f"{GROUP}/5", 5)
        # A thread of answers in a plain group has an id too, which Telegram would refuse.
        await server.say("/status", chat=GROUP, message_thread_id=9)
        await server.until(lambda: len(server.shown) == 2)
    assert (bot.heard[1].chat.id, server.shown[1].thread) == (f"{GROUP}", None)


async def test_start_and_unknown_commands_are_answered_with_help(server: TelegramServer) -> None:
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.say("/start")
        await server.say("/nonsense")
        await bot.hears(2)
    assert [said.command for said in bot.heard] == [Command.HELP, Command.HELP]


async def test_a_press_is_answered_at_once_and_makes_a_new_message(server: TelegramServer) -> None:
    answered: list[int] = []

    async def script(said: IncomingMessage, screen: Screen) -> None:
        answered.append(server.count("answerCallbackQuery"))
        await screen.show(Text("Once more" if said.press else "The piece", (Button("again:1", "Again"),)))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say("/music upbeat")
        message = await only(server, "The piece")
    async with serving(server, bot):
        await server.press(message, "again:1", user=8)
        await server.until(lambda: len(server.shown) == 2)
    assert answered == [0, 1]
    assert (bot.heard[1].press, bot.heard[1].person.id, bot.heard[1].chat.id) == ("again:1", "8", "7")
    assert [one.text for one in server.shown] == ["The piece", "Once more"]


async def test_a_button_under_an_old_message_still_works(server: TelegramServer) -> None:
    bot = ScriptedBot(saying("still here"))
    async with serving(server, bot):
        await server.press(Message(3, 7), "again:1", old=True)
        await only(server, "still here")
    assert (bot.heard[0].press, bot.heard[0].chat.id) == ("again:1", "7")


async def test_long_texts_and_captions_come_in_parts_without_markup(server: TelegramServer, tmp_path: Path) -> None:
    text = "\n".join(f"{number}. <b>bold</b> & *stars* 🎵" for number in range(200))

    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text(text, (CANCEL,)))
        await screen.show(video(tmp_path, text))

    async with serving(server, ScriptedBot(script)):
        await server.say("/status")
        await server.until(lambda: len(server.shown) == 5)
    texts = [message.text for message in server.shown]
    assert "\n".join(texts[:2]) == text
    assert "\n".join(texts[2:]) == text
    assert [bool(message.buttons) for message in server.shown] == [False, True, True, False, False]
    assert server.shown[2].file is not None


async def test_a_picture_has_its_description_as_caption(server: TelegramServer, tmp_path: Path) -> None:
    path = tmp_path / "wave.png"
    path.write_bytes(b"\x89PNG")

    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Picture(path, "A waveform with four tracks"))

    async with serving(server, ScriptedBot(script)):
        await server.say("/status")
        message = await only(server, "A waveform with four tracks")
    assert message.file == ("wave.png", b"\x89PNG")
    assert message.media is not None
    assert message.media["type"] == "photo"


async def test_flood_control_drops_progress_and_delays_results(server: TelegramServer, tmp_path: Path) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        server.faults.append(Fault("sendMessage", flood(0.05)))
        await screen.draw(Progress("compose", 0.1, "dropped"))
        server.faults.append(Fault("editMessageMedia", flood(0.05), times=2))
        await screen.show(video(tmp_path))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say("/music upbeat")
        assert (await only(server, "Here you are")).file
    assert bot.raised == []
    assert server.count("editMessageMedia") == 3


async def test_progress_is_held_back_while_telegram_wants_quiet(server: TelegramServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "one"))
        await screen.draw(Progress("compose", 0.2, "two"))
        await screen.draw(Progress("compose", 0.3, "three"))
        await screen.show(Text("the result"))

    async with serving(server, ScriptedBot(script)):
        await server.say("/music upbeat")
        await only(server, "the result")
    # The second and third came within the chat's pace.
    assert (server.count("sendMessage"), server.count("editMessageText")) == (1, 1)


async def test_a_dropped_answer_does_not_double_the_video(server: TelegramServer, tmp_path: Path) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        server.faults.append(Fault("editMessageMedia", None, after_doing=True))
        server.faults.append(Fault("editMessageMedia", refusal(502, "Bad Gateway")))
        await screen.show(video(tmp_path))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say("/export")
        await only(server, "Here you are")
        await server.until(lambda: server.count("editMessageMedia") == 3)
    assert bot.raised == []
    assert len(server.shown) == 1


async def test_an_edit_that_arrived_the_first_time_is_no_error(server: TelegramServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…"))
        server.faults.append(Fault("editMessageText", None, after_doing=True))
        await screen.show(Text("the result"))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say("/music upbeat")
        await only(server, "the result")
        await server.until(lambda: server.count("editMessageText") == 2)
    assert bot.raised == []


async def test_a_file_over_the_limit_is_explained(server: TelegramServer, tmp_path: Path) -> None:
    server.upload_limit = 4

    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(video(tmp_path))

    async with serving(server, ScriptedBot(script)):
        await server.say("/export")
        message = await server.until(lambda: server.shown and server.shown[0].buttons and server.shown[0])
    assert "这个聊天不接受这么大的文件" in message.text
    assert message.file is None


async def test_a_person_who_blocked_the_bot_is_gone(server: TelegramServer) -> None:
    gone: list[str] = []

    async def script(said: IncomingMessage, screen: Screen) -> None:
        for description in ("Forbidden: bot was blocked by the user", "Bad Request: chat not found"):
            server.faults.append(Fault("sendMessage", refusal(403 if "bot" in description else 400, description)))
            with pytest.raises(PersonUnreachable):
                await screen.show(Text("hello?"))
            gone.append(description)
        await screen.show(Text("back"))

    async with serving(server, ScriptedBot(script)):
        await server.say("/status")
        await only(server, "back")
    assert len(gone) == 2


async def test_a_progress_message_without_a_result_goes_away(server: TelegramServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…", (CANCEL,)))

    async with serving(server, ScriptedBot(script)):
        await server.say("/music upbeat")
        await server.until(lambda: server.count("deleteMessage") == 1)
    assert server.shown == []


async def test_a_refused_token_is_named_by_its_setting(server: TelegramServer) -> None:
    server.refuse_token = True
    with pytest.raises(TokenNotAccepted, match="TELEGRAM_TOKEN") as caught:
        await serve(SecretStr(TOKEN), ScriptedBot(), api_url=server.base, stop=asyncio.Event())
    assert TOKEN not in str(caught.value)


async def test_a_token_that_is_revoked_later_ends_the_serving(server: TelegramServer) -> None:
    bot = ScriptedBot()
    served = asyncio.create_task(
        serve(SecretStr(TOKEN), bot, api_url=server.base, stop=asyncio.Event(), manners=MANNERS)
    )
    await server.say("hello")
    await bot.hears()
    server.refuse_token = True
    async with asyncio.timeout(10):
        with pytest.raises(TokenNotAccepted):
            await served


async def test_a_second_program_with_the_same_token_is_named(
    server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    conflict = "Conflict: terminated by other getUpdates request"
    server.faults.append(Fault("getUpdates", refusal(409, conflict)))
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.say("hello")
        await bot.hears()
    assert "stop one of the two" in caplog.text


async def test_an_outage_at_the_start_is_outlasted(server: TelegramServer) -> None:
    server.faults.append(Fault("getMe", None, times=2))
    server.faults.append(Fault("deleteWebhook", refusal(502, "Bad Gateway")))
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.say("hello")
        await bot.hears()
    assert server.count("getMe") == 4


async def test_stopping_cancels_jobs_and_leaves_their_progress(server: TelegramServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…", (CANCEL,)))
        await asyncio.Event().wait()

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say("/music upbeat")
        await only(server, "Composing…")
    assert bot.cancelled == 1
    assert [message.text for message in server.shown] == ["Composing…"]


async def test_no_token_is_logged(server: TelegramServer, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    for logger in (None, "httpx", "httpcore", "telegram"):
        caplog.set_level(logging.DEBUG, logger)
    server.faults.append(Fault("getMe", None))
    async with serving(server, ScriptedBot(music(tmp_path))):
        await server.say("/music upbeat")
        await only(server, "Here you are")
    assert caplog.records
    assert TOKEN not in caplog.text
