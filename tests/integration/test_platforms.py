"""What every platform does alike: a real client of each against its server on loopback, in a direct message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from bots.errors import TokenNotAccepted
from core.commands import Action
from core.errors import PersonUnreachable
from core.messages import IncomingMessage, Item, Text
from core.texts import say
from tests.support import telegram_server as telegrams
from tests.support.answers import FILM, after, music, saying
from tests.support.discord_server import DiscordServer, discord_server
from tests.support.discord_wire import DIRECT, TOKEN, error, too_many
from tests.support.gateway import serving
from tests.support.scripted_bot import FILM_BYTES, Answer, ScriptedBot
from tests.support.telegram_server import TelegramServer, refusal, telegram_server
from tests.support.waiting import until

Server = DiscordServer | TelegramServer


class Words(SimpleNamespace):
    """A platform's words for what the tests look at: its calls, and how it refuses them."""


ON_DISCORD = Words(
    setting="DISCORD_TOKEN",
    token=TOKEN,
    language="en",
    start="GET users/@me",
    post=f"POST channels/{DIRECT}/messages",
    edit=f"PATCH channels/{DIRECT}",
    elsewhere={"guild": True, "mention": True},
    unreachable=[lambda: error(403, 50007)],
    file_refused=lambda: error(413, 40005),
    no_files_here=lambda: error(403, 50013),
    flood=too_many(4 * 3600),
)
ON_TELEGRAM = Words(
    setting="TELEGRAM_TOKEN",
    token=telegrams.TOKEN,
    language="zh",
    start="getMe",
    post="sendMessage",
    edit="editMessage",
    elsewhere={"chat": 8},
    unreachable=[
        refusal(403, "Forbidden: bot was blocked by the user"),
        refusal(400, "Bad Request: chat not found"),
    ],
    file_refused=refusal(413, "Request Entity Too Large"),
    no_files_here=refusal(400, "Bad Request: not enough rights to send videos to the chat"),
    flood=telegrams.flood(4 * 3600),
)


@pytest.fixture(params=["discord", "telegram"])
async def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    async with discord_server(monkeypatch) if request.param == "discord" else telegram_server() as running:
        yield running
        assert running.violations == []


@pytest.fixture
def words(server: Server) -> Words:
    return ON_DISCORD if isinstance(server, DiscordServer) else ON_TELEGRAM


@pytest.fixture
def ready(words: Words) -> str:
    """The notice that rings."""
    return say(words.language, "platform.ready")


def spoken(server: Server) -> int:
    """How often anything was asked for the direct messages of person 7."""
    if isinstance(server, TelegramServer):
        return sum(given.get("chat_id") == 7 for _, given in server.calls)
    return sum(path.startswith(f"channels/{DIRECT}/messages") for _, path, _ in server.calls)


# ---- from the start to the end


async def test_a_refused_token_is_named_by_its_setting(server: Server, words: Words) -> None:
    server.refuse_token = True
    with pytest.raises(TokenNotAccepted, match=words.setting) as caught:
        async with serving(server, ScriptedBot()):
            pass
    assert words.token not in str(caught.value)


async def test_an_outage_at_the_start_is_outlasted(server: Server, words: Words) -> None:
    server.fail(words.start, times=2)
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.say("hello")
        await bot.hears()
    assert server.count(words.start) >= 3


async def test_a_wish_becomes_one_silent_message_that_ends_as_the_video_and_no_token_is_logged(
    server: Server, words: Words, ready: str, caplog: pytest.LogCaptureFixture
) -> None:
    for logger in (None, "discord", "aiohttp", "httpx", "httpcore", "telegram"):
        caplog.set_level(logging.DEBUG, logger)
    server.fail(words.start)
    async with serving(server, ScriptedBot(music)):
        await server.say("upbeat")
        message, notice = await server.stands("Here you are", ready)
        assert message.file == ("upbeat.mp4", FILM_BYTES)
        assert (message.silent, notice.silent) == (True, False)
        if isinstance(server, DiscordServer):
            await server.slash("music", prompt="upbeat", guild=False)
            await server.stands(*["Here you are", ready] * 2)
    assert caplog.records
    assert words.token not in caplog.text
    assert "interaction-token" not in caplog.text


async def test_words_and_typed_commands_are_heard(server: Server) -> None:
    bot = ScriptedBot()
    async with serving(server, bot):
        for number, text in enumerate(("put calm piano under this", "/credits", "/nonsense"), 1):
            await server.say(text)
            await bot.hears(number)
    heard = [(said.command, said.text) for said in bot.heard]
    assert heard == [(None, "put calm piano under this"), (Action.CREDITS, ""), (Action.HELP, "")]


# ---- one message for each job


async def test_a_result_whose_message_is_gone_is_posted_anew(server: Server, ready: str) -> None:
    async with serving(server, ScriptedBot(after(lambda: server.messages.clear(), FILM))):
        await server.say("upbeat")
        message, _ = await server.stands("Here you are", ready)
    assert message.file


# ---- refusals, each with its way


async def test_a_person_who_takes_no_messages_of_the_bot_is_unreachable(server: Server, words: Words) -> None:
    bot = ScriptedBot(saying("hello?"))
    async with serving(server, bot):
        for number, refused in enumerate(words.unreachable, 1):
            server.fail(words.post, refused)
            await server.say("hi")
            await until(lambda number=number: len(bot.raised) == number)
        await server.say("hi")
        await server.stands("hello?")
    assert {type(error) for error in bot.raised} == {PersonUnreachable}


@pytest.mark.parametrize("refused", ["no_files_here", "file_refused"])
async def test_a_file_that_the_chat_does_not_take_is_explained(
    server: Server, words: Words, ready: str, refused: str
) -> None:
    script = after(lambda: server.fail(words.edit, getattr(words, refused)), FILM)
    async with serving(server, ScriptedBot(script)):
        await server.say("upbeat")
        message, _ = await server.stands(f"{say(words.language, f'platform.{refused}')}\nHere you are", ready)
    assert (message.file, len(message.buttons)) == (None, 1)


@pytest.mark.parametrize(("result", "notice"), [(FILM, "ready"), (Text("Here you are"), "answered")])
async def test_a_result_survives_dropped_connections_and_arrives_once(
    server: Server, words: Words, result: Item, notice: str
) -> None:
    def drop() -> None:
        server.fail(words.edit)
        server.fail(words.edit, after_doing=True)

    bot = ScriptedBot(after(drop, result))
    async with serving(server, bot):
        await server.say("upbeat")
        message, _ = await server.stands("Here you are", say(words.language, f"platform.{notice}"))
    assert (bot.raised, server.count(words.edit)) == ([], 3)
    assert bool(message.file) is (result is FILM)


async def test_a_flooded_chat_holds_up_nobody_else_and_is_left_alone(server: Server, words: Words) -> None:
    flooding = after(lambda: server.fail(words.edit, words.flood), FILM)

    async def script(said: IncomingMessage, answer: Answer) -> None:
        await (answer.show(Text("status")) if "status" in said.text else flooding(said, answer))

    bot = ScriptedBot(script)
    async with serving(server, bot):
        await server.say("upbeat")
        await server.until(lambda: server.count(words.edit) == 1)
        calls = spoken(server)
        await server.say("upbeat once more")
        await server.say("<@900000000000000001> status", **words.elsewhere)
        await server.stands("Composing…", "status")
        await bot.hears(3)
        await asyncio.sleep(0.2)
    # Neither an upload, nor a text, nor a typing sign, nor a word that this process ends.
    assert spoken(server) == calls
