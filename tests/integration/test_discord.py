"""A real discord.py client against a Discord on loopback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import discord
import pytest
from aiohttp import web
from pydantic import SecretStr

from bots.discord import PERMISSIONS, serve
from bots.discord.inbound import rights_of
from bots.errors import TokenNotAccepted
from core.commands import TYPED, Action
from core.errors import PersonUnreachable
from core.messages import IncomingMessage, Link, Rights, Text
from core.sender import OutgoingMessage
from core.texts import say
from tests.support.answers import AGAIN, CANCEL, FILM, FILM_BYTES, WORKING, films_in, music, saying, with_picture
from tests.support.discord_server import DiscordServer, discord_server
from tests.support.discord_wire import CHANNEL, DIRECT, TOKEN, Message, error, too_many
from tests.support.faults import Fault
from tests.support.gateway import serving
from tests.support.scripted_bot import Answer, ScriptedBot

READY = say("en", "platform.ready")
OLD = 0.0
"""Every token counts as old: the channel is tried first."""


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    async with discord_server(monkeypatch) as running:
        yield running
        assert running.violations == []


@pytest.fixture
def films(tmp_path: Path) -> dict[str, OutgoingMessage]:
    return films_in(tmp_path)


async def stands(server: DiscordServer, *expected: str) -> list[Message]:
    """Wait until the bot's messages are these."""
    await server.until(lambda: [message.content for message in server.shown] == [*expected])
    return server.shown


# ---- what is heard


async def test_commands_are_registered_in_both_languages_and_for_everywhere(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot()):
        await server.until(lambda: server.commands)
    commands = {command["name"]: command for command in server.commands}
    assert [*commands] == [*TYPED]
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
    assert [option["name"] for option in commands["edit"]["options"]] == ["change", "file"]


async def test_nothing_privileged_is_asked_for(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot()):
        await server.until(lambda: server.identified)
    guilds, guild_messages, direct_messages = 1 << 0, 1 << 9, 1 << 12
    assert server.identified[0]["intents"] == guilds | guild_messages | direct_messages


async def test_a_command_is_acknowledged_before_the_core_is_asked(server: DiscordServer) -> None:
    acknowledged: list[int] = []

    async def script(_: IncomingMessage, answer: Answer) -> None:
        acknowledged.append(server.count("POST interactions"))
        await answer.show(Text("done"))

    async with serving(server, ScriptedBot(script)):
        await server.slash("status")
        await stands(server, "done")
    assert acknowledged == [1]


async def test_a_direct_message_needs_no_command(server: DiscordServer) -> None:
    bot = ScriptedBot()
    async with serving(server, bot):
        number = await server.say("put calm piano under this", files=(("a.mp4", b"xyz", "video/mp4"),))
        said = await bot.hears()
        await server.until(lambda: server.count(f"POST channels/{DIRECT}/typing") == 1)
    assert (said.text, said.command, said.message_id, said.chat.id) == (
        "put calm piano under this", None, str(number), str(DIRECT),
    )  # fmt: skip
    assert ([file.name for file in said.attachments], said.rights) == (["a.mp4"], Rights())


async def test_in_a_server_the_bot_listens_where_it_is_mentioned(server: DiscordServer) -> None:
    bot = ScriptedBot(saying("heard"))
    async with serving(server, bot):
        await server.say("chatting with friends", guild=True)
        clip = server.person_message("", guild=True, files=(("a.mp4", b"xyz", "video/mp4"),))
        number = await server.say("<@900000000000000001> music for this", guild=True, mention=True, answers=clip)
        (message,) = await stands(server, "heard")
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
    assert [(said.command, said.text) for said in bot.heard] == [(Action.CREDITS, ""), (Action.HELP, "")]


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
        await server.say("<@900000000000000001> music", guild=True, mention=True)
        assert (await bot.hears(2)).rights == mention


def test_a_thread_has_a_permission_of_its_own_to_send() -> None:
    in_threads_alone = discord.Permissions(send_messages_in_threads=True, attach_files=True)
    assert rights_of(in_threads_alone, thread=True) == Rights()
    assert rights_of(in_threads_alone, thread=False) == Rights(send=False)


async def test_the_connection_mends_itself(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, answer: Answer) -> None:
        await answer.show(Text(f"heard {said.text}"))

    async with serving(server, ScriptedBot(script)):
        await server.say("one")
        await stands(server, "heard one")
        await server.drop_gateway()
        await server.say("two")
        await stands(server, "heard one", "heard two")


# ---- one message for each job


async def test_a_command_becomes_one_message_that_ends_as_the_video(
    server: DiscordServer, films: dict[str, OutgoingMessage]
) -> None:
    bot = ScriptedBot(music, films)
    async with serving(server, bot):
        interaction = await server.slash("music", prompt="upbeat energetic 5s", locale="zh-CN")
        await server.until(lambda: server.shown and server.shown[0].files)
    # In a server nobody is rung for.
    (message,) = server.shown
    assert (message.content, message.files) == ("Here you are", [("upbeat.mp4", FILM_BYTES)])
    assert (interaction.callbacks, message.buttons, message.edits) == ([5], {"again:1": "Again"}, 2)
    said = bot.heard[0]
    assert (said.command, said.text, said.person.id, said.person.language) == (
        Action.MUSIC, "upbeat energetic 5s", "7", "zh-CN",
    )  # fmt: skip
    assert (said.chat.id, said.message_id) == (str(CHANNEL), str(interaction.id))


@pytest.mark.parametrize("command", [False, True])
async def test_in_direct_messages_one_notice_rings(
    server: DiscordServer, films: dict[str, OutgoingMessage], command: bool
) -> None:
    async with serving(server, ScriptedBot(music, films)):
        if command:
            await server.slash("music", prompt="upbeat", guild=False)
        else:
            await server.say("upbeat")
        message, notice = await stands(server, "Here you are", READY)
    assert message.files
    assert (message.silent, notice.silent, message.channel) == (not command, False, DIRECT)


async def test_several_files_with_their_descriptions_and_links_are_one_message(
    server: DiscordServer, films: dict[str, OutgoingMessage], tmp_path: Path
) -> None:
    with_picture(films, tmp_path)

    async def script(_: IncomingMessage, answer: Answer) -> None:
        await answer.show(replace(FILM, links=(Link("https://example.com/p", "Editor"),)))

    async with serving(server, ScriptedBot(script, films)):
        await server.slash("export")
        await server.until(lambda: server.shown and server.shown[0].files)
    (message,) = server.shown
    assert [name for name, _ in message.files] == ["upbeat.mp4", "wave.png"]
    assert message.descriptions == [None, "A waveform"]
    assert (message.buttons, message.links) == ({"again:1": "Again"}, {"https://example.com/p": "Editor"})


async def test_long_texts_come_in_parts_and_markup_is_shown_as_typed(server: DiscordServer) -> None:
    text = "\n".join(f"{number}. a line with *stars* and @everyone" for number in range(100))

    async def script(_: IncomingMessage, answer: Answer) -> None:
        await answer.show(Text(text, (CANCEL,)))

    async with serving(server, ScriptedBot(script)):
        await server.slash("status")
        await server.until(lambda: server.shown and server.shown[-1].buttons)
    parts = [message.content for message in server.shown]
    assert len(parts) > 1
    assert all(not message.buttons for message in server.shown[:-1])
    assert "\n".join(parts).replace("\\", "") == text
    assert "\\*stars\\*" in parts[0]


async def test_buttons_work_after_a_restart_and_leave_their_message_alone(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, answer: Answer) -> None:
        if said.press != CANCEL.id:
            await answer.show(Text("Once more" if said.press else "The piece", (AGAIN, CANCEL)))

    async with serving(server, ScriptedBot(script)):
        await server.slash("music", prompt="upbeat")
        (message,) = await stands(server, "The piece")
    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.press(message, AGAIN.id, user=8)
        await stands(server, "The piece", "Once more")
        # A press that only stops something has nothing to say.
        interaction = await server.press(message, CANCEL.id)
        await bot.hears(2)
    assert (bot.heard[0].press, bot.heard[0].person.id) == ("again:1", "8")
    assert interaction.callbacks == [6]
    await stands(server, "The piece", "Once more")


async def test_a_command_without_an_answer_does_not_think_for_ever(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot()):
        await server.slash("cancel")
        await server.until(lambda: server.count("DELETE webhooks") == 1)
    assert server.messages == {}


async def test_a_result_whose_message_a_person_deleted_is_posted_anew(server: DiscordServer) -> None:
    async def script(_: IncomingMessage, answer: Answer) -> None:
        await answer.drawn(WORKING)
        server.messages.clear()
        await answer.show(Text("the result"))

    async with serving(server, ScriptedBot(script)):
        await server.say("hi")
        await stands(server, "the result")


# ---- what is for one person alone


async def test_credits_in_a_server_are_for_the_person_alone(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot(saying("42 credits", private=True))):
        interaction = await server.slash("credits")
        await stands(server, "42 credits")
    assert interaction.flags == 64


async def test_a_private_answer_to_a_press_or_an_open_command_is_for_the_person_alone(server: DiscordServer) -> None:
    async with serving(server, ScriptedBot(saying("Not your button", private=True))):
        await server.press(Message(1, CHANNEL, {"id": "1"}), AGAIN.id, user=8)
        await stands(server, "Not your button")
        await server.slash("music", prompt="upbeat")
        await stands(server, "Not your button", "Not your button")
    assert all(message.ephemeral for message in server.messages.values())


@pytest.mark.parametrize("way", ["late", "dead", "mention"])
async def test_what_is_private_goes_to_direct_messages_where_the_interaction_is_over(
    server: DiscordServer, way: str
) -> None:
    async def script(_: IncomingMessage, answer: Answer) -> None:
        for interaction in server.interactions.values():
            interaction.dead = True
        await answer.show(Text("42 credits", private=True))

    if way == "late":
        server.faults.append(Fault("POST interactions", lambda: error(404, 10062)))
    async with serving(server, ScriptedBot(script)):
        if way == "mention":
            await server.say("<@900000000000000001> /credits", guild=True, mention=True)
        else:
            await server.slash("credits")
        await server.until(lambda: server.shown)
    assert [(message.content, message.channel) for message in server.shown] == [("42 credits", DIRECT)]
    assert server.count(f"POST channels/{CHANNEL}/messages") == server.count("PATCH channels") == 0


async def test_what_is_private_is_kept_where_direct_messages_are_closed(server: DiscordServer) -> None:
    server.closed_channels.add(DIRECT)
    bot = ScriptedBot(saying("42 credits", private=True))
    async with serving(server, bot):
        await server.say("<@900000000000000001> /credits", guild=True, mention=True)
        await bot.fails()
    assert (server.shown, [type(error) for error in bot.raised]) == ([], [PersonUnreachable])


# ---- refusals, each with its way


async def test_an_old_interaction_goes_on_as_a_message_of_the_channel(
    server: DiscordServer, films: dict[str, OutgoingMessage]
) -> None:
    async def script(_: IncomingMessage, answer: Answer) -> None:
        await answer.drawn(WORKING)
        next(iter(server.interactions.values())).dead = True
        await answer.show(FILM)
        await answer.show(Text("afterwards"))

    async with serving(server, ScriptedBot(script, films), OLD):
        await server.slash("music", prompt="upbeat")
        message, _ = await stands(server, "Here you are", "afterwards")
    assert message.files


async def test_where_the_bot_is_not_in_the_channel_the_token_serves_to_its_end_and_then_direct_messages(
    server: DiscordServer, films: dict[str, OutgoingMessage]
) -> None:
    server.closed_channels.add(CHANNEL)

    async def script(_: IncomingMessage, answer: Answer) -> None:
        await answer.show(FILM)
        next(iter(server.interactions.values())).dead = True
        await answer.show(Text("afterwards"))

    async with serving(server, ScriptedBot(script, films), OLD):
        await server.slash("music", prompt="upbeat")
        film, text = await stands(server, "Here you are", "afterwards")
    assert (len(film.files), film.channel, text.channel) == (1, CHANNEL, DIRECT)


async def test_a_direct_message_that_discord_can_not_open_now_is_tried_again(server: DiscordServer) -> None:
    server.closed_channels.add(CHANNEL)
    server.faults.append(Fault("POST users/@me/channels", None))
    async with serving(server, ScriptedBot(saying("here instead"))):
        await server.say("<@900000000000000001> hello", guild=True, mention=True)
        (message,) = await server.until(lambda: server.shown)
    assert message.channel == DIRECT


async def test_a_late_acknowledgement_leads_to_the_channel(server: DiscordServer) -> None:
    server.faults.append(Fault("POST interactions", lambda: error(404, 10062)))
    async with serving(server, ScriptedBot(saying("here instead"))):
        await server.slash("status")
        (message,) = await stands(server, "here instead")
    assert message.channel == CHANNEL


async def test_a_person_who_takes_no_messages_of_the_bot_is_unreachable(server: DiscordServer) -> None:
    server.faults.append(Fault(f"POST channels/{DIRECT}/messages", lambda: error(403, 50007)))
    bot = ScriptedBot(saying("hello?"))
    async with serving(server, bot):
        await server.say("hi")
        await bot.fails()
        await server.say("hi")
        await stands(server, "hello?")
    assert [type(error) for error in bot.raised] == [PersonUnreachable]


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (lambda: error(403, 50013), "platform.no_files_here"),
        (lambda: error(413, 40005), "platform.file_refused"),
    ],
)
async def test_a_file_that_the_chat_does_not_take_is_explained(
    server: DiscordServer, films: dict[str, OutgoingMessage], answer: Callable[[], web.Response], key: str
) -> None:
    async def script(_: IncomingMessage, answering: Answer) -> None:
        await answering.drawn(WORKING)
        server.faults.append(Fault("PATCH", answer, times=2 if "no_files" in key else 1))
        await answering.show(FILM)

    async with serving(server, ScriptedBot(script, films)):
        await server.slash("music", prompt="upbeat")
        await server.until(lambda: server.shown and server.shown[0].buttons.get("again:1"))
    (message,) = server.shown
    assert message.content.replace("\\", "") == f"{say('en', key)}\nHere you are"
    assert message.files == []


async def test_a_result_survives_dropped_connections_and_arrives_once(
    server: DiscordServer, films: dict[str, OutgoingMessage]
) -> None:
    async def script(_: IncomingMessage, answer: Answer) -> None:
        await answer.drawn(WORKING)
        server.faults.append(Fault("PATCH webhooks", None))
        server.faults.append(Fault("PATCH webhooks", None, after_doing=True))
        await answer.show(FILM)

    bot = ScriptedBot(script, films)
    async with serving(server, bot):
        await server.slash("music", prompt="upbeat")
        await server.until(lambda: server.shown and server.shown[0].edits == 3)
    assert (bot.raised, [message.content for message in server.shown]) == ([], ["Here you are"])


async def test_a_text_whose_answer_got_lost_is_not_said_twice(server: DiscordServer) -> None:
    server.faults.append(Fault(f"POST channels/{DIRECT}/messages", None, after_doing=True))
    async with serving(server, ScriptedBot(saying("hello"))):
        await server.say("hi")
        await server.until(lambda: server.count(f"POST channels/{DIRECT}/messages") == 2)
        await stands(server, "hello")


async def test_a_flooded_channel_holds_up_nobody_else_and_is_left_alone(
    server: DiscordServer, films: dict[str, OutgoingMessage]
) -> None:
    async def script(said: IncomingMessage, answer: Answer) -> None:
        if said.command is Action.STATUS:
            await answer.show(Text("status"))
            return
        await answer.drawn(WORKING)
        server.faults.append(Fault(f"PATCH channels/{DIRECT}", too_many(4 * 3600)))
        await answer.show(FILM)

    async with serving(server, ScriptedBot(script, films)):
        await server.say("hi")
        await server.until(lambda: server.count(f"PATCH channels/{DIRECT}") == 1)
        await server.say("again")
        await server.slash("status")
        await stands(server, "Composing…", "status")
        await asyncio.sleep(0.2)
    assert server.count(f"PATCH channels/{DIRECT}") == server.count(f"POST channels/{DIRECT}/messages") == 1


async def test_an_interaction_that_must_wait_holds_up_no_other_one_of_its_channel(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, answer: Answer) -> None:
        if said.person.id == "7":
            # Discord's library sleeps in the call.
            server.faults.append(Fault("PATCH webhooks", too_many(3600)))
        await answer.show(Text(f"for {said.person.id}"))

    async with serving(server, ScriptedBot(script)):
        await server.slash("status")
        await server.until(lambda: server.count("PATCH webhooks") == 1)
        await server.slash("status", user=8)
        await stands(server, "for 8")


async def test_the_largest_file_is_the_interactions_own(server: DiscordServer) -> None:
    limits: list[int | None] = []

    async def script(_: IncomingMessage, answer: Answer) -> None:
        limits.append(answer.delivery.limits.largest_file)

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.slash("status", limit=8_000_000)
        await bot.hears()
        await server.slash("status", limit=100 * 1024 * 1024)
        await bot.hears(2)
    assert limits[0] == 8_000_000
    assert limits[1] is not None
    assert limits[1] < 25 * 1024 * 1024


# ---- from the start to the end


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


async def test_a_process_that_ends_leaves_no_message_that_claims_to_work(server: DiscordServer) -> None:
    async def script(said: IncomingMessage, answer: Answer) -> None:
        if said.command is Action.MUSIC:
            await answer.drawn(WORKING)
        answer.delivery.answered.set()
        await asyncio.Event().wait()

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.slash("music", prompt="upbeat")
        await stands(server, "Composing…")
        # This one still "thinks".
        await server.slash("export")
        await bot.hears(2)
    assert bot.cancelled == 2
    suspended = say("en", "platform.suspended")
    assert [(one.content, one.buttons) for one in server.messages.values()] == [(suspended, {}), (suspended, {})]


async def test_no_token_reaches_the_log(
    server: DiscordServer, caplog: pytest.LogCaptureFixture, films: dict[str, OutgoingMessage]
) -> None:
    for logger in (None, "discord", "aiohttp"):
        caplog.set_level(logging.DEBUG, logger)
    async with serving(server, ScriptedBot(music, films)):
        await server.slash("music", prompt="upbeat")
        await stands(server, "Here you are")
    assert caplog.records
    assert TOKEN not in caplog.text
    assert "interaction-token" not in caplog.text
