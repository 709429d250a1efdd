"""A real discord.py client against a Discord on loopback: what no other platform does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import discord
import pytest

from bots.discord import PERMISSIONS
from bots.discord.inbound import rights_of
from core.commands import TYPED, Action
from core.messages import IncomingMessage, Link, Rights, Text
from core.texts import say
from tests.support.answers import AGAIN, CANCEL, FILM, after, music, saying
from tests.support.discord_server import DiscordServer, discord_server
from tests.support.discord_wire import CHANNEL, DIRECT, Message, error, too_many
from tests.support.gateway import serving
from tests.support.scripted_bot import FILM_BYTES, Answer, ScriptedBot

MENTION = "<@900000000000000001>"


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    async with discord_server(monkeypatch) as running:
        yield running
        assert running.violations == []


# ---- what is heard


async def test_commands_are_registered_in_both_languages_and_nothing_privileged_is_asked_for(
    server: DiscordServer,
) -> None:
    async with serving(server, ScriptedBot()):
        await server.until(lambda: server.commands and server.identified)
    guilds, guild_messages, direct_messages = 1 << 0, 1 << 9, 1 << 12
    assert server.identified[0]["intents"] == guilds | guild_messages | direct_messages
    commands = {command["name"]: command for command in server.commands}
    assert [*commands] == [*TYPED]
    for command in commands.values():
        assert (command["integration_types"], command["contexts"]) == ([0, 1], [0, 1, 2])
        assert 1 <= len(command["description"]) <= 100
        assert 1 <= len(command["description_localizations"]["zh-CN"]) <= 100
        assert command["description_localizations"]["zh-CN"] != command["description"]
    prompt, file = commands["music"]["options"]
    assert (prompt["name"], prompt["type"], prompt["required"]) == ("prompt", 3, True)
    assert (file["name"], file["type"], file.get("required", False)) == ("file", 11, False)


async def test_a_command_is_acknowledged_before_the_core_is_asked(server: DiscordServer) -> None:
    acknowledged: list[int] = []

    async def script(_: IncomingMessage, answer: Answer) -> None:
        acknowledged.append(server.count("POST interactions"))
        await answer.show(Text("done"))

    async with serving(server, ScriptedBot(script)):
        await server.slash("status")
        await server.stands("done")
    assert acknowledged == [1]


async def test_a_direct_message_with_a_file_needs_no_command(server: DiscordServer) -> None:
    bot = ScriptedBot()
    async with serving(server, bot):
        number = await server.say("put calm piano under this", files=(("a.mp4", b"xyz", "video/mp4"),))
        said = await bot.hears()
        await server.until(lambda: server.count(f"POST channels/{DIRECT}/typing") == 1)
    assert (said.message_id, said.chat.id, said.rights) == (str(number), str(DIRECT), Rights())
    assert [file.name for file in said.attachments] == ["a.mp4"]


async def test_in_a_server_the_bot_listens_where_it_is_mentioned(server: DiscordServer) -> None:
    bot = ScriptedBot(saying("heard"))
    async with serving(server, bot):
        await server.say("chatting with friends", guild=True)
        clip = server.person_message("", guild=True, files=(("a.mp4", b"xyz", "video/mp4"),))
        number = await server.say(f"{MENTION} music for this", guild=True, mention=True, answers=clip)
        (message,) = await server.stands("heard")
    (said,) = bot.heard
    assert (said.text, said.person.language) == ("music for this", None)
    assert [file.name for file in said.attachments] == ["a.mp4"]
    assert message.reply_to == number


@pytest.mark.parametrize(
    ("missing", "command", "mention"),
    [
        ("attach_files", Rights(attach=False), Rights(attach=False)),
        # The token of a command reaches a channel in which the bot itself may not speak.
        ("send_messages", Rights(), Rights(send=False, attach=False)),
    ],
)
async def test_what_the_bot_may_do_in_a_channel_is_known_before_anything_costs(
    server: DiscordServer, missing: str, command: Rights, mention: Rights
) -> None:
    server.permissions = (PERMISSIONS & ~type(PERMISSIONS)(**{missing: True})).value
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.slash("music", prompt="upbeat")
        assert (await bot.hears(1)).rights == command
        await server.say(f"{MENTION} music", guild=True, mention=True)
        assert (await bot.hears(2)).rights == mention


def test_a_thread_has_a_permission_of_its_own_to_send() -> None:
    in_threads_alone = discord.Permissions(send_messages_in_threads=True, attach_files=True)
    assert rights_of(in_threads_alone, thread=True) == Rights()
    assert rights_of(in_threads_alone, thread=False) == Rights(send=False)


async def test_the_connection_mends_itself(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot(saying("heard"))):
        await server.say("one")
        await server.stands("heard")
        await server.drop_gateway()
        await server.say("two")
        await server.stands("heard", "heard")


# ---- one message for each job


async def test_a_command_becomes_one_message_that_ends_as_the_video(server: DiscordServer) -> None:
    bot = ScriptedBot(music)
    async with serving(server, bot):
        interaction = await server.slash("music", prompt="upbeat energetic 5s", locale="zh-CN")
        await server.until(lambda: server.shown and server.shown[0].files)
    # In a server nobody is rung for.
    (message,) = server.shown
    assert (message.text, message.file) == ("Here you are", ("upbeat.mp4", FILM_BYTES))
    assert (interaction.callbacks, message.buttons, message.edits) == ([5], {"again:1": "Again"}, 2)
    said = bot.heard[0]
    assert (said.command, said.text, said.message_id) == (Action.MUSIC, "upbeat energetic 5s", str(interaction.id))
    assert (said.person.id, said.person.language, said.chat.id) == ("7", "zh-CN", str(CHANNEL))


async def test_several_files_with_their_descriptions_and_links_are_one_message(server: DiscordServer) -> None:
    film = replace(FILM, render_id="with a picture", links=(Link("https://example.com/p", "Editor"),))
    async with serving(server, ScriptedBot(after(lambda: None, film))):
        await server.slash("export")
        (message,) = await server.stands("Here you are")
    assert [name for name, _ in message.files] == ["upbeat.mp4", "wave.png"]
    assert message.descriptions == [None, "A waveform"]
    assert (message.buttons, message.links) == ({"again:1": "Again"}, {"https://example.com/p": "Editor"})


async def test_long_texts_come_in_parts_and_markup_is_shown_as_typed(server: DiscordServer) -> None:
    text = "\n".join(f"{number}. a line with *stars* and @everyone" for number in range(100))
    async with serving(server, ScriptedBot(after(lambda: None, Text(text, (CANCEL,))))):
        await server.slash("status")
        await server.until(lambda: len(server.shown) > 1 and server.shown[-1].buttons)
    assert all(not message.buttons for message in server.shown[:-1])
    assert "\n".join(server.texts) == text
    assert "\\*stars\\*" in server.shown[0].content


async def test_buttons_work_after_a_restart_and_leave_their_message_alone(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, answer: Answer) -> None:
        if said.press != CANCEL.id:
            await answer.show(Text("Once more" if said.press else "The piece", (AGAIN, CANCEL)))

    async with serving(server, ScriptedBot(script)):
        await server.slash("music", prompt="upbeat")
        (message,) = await server.stands("The piece")
    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.press(message, AGAIN.id, user=8)
        await server.stands("The piece", "Once more")
        # A press that only stops something has nothing to say.
        interaction = await server.press(message, CANCEL.id)
        await bot.hears(2)
    assert (bot.heard[0].press, bot.heard[0].person.id) == ("again:1", "8")
    assert interaction.callbacks == [6]
    await server.stands("The piece", "Once more")


async def test_a_command_without_an_answer_does_not_think_for_ever(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot()):
        await server.slash("cancel")
        await server.until(lambda: server.count("DELETE webhooks") == 1)
    assert server.messages == {}


# ---- what is for one person alone


async def test_a_private_answer_to_a_command_or_a_press_is_for_the_person_alone(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot(saying("42 credits", private=True))):
        await server.slash("credits")
        await server.stands("42 credits")
        await server.press(Message(1, CHANNEL, {"id": "1"}), AGAIN.id, user=8)
        await server.stands(*["42 credits"] * 2)
        await server.slash("music", prompt="upbeat")
        await server.stands(*["42 credits"] * 3)
    assert all(message.ephemeral for message in server.messages.values())


@pytest.mark.parametrize(
    ("late", "private", "channel"), [(True, True, DIRECT), (True, False, CHANNEL), (False, True, DIRECT)]
)
async def test_without_an_interaction_the_channel_serves_and_for_what_is_private_direct_messages(
    server: DiscordServer, late: bool, private: bool, channel: int
) -> None:
    if late:
        server.fail("POST interactions", lambda: error(404, 10062))
    async with serving(server, ScriptedBot(saying("42 credits", private=private))):
        if late:
            await server.slash("credits" if private else "status")
        else:
            await server.say(f"{MENTION} /credits", guild=True, mention=True)
        (message,) = await server.stands("42 credits")
    assert message.channel == channel
    assert server.count(f"POST channels/{CHANNEL}/messages") == (not private)


# ---- refusals, each with its way


async def test_where_a_token_is_over_and_the_bot_is_not_in_the_channel_direct_messages_serve(
    server: DiscordServer,
) -> None:
    server.closed_channels.add(CHANNEL)

    async def script(_: IncomingMessage, answer: Answer) -> None:
        await answer.show(FILM)
        next(iter(server.interactions.values())).dead = True
        await answer.show(Text("afterwards"))

    async with serving(server, ScriptedBot(script), 0.0):
        await server.slash("music", prompt="upbeat")
        film, text = await server.stands("Here you are", "afterwards")
    assert (len(film.files), film.channel, text.channel) == (1, CHANNEL, DIRECT)


async def test_a_direct_message_that_discord_can_not_open_now_is_tried_again(server: DiscordServer) -> None:
    server.closed_channels.add(CHANNEL)
    server.fail("POST users/@me/channels")
    async with serving(server, ScriptedBot(saying("here instead"))):
        await server.say(f"{MENTION} hello", guild=True, mention=True)
        (message,) = await server.stands("here instead")
    assert message.channel == DIRECT


async def test_a_text_whose_answer_got_lost_is_not_said_twice(server: DiscordServer) -> None:
    server.fail(f"POST channels/{DIRECT}/messages", after_doing=True)
    async with serving(server, ScriptedBot(saying("hello"))):
        await server.say("hi")
        await server.until(lambda: server.count(f"POST channels/{DIRECT}/messages") == 2)
        await server.stands("hello")


async def test_an_interaction_that_must_wait_holds_up_no_other_one_of_its_channel(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, answer: Answer) -> None:
        if said.person.id == "7":
            # Discord's library sleeps in the call.
            server.fail("PATCH webhooks", too_many(3600))
        await answer.show(Text(f"for {said.person.id}"))

    async with serving(server, ScriptedBot(script)):
        await server.slash("status")
        await server.until(lambda: server.count("PATCH webhooks") == 1)
        await server.slash("status", user=8)
        await server.stands("for 8")


async def test_the_largest_file_is_the_interactions_own(server: DiscordServer) -> None:
    limits: list[int] = []

    async def script(_: IncomingMessage, answer: Answer) -> None:
        limits.append(answer.delivery.limits.largest_file or 0)

    bot = ScriptedBot(script)
    async with serving(server, bot):
        for number, limit in enumerate((8_000_000, 100 * 1024 * 1024), 1):
            await server.slash("status", limit=limit)
            await bot.hears(number)
    assert limits[0] == 8_000_000
    assert 8_000_000 < limits[1] < 25 * 1024 * 1024


async def test_a_command_that_still_thinks_as_the_process_ends_claims_so_no_more(server: DiscordServer) -> None:
    async def script(_: IncomingMessage, answer: Answer) -> None:
        answer.delivery.answered.set()
        await asyncio.Event().wait()

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.slash("export")
        await bot.hears()
    assert bot.cancelled == 1
    assert server.texts == [say("en", "platform.suspended")]
