"""A real python-telegram-bot client against a Bot API server on loopback: what no other platform does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from inspect import signature

import pytest
from aiohttp import web
from pydantic import SecretStr
from telegram import ChatMemberAdministrator, ChatMemberRestricted

from bots.errors import TokenNotAccepted
from bots.telegram import download_limit, rate_limiter, serve
from bots.telegram import sender as telegram_sender
from bots.telegram.service import CLOUD, limits_of
from core.commands import TYPED, Action
from core.messages import IncomingMessage, Link, Progress, Rights, Text
from core.texts import say
from tests.support import telegram_server as telegrams
from tests.support.answers import AGAIN, CANCEL, FILM, after, music, saying
from tests.support.gateway import LIMITS, serving
from tests.support.scripted_bot import FILM_BYTES, Answer, ScriptedBot
from tests.support.telegram_server import GROUP, Message, TelegramServer, refusal, telegram_server
from tests.support.waiting import PATIENCE

READY = say("zh", "platform.ready")


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as running:
        yield running
        assert running.violations == []
        assert running.floods == 0


# ---- what is heard


async def test_the_menu_is_registered_in_both_languages(server: TelegramServer) -> None:
    async with serving(server, ScriptedBot()):
        await server.until(lambda: len(server.menus) == 2)
    for english, chinese in zip(server.menus[""], server.menus["zh"], strict=True):
        assert english["command"] == chinese["command"]
        assert 1 <= len(english["description"]) <= 256
        assert english["description"] != chinese["description"]
    assert [entry["command"] for entry in server.menus[""]] == [*TYPED]


async def test_a_message_is_confirmed_once_it_is_in_the_journal(server: TelegramServer) -> None:
    kept = asyncio.Event()

    async def script(_: IncomingMessage, answer: Answer) -> None:
        await kept.wait()
        answer.delivery.answered.set()
        await asyncio.Event().wait()

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say("/music upbeat")
        await bot.hears()
        await asyncio.sleep(0.1)
        assert server.unconfirmed
        kept.set()
        await server.until(lambda: not server.unconfirmed)


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
async def test_every_kind_of_file_is_heard(
    server: TelegramServer, kind: str, name: str | None, mime: str | None, expected: str
) -> None:
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.say(caption="/music calm piano", **server.file(kind, b"12345", name, mime))
        said = await bot.hears()
    (file,) = said.attachments
    assert (said.command, said.text, file.size) == (Action.MUSIC, "calm piano", 5)
    assert file.name.endswith(expected)


async def test_an_album_is_one_wish(server: TelegramServer) -> None:
    bot = ScriptedBot()
    async with serving(server, bot):
        first = await server.say(media_group_id="g1", **server.file("photo", b"1"))
        await server.say(media_group_id="g1", caption="music for these", **server.file("photo", b"22"))
        await server.say(media_group_id="g1", **server.file("video", b"333", "v.mp4", "video/mp4"))
        said = await bot.hears()
    assert [file.size for file in said.attachments] == [1, 2, 3]
    assert (said.text, said.message_id, len(bot.heard)) == ("music for these", f"7:{first['message_id']}", 1)


def test_only_a_server_of_ones_own_takes_large_files() -> None:
    assert limits_of(None) == limits_of("https://api.telegram.org/") == CLOUD
    assert limits_of("http://127.0.0.1:8081").upload_limit > 1_900_000_000
    assert download_limit("https://api.telegram.org/") == 20 * 1024 * 1024
    assert download_limit("http://127.0.0.1:8081") is None


async def test_in_a_group_the_bot_listens_to_what_is_meant_for_it(server: TelegramServer) -> None:
    bot = ScriptedBot(saying("yes"))
    async with serving(server, bot):
        await server.say("/status@music_test_bot", chat=GROUP)
        (answer,) = await server.stands("yes")
        await server.say("just talking", chat=GROUP)
        await server.say("/weather", chat=GROUP)
        await server.say("/music@another_bot calm", chat=GROUP)
        await server.say("a photo for friends", chat=GROUP, **server.file("photo", b"1"))
        await server.say("make it slower", chat=GROUP, reply_to_message=telegrams.wire(answer))
        await server.say("@Music_Test_Bot make it louder", chat=GROUP)
        clip = server.person_message(chat=GROUP, **server.file("video", b"22", "v.mp4", "video/mp4"))
        last = await server.say("/music for this", chat=GROUP, reply_to_message=clip)
        await server.until(lambda: len(server.shown) == 4)
    assert [said.command for said in bot.heard] == [Action.STATUS, None, None, Action.MUSIC]
    assert [said.text for said in bot.heard] == ["", "make it slower", "make it louder", "for this"]
    assert [file.name for file in bot.heard[3].attachments] == ["v.mp4"]
    assert last["message_id"] in {message.reply_to for message in server.shown}
    assert (server.count("getChatMember"), bot.heard[0].rights) == (1, Rights())


async def test_topics_are_kept_apart(server: TelegramServer) -> None:
    bot = ScriptedBot(saying("yes"))
    async with serving(server, bot):
        await server.say("/status", chat=GROUP, message_thread_id=5, is_topic_message=True)
        (message,) = await server.stands("yes")
        assert (bot.heard[0].chat.id, message.thread) == (f"{GROUP}/5", 5)
        # A thread of answers in a plain group has an id too, which Telegram would refuse.
        await server.say("/status", chat=GROUP, message_thread_id=9)
        await server.stands("yes", "yes")
    assert (bot.heard[1].chat.id, server.shown[1].thread) == (f"{GROUP}", None)


@pytest.mark.parametrize(
    ("member", "permissions", "rights"),
    [
        ({"status": "administrator"}, {"can_send_messages": False}, Rights()),
        ({"status": "member"}, {"can_send_messages": True, "can_send_videos": False}, Rights(attach=False)),
        ({"status": "member"}, {"can_send_messages": False}, Rights(send=False)),
        ({"status": "restricted", "can_send_messages": True, "can_send_videos": False}, {}, Rights(attach=False)),
    ],
)
async def test_what_the_bot_may_do_in_a_group_is_known_before_anything_costs(
    server: TelegramServer, member: dict[str, object], permissions: dict[str, bool], rights: Rights
) -> None:
    fields = {*signature(ChatMemberAdministrator).parameters, *signature(ChatMemberRestricted).parameters}
    server.member = dict.fromkeys(fields - {"user", "api_kwargs"}, True) | {"until_date": 0} | member
    server.permissions = dict(permissions)
    bot = ScriptedBot()
    async with serving(server, bot):
        for number in (1, 2):
            await server.say("/music upbeat", chat=GROUP)
            said = await bot.hears(number)
    assert said.rights == rights
    # A right that is missing may be given at any time.
    assert server.count("getChatMember") == (1 if rights == Rights() else 2)


# ---- one message for each job


async def test_a_wish_in_a_group_becomes_one_message_that_answers_it_and_ends_as_the_video(
    server: TelegramServer,
) -> None:
    server.fail("getChatMember", refusal(400, "Bad Request: CHAT_ADMIN_REQUIRED"))
    bot = ScriptedBot(music)
    async with serving(server, bot):
        wish = await server.say("/music upbeat energetic 5s", chat=GROUP)
        message, notice = await server.stands("Here you are", READY)
        await server.until(lambda: server.count("sendChatAction") == 1)
    assert message.media is not None
    facts = {"type": "video", "width": 1920, "height": 1080, "duration": 5, "supports_streaming": True}
    assert {key: message.media.get(key) for key in facts} == facts
    assert message.file == ("upbeat.mp4", FILM_BYTES)
    assert message.buttons == [{"text": "Again", "callback_data": "again:1"}]
    assert message.reply_to == notice.reply_to == wish["message_id"]
    said = bot.heard[0]
    # A group that does not tell the bot's rights is served.
    assert (said.command, said.text, said.rights) == (Action.MUSIC, "upbeat energetic 5s", Rights())
    assert (said.person.id, said.person.language) == ("7", "zh-hans")
    assert (said.chat.id, said.message_id) == (str(GROUP), f"{GROUP}:{wish['message_id']}")


async def test_a_progress_message_without_a_result_goes_away(server: TelegramServer) -> None:
    async with serving(server, ScriptedBot(after(lambda: server.fail("deleteMessage")))):
        await server.say("/music upbeat")
        await server.until(lambda: server.count("deleteMessage") == 2)
    assert server.shown == []


async def test_long_texts_and_captions_come_in_parts_without_markup_and_ring_once(server: TelegramServer) -> None:
    text = "\n".join(f"{number}. <b>bold</b> & *stars* 🎵" for number in range(200))

    async def script(said: IncomingMessage, answer: Answer) -> None:
        await answer.show(Text(text, (CANCEL,)) if said.command is Action.STATUS else replace(FILM, text=text))

    async with serving(server, ScriptedBot(script)):
        await server.say("/status")
        await server.say("/export", chat=8, user=8)
        await server.until(lambda: len(server.shown) == 5)
    for chat, buttons, rings in ((7, [False, True], [1]), (8, [True, False, False], [2])):
        shown = [message for message in server.shown if message.chat == chat]
        assert "\n".join(message.text for message in shown) == text
        assert [bool(message.buttons) for message in shown] == buttons
        assert [number for number, message in enumerate(shown) if not message.silent] == rings


async def test_several_files_are_a_message_each_with_their_descriptions_and_ring_once(server: TelegramServer) -> None:

    film = replace(FILM, render_id="with a picture", links=(Link("https://example.com/p", "Editor"),))
    async with serving(server, ScriptedBot(after(lambda: None, film))):
        await server.say("/export")
        shown, picture, _ = await server.stands("Here you are", "A waveform", READY)
    assert shown.buttons == [
        {"text": "Again", "callback_data": "again:1"},
        {"text": "Editor", "url": "https://example.com/p"},
    ]
    assert picture.file == ("wave.png", b"\x89PNG")
    assert [message.silent for message in server.shown] == [True, True, False]


async def test_a_press_is_acknowledged_soon_and_holds_up_no_updates(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.telegram.adapter._ALERT_WITHIN", 1.5)
    going_on = asyncio.Event()

    async def script(said: IncomingMessage, answer: Answer) -> None:
        if said.press:
            answer.delivery.answered.set()
            await going_on.wait()
        await answer.show(Text("Once more" if said.press else "The piece", (AGAIN,)))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        # Of an old message Telegram tells hardly anything.
        await server.press(Message(3, 7), "again:1", user=8, old=True)
        await bot.hears()
        await server.say("/status", chat=8)
        await bot.hears(2)
        assert not server.answers
        await server.until(lambda: server.answers)
        going_on.set()
        await server.stands("The piece", "Once more")
    assert (bot.heard[0].press, bot.heard[0].person.id, bot.heard[0].chat.id) == ("again:1", "8", "7")
    assert [*server.answers.values()] == [("", False)]


# ---- floods


async def test_six_people_in_one_group_bring_no_flood(server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    # A minute lasts six seconds.
    server.minute = 6.0
    monkeypatch.setattr(rate_limiter, "_GROUP_SPAN", 6.0)
    monkeypatch.setattr(telegram_sender, "GROUP_PACE", 0.2)

    async def script(_: IncomingMessage, answer: Answer) -> None:
        for percent in range(20):
            answer.draw(Progress("render", percent / 20, f"{percent} of 20", (CANCEL,)))
            await asyncio.sleep(0.1)
        await answer.show(FILM)

    async with serving(server, ScriptedBot(script)):
        for user in range(1, 7):
            await server.say("/music", chat=GROUP, user=user, message_thread_id=user, is_topic_message=True)
        await server.until(lambda: sorted(server.texts) == sorted(["Here you are", READY] * 6))
    assert server.floods == 0


# ---- what is for one person alone


@pytest.mark.parametrize(("text", "late"), [("Only for you", False), ("Only for you", True), ("word " * 100, False)])
async def test_a_private_answer_is_an_alert_for_who_pressed_or_goes_to_the_private_chat(
    server: TelegramServer, text: str, late: bool
) -> None:
    async def script(said: IncomingMessage, answer: Answer) -> None:
        if said.press and late:
            # Telegram takes one answer to a press.
            await server.until(lambda: server.answers)
        await answer.show(Text(text, private=True))

    alert = not late and len(text) < 100
    async with serving(server, ScriptedBot(script)):
        await server.say("/credits", chat=GROUP, user=8)
        await server.stands(text.strip())
        await server.press(Message(3, GROUP), "credits:1", user=8)
        await server.until(lambda: server.answers)
        await server.stands(*[text.strip()] * (1 if alert else 2))
    assert [*server.answers.values()] == [(text, True) if alert else ("", False)]
    assert {message.chat for message in server.shown} == {8}


# ---- refusals, each with its way


@pytest.mark.parametrize(
    ("refused", "chat"),
    [
        (refusal(400, "Bad Request: message thread not found"), GROUP),
        (refusal(400, "Bad Request: not enough rights to send text messages to the chat"), 7),
        (refusal(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), 7),
        (telegrams.migrated(-100999), -100999),
    ],
)
async def test_where_the_chat_takes_nothing_the_result_goes_elsewhere(
    server: TelegramServer, refused: Callable[[], web.Response], chat: int
) -> None:
    server.fail("sendMessage", refused)
    async with serving(server, ScriptedBot(saying("the result"))):
        await server.say("/status", chat=GROUP, message_thread_id=5, is_topic_message=True)
        (message,) = await server.stands("the result")
    assert (message.chat, message.thread) == (chat, None)


# ---- from the start to the end


async def test_a_token_that_is_revoked_later_ends_the_serving(server: TelegramServer) -> None:
    bot = ScriptedBot()
    token = SecretStr(telegrams.TOKEN)
    served = asyncio.create_task(serve(token, bot, api_url=server.base, stop=asyncio.Event(), limits=LIMITS))
    await server.say("hello")
    await bot.hears()
    server.refuse_token = True
    with pytest.raises(TokenNotAccepted):
        await asyncio.wait_for(served, PATIENCE)


async def test_a_second_program_with_the_token_is_named(
    server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail("deleteWebhook", refusal(502, "Bad Gateway"))
    server.fail("getUpdates", refusal(409, "Conflict: terminated by other getUpdates request"))
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.say("hello")
        await bot.hears()
    assert "stop one of the two" in caplog.text
