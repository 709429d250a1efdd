"""A real discord.py client against a Discord on loopback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bots.discord import DiscordFiles, RetryPolicy, serve
from bots.errors import TokenNotAccepted
from core.errors import AttachmentLost, PersonUnreachable
from core.messages import Attachment, Button, Command, File, IncomingMessage, Picture, Progress, Screen, Text
from tests.support.discord_server import DiscordServer, discord_server
from tests.support.discord_wire import CHANNEL, DIRECT, TOKEN, Message, error, too_many
from tests.support.faults import Fault
from tests.support.gateway import serving
from tests.support.scripted_bot import Script, ScriptedBot

CANCEL = Button("cancel:17", "Cancel")


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    async with discord_server(monkeypatch) as running:
        yield running
        assert running.violations == []


async def fetched(file: Attachment, path: Path) -> None:
    """Fetch a file as a process does that has nothing but the token."""
    async with DiscordFiles(SecretStr(TOKEN)) as files:
        await files.fetch(file.ref, path)


def video(tmp_path: Path, text: str = "Here you are", data: bytes = b"\0\0\0 ftypisom") -> File:
    path = tmp_path / "made.mp4"
    path.write_bytes(data)
    return File(path, "upbeat.mp4", "video/mp4", 5.0, len(data), text, 1920, 1080, (Button("again:1", "Again"),))


def music(tmp_path: Path) -> Script:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…", (CANCEL,)))
        await screen.draw(Progress("render", 0.5, "⏳ 50%", (CANCEL,)))
        await screen.show(video(tmp_path))

    return script


async def only(server: DiscordServer, content: str) -> Message:
    """Wait until the bot's only message says `content`."""
    return (await server.until(lambda: [one.content for one in server.shown] == [content] and server.shown))[0]


async def test_a_wish_becomes_one_message_that_ends_as_the_video(server: DiscordServer, tmp_path: Path) -> None:
    bot = ScriptedBot(music(tmp_path))
    async with serving(server, bot):
        interaction = await server.slash("music", prompt="upbeat energetic 5s", locale="zh-CN")
        message = await only(server, "Here you are")
    assert interaction.callbacks == [5]
    assert [name for name, _ in message.files] == ["upbeat.mp4"]
    assert message.files[0][1] == (tmp_path / "made.mp4").read_bytes()
    assert message.buttons == {"again:1": "Again"}
    assert message.edits == 3
    said = bot.heard[0]
    assert (said.command, said.text, said.person.id, said.person.language) == (
        Command.MUSIC, "upbeat energetic 5s", "7", "zh-CN",
    )  # fmt: skip
    assert (said.chat.id, said.message_id) == (str(CHANNEL), str(interaction.id))


async def test_the_first_answer_comes_before_the_core_is_asked(server: DiscordServer) -> None:
    answered_before: list[int] = []

    async def script(said: IncomingMessage, screen: Screen) -> None:
        answered_before.append(server.count("POST interactions"))
        await screen.show(Text("done"))

    async with serving(server, ScriptedBot(script)):
        await server.slash("status")
        await only(server, "done")
    assert answered_before == [1]


async def test_commands_are_registered_in_both_languages_and_for_everywhere(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot()):
        await server.until(lambda: server.commands)
    commands = {command["name"]: command for command in server.commands}
    assert set(commands) == {command.value for command in Command}
    for command in commands.values():
        assert command["integration_types"] == [0, 1]
        assert command["contexts"] == [0, 1, 2]
        assert 1 <= len(command["description"]) <= 100
        assert 1 <= len(command["description_localizations"]["zh-CN"]) <= 100
        assert command["description_localizations"]["zh-CN"] != command["description"]
    prompt, file = commands["music"]["options"]
    assert (prompt["name"], prompt["type"], prompt["required"]) == ("prompt", 3, True)
    assert (file["name"], file["type"], file.get("required", False)) == ("file", 11, False)
    assert "zh-CN" in prompt["description_localizations"]


async def test_nothing_privileged_is_asked_for(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot()):
        await server.until(lambda: server.identified)
    guilds, guild_messages, direct_messages = 1 << 0, 1 << 9, 1 << 12
    assert server.identified[0]["intents"] == guilds | guild_messages | direct_messages


async def test_a_file_of_a_command_is_streamed_to_disk(server: DiscordServer, tmp_path: Path) -> None:
    data = bytes(range(256)) * 3000

    async def script(said: IncomingMessage, screen: Screen) -> None:
        (file,) = said.attachments
        assert (file.name, file.size, file.mime) == ("clip.mp4", len(data), "video/mp4")
        await fetched(file, tmp_path / "in")
        await screen.show(Text("got it"))

    async with serving(server, ScriptedBot(script)):
        await server.slash("music", prompt="calm piano", file=("clip.mp4", data, "video/mp4"))
        await only(server, "got it")
    assert (tmp_path / "in").read_bytes() == data


async def test_a_file_that_is_gone_is_lost(server: DiscordServer, tmp_path: Path) -> None:
    lost: list[AttachmentLost] = []

    async def script(said: IncomingMessage, screen: Screen) -> None:
        server.cdn.clear()
        with pytest.raises(AttachmentLost) as caught:
            await fetched(said.attachments[0], tmp_path / "in")
        lost.append(caught.value)
        await screen.show(Text("lost"))

    async with serving(server, ScriptedBot(script)):
        await server.slash("music", prompt="calm", file=("clip.mp4", b"abc", "video/mp4"))
        await only(server, "lost")
    assert len(lost) == 1


async def test_a_direct_message_needs_no_command(server: DiscordServer, tmp_path: Path) -> None:
    bot = ScriptedBot(music(tmp_path))
    async with serving(server, bot):
        number = await server.say("put calm piano under this", files=(("a.mp4", b"xyz", "video/mp4"),))
        message = await only(server, "Here you are")
    said = bot.heard[0]
    assert (said.text, said.command, said.message_id, said.chat.id) == (
        "put calm piano under this", None, str(number), str(DIRECT),
    )  # fmt: skip
    assert [file.name for file in said.attachments] == ["a.mp4"]
    assert message.channel == DIRECT
    assert server.count(f"POST channels/{DIRECT}/typing") == 1


async def test_in_a_server_the_bot_listens_where_it_is_mentioned(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text("heard"))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say("chatting with friends", guild=True)
        clip = server.person_message("", guild=True, files=(("a.mp4", b"xyz", "video/mp4"),))
        number = await server.say("<@900000000000000001> music for this", guild=True, mention=True, answers=clip)
        message = await only(server, "heard")
    (said,) = bot.heard
    assert (said.text, said.person.language) == ("music for this", None)
    assert [file.name for file in said.attachments] == ["a.mp4"]
    assert message.reply_to == number


async def test_a_command_typed_as_text_is_a_command(server: DiscordServer) -> None:
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.say("/credits")
        await bot.hears(1)
        await server.say("/nonsense now")
        await bot.hears(2)
    assert [(said.command, said.text) for said in bot.heard] == [(Command.CREDITS, ""), (Command.HELP, "")]


async def test_buttons_work_after_a_restart_and_leave_their_message_alone(server: DiscordServer) -> None:
    async def first(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text("The piece", (Button("again:1", "Again"), Button("wave:2", "Calmer"))))

    async with serving(server, ScriptedBot(first)):
        await server.slash("music", prompt="upbeat")
        message = await only(server, "The piece")

    async def second(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text("Once more"))

    bot = ScriptedBot(second)
    async with serving(server, bot):
        await server.press(message, "again:1", user=8)
        await server.until(lambda: len(server.shown) == 2)
    assert (bot.heard[0].press, bot.heard[0].person.id) == ("again:1", "8")
    assert [one.content for one in server.shown] == ["The piece", "Once more"]


async def test_a_press_that_says_nothing_leaves_nothing(server: DiscordServer) -> None:
    async def first(said: IncomingMessage, screen: Screen) -> None:
        if said.press is None:
            await screen.show(Text("working", (CANCEL,)))

    bot = ScriptedBot(first)
    async with serving(server, bot):
        await server.slash("music", prompt="upbeat")
        message = await only(server, "working")
        interaction = await server.press(message, CANCEL.id)
        await bot.hears(2)
    assert interaction.callbacks == [6]
    assert [one.content for one in server.shown] == ["working"]


async def test_a_command_without_an_answer_does_not_think_for_ever(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot()):
        await server.slash("cancel")
        await server.until(lambda: server.count("DELETE webhooks") == 1)
    assert server.messages == {}


async def test_credits_in_a_server_are_for_the_person_alone(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text("42 credits"))

    async with serving(server, ScriptedBot(script)):
        interaction = await server.slash("credits")
        await only(server, "42 credits")
    assert interaction.flags == 64


async def test_long_texts_come_in_parts_and_markup_is_shown_as_typed(server: DiscordServer) -> None:
    text = "\n".join(f"{number}. a line with *stars* and @everyone" for number in range(100))

    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text(text, (CANCEL,)))

    async with serving(server, ScriptedBot(script)):
        await server.slash("status")
        await server.until(lambda: server.shown and server.shown[-1].buttons)
    parts = [message.content for message in server.shown]
    assert len(parts) > 1
    assert all(not message.buttons for message in server.shown[:-1])
    assert "\n".join(parts).replace("\\", "") == text
    assert "\\*stars\\*" in parts[0]


async def test_a_picture_carries_its_description(server: DiscordServer, tmp_path: Path) -> None:
    path = tmp_path / "wave.png"
    path.write_bytes(b"\x89PNG")

    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Picture(path, "A waveform with four tracks"))

    async with serving(server, ScriptedBot(script)):
        await server.slash("status")
        message = await server.until(lambda: server.shown and server.shown[0].files and server.shown[0])
    assert message.files == [("wave.png", b"\x89PNG")]
    assert message.descriptions == ["A waveform with four tracks"]
    assert message.content == ""


async def test_an_old_interaction_goes_on_as_a_message_of_the_channel(server: DiscordServer, tmp_path: Path) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…", (CANCEL,)))
        next(iter(server.interactions.values())).dead = True
        await screen.draw(Progress("compose", 0.2, "Still composing…", (CANCEL,)))
        await screen.show(video(tmp_path))
        await screen.show(Text("afterwards"))

    async with serving(server, ScriptedBot(script), RetryPolicy(move=0, retries=(0.01,))):
        await server.slash("music", prompt="upbeat")
        await server.until(lambda: len(server.shown) == 2 and server.shown[1].content)
    assert [message.content for message in server.shown] == ["Here you are", "afterwards"]
    assert server.shown[0].files


async def test_where_the_bot_is_not_in_the_channel_the_token_serves_to_its_end(server: DiscordServer) -> None:
    server.closed_channels.add(CHANNEL)
    gone: list[PersonUnreachable] = []

    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text("by token"))
        next(iter(server.interactions.values())).dead = True
        with pytest.raises(PersonUnreachable) as caught:
            await screen.show(Text("nobody hears this"))
        gone.append(caught.value)

    bot = ScriptedBot(script)
    async with serving(server, bot, RetryPolicy(move=0, retries=(0.01,))):
        await server.slash("music", prompt="upbeat")
        await only(server, "by token")
        await server.until(lambda: server.count("POST webhooks") == 1)
    assert len(gone) == 1


async def test_a_person_who_takes_no_messages_of_the_bot_is_gone(server: DiscordServer) -> None:
    gone: list[PersonUnreachable] = []

    async def script(said: IncomingMessage, screen: Screen) -> None:
        with pytest.raises(PersonUnreachable) as caught:
            await screen.show(Text("hello?"))
        gone.append(caught.value)
        await screen.show(Text("back"))

    server.faults.append(Fault(f"POST channels/{DIRECT}/messages", lambda: error(403, 50007)))
    async with serving(server, ScriptedBot(script)):
        await server.say("hi")
        await only(server, "back")
    assert len(gone) == 1


async def test_a_late_first_answer_leads_to_the_channel(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text("here instead"))

    server.faults.append(Fault("POST interactions", lambda: error(404, 10062)))
    async with serving(server, ScriptedBot(script)):
        await server.slash("status")
        message = await only(server, "here instead")
    assert message.channel == CHANNEL
    assert server.count(f"POST channels/{CHANNEL}/messages") == 1


async def test_a_result_survives_dropped_connections_and_arrives_once(server: DiscordServer, tmp_path: Path) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…"))
        server.faults.append(Fault("PATCH webhooks", None))
        server.faults.append(Fault("PATCH webhooks", None, after_doing=True))
        await screen.show(video(tmp_path))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.slash("music", prompt="upbeat")
        await only(server, "Here you are")
        await server.until(lambda: server.shown[0].edits == 3)
    assert bot.raised == []
    assert len(server.shown) == 1


async def test_a_text_whose_answer_got_lost_is_not_said_twice(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text("hello"))

    server.faults.append(Fault(f"POST channels/{DIRECT}/messages", None, after_doing=True))
    async with serving(server, ScriptedBot(script)):
        await server.say("hi")
        await server.until(lambda: server.count(f"POST channels/{DIRECT}/messages") == 2)
        await only(server, "hello")


async def test_a_rate_limit_on_progress_does_not_hold_the_result_up(server: DiscordServer, tmp_path: Path) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…"))
        server.faults.append(Fault(f"PATCH channels/{DIRECT}", too_many(3600)))
        await screen.draw(Progress("compose", 0.2, "dropped"))
        await screen.show(video(tmp_path))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say("hi")
        message = await only(server, "Here you are")
    assert bot.raised == []
    assert message.files


async def test_a_rate_limit_on_the_result_is_waited_for(server: DiscordServer, tmp_path: Path) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…"))
        server.faults.append(Fault("PATCH webhooks", too_many(0.05), times=2))
        await screen.show(video(tmp_path))

    async with serving(server, ScriptedBot(script)):
        await server.slash("music", prompt="upbeat")
        assert (await only(server, "Here you are")).files


async def test_a_refused_file_is_explained(server: DiscordServer, tmp_path: Path) -> None:
    server.upload_limit = 4

    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(video(tmp_path))

    async with serving(server, ScriptedBot(script)):
        await server.slash("music", prompt="upbeat")
        message = await server.until(lambda: server.shown and server.shown[0].buttons and server.shown[0])
    assert "does not take a file of that size" in message.content
    assert message.files == []


async def test_the_largest_file_is_the_interactions_own(server: DiscordServer) -> None:
    limits: list[int | None] = []

    async def script(said: IncomingMessage, screen: Screen) -> None:
        limits.append(screen.largest_file)
        await screen.show(Text("noted"))

    async with serving(server, ScriptedBot(script)):
        await server.slash("status", limit=8_000_000)
        await only(server, "noted")
        await server.slash("status", limit=100 * 1024 * 1024)
        await server.until(lambda: len(limits) == 2 and len(server.shown) == 2)
    assert limits[0] == 8_000_000
    assert limits[1] is not None
    assert limits[1] < 25 * 1024 * 1024


async def test_progress_that_a_person_deletes_does_not_come_back(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…"))
        server.messages.clear()
        await screen.draw(Progress("compose", 0.2, "Composing, two"))
        await screen.draw(Progress("compose", 0.3, "Composing, three"))
        assert server.shown == []
        await screen.show(Text("the result"))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say("hi")
        await only(server, "the result")
    assert bot.raised == []


async def test_the_connection_mends_itself(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.show(Text(f"heard {said.text}"))

    async with serving(server, ScriptedBot(script)):
        await server.say("one")
        await only(server, "heard one")
        await server.drop_gateway()
        await server.say("two")
        await server.until(lambda: len(server.shown) == 2)


async def test_a_refused_token_is_named_by_its_setting(server: DiscordServer) -> None:
    server.refuse_token = True
    with pytest.raises(TokenNotAccepted, match="DISCORD_TOKEN") as caught:
        await serve(SecretStr(TOKEN), ScriptedBot(), stop=asyncio.Event())
    assert TOKEN not in str(caught.value)


async def test_an_outage_at_the_start_is_outlasted(server: DiscordServer) -> None:
    server.faults.append(Fault("GET users/@me", None, times=2))
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.say("hello")
        await bot.hears(1)
    assert server.count("GET users/@me") == 3


async def test_stopping_cancels_jobs_and_leaves_their_progress(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, screen: Screen) -> None:
        await screen.draw(Progress("compose", 0.1, "Composing…", (CANCEL,)))
        await asyncio.Event().wait()

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.slash("music", prompt="upbeat")
        await only(server, "Composing…")
    assert bot.cancelled == 1
    assert [message.content for message in server.shown] == ["Composing…"]


async def test_no_token_reaches_the_log(
    server: DiscordServer, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    for logger in (None, "discord", "aiohttp"):
        caplog.set_level(logging.DEBUG, logger)
    async with serving(server, ScriptedBot(music(tmp_path))):
        await server.slash("music", prompt="upbeat")
        await only(server, "Here you are")
    assert caplog.records
    assert TOKEN not in caplog.text
    assert "interaction-token" not in caplog.text
