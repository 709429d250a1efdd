"""A gateway dies in the middle of a job, and the next one goes on with the same message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bots.discord.sender import Answers, DiscordAddress
from bots.persisted_refs import write_ref
from core.delivery import DeliveryState
from core.errors import PersonUnreachable
from core.messages import Film, IncomingMessage, Progress, Text
from core.texts import say
from tests.support.answers import FILM, WORKING
from tests.support.discord_server import DiscordServer, discord_server
from tests.support.discord_wire import CHANNEL, DIRECT
from tests.support.gateway import serving
from tests.support.scripted_bot import FILM_BYTES, Answer, ScriptedBot
from tests.support.telegram_server import GROUP, TelegramServer

READY = say("en", "platform.ready")
Server = DiscordServer | TelegramServer
Script = Callable[[Answer], Awaitable[None]]


@pytest.fixture
async def on_discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    async with discord_server(monkeypatch) as running:
        yield running
        assert running.violations == []


async def working(answer: Answer) -> None:
    await answer.drawn(WORKING)


async def nothing(_: Answer) -> None:
    """Die before anything is shown."""


async def life(
    server: Server, say: Callable[[], Awaitable[object]], script: Script, *, private: bool = False
) -> list[DeliveryState]:
    """Let a gateway live until its script is done, and die without a word; return what it kept, the oldest first."""
    states: list[DeliveryState] = []
    done = asyncio.Event()

    async def play(_: IncomingMessage, answer: Answer) -> None:
        states.append(answer.delivery.state)
        answer.delivery.private = private
        await script(answer)
        await answer.delivery.release()
        answer.delivery.answered.set()
        done.set()
        await asyncio.Event().wait()

    bot = ScriptedBot(play)
    async with serving(server, bot):
        await say()
        await asyncio.wait_for(done.wait(), 120)
    return states + bot.states


async def next_life(server: Server, state: DeliveryState, script: Script) -> None:
    """Let another gateway go on with the message, to the job's end."""
    bot = ScriptedBot()
    async with serving(server, bot):
        await bot.go_on(DeliveryState.from_json(state.to_json()), "job", script)


async def the_film(answer: Answer) -> None:
    await answer.show(FILM)


# ---- Telegram


async def test_telegram_progress_becomes_the_video_after_a_restart(server: TelegramServer) -> None:
    states = await life(server, lambda: server.say("/music upbeat"), working)
    await next_life(server, states[-1], the_film)
    assert [message.text for message in server.shown] == ["Here you are", READY]
    assert server.shown[0].file == ("upbeat.mp4", FILM_BYTES)
    assert server.count("deleteMessage") == 0


@pytest.mark.parametrize(
    ("private", "said", "chat", "thread"),
    [
        (False, {"text": "/music", "message_thread_id": 5, "is_topic_message": True}, GROUP, 5),
        (True, {"text": "/credits", "user": 8}, 8, None),
    ],
    ids=["in a topic", "private"],
)
async def test_telegram_an_answer_without_messages_keeps_its_place_and_what_it_answers(
    server: TelegramServer, private: bool, said: dict[str, object], chat: int, thread: int | None
) -> None:
    wishes: list[dict[str, object]] = []

    async def wish() -> None:
        wishes.append(await server.say(chat=GROUP, **said))

    (state,) = await life(server, wish, nothing, private=private)
    await next_life(server, state, lambda answer: answer.show(Text("here", private=private)))
    (shown,) = server.shown
    assert (shown.chat, shown.thread) == (chat, thread)
    assert private or shown.reply_to == wishes[0]["message_id"]


# ---- Discord


@pytest.mark.parametrize("dead", [False, True])
async def test_discord_an_interaction_is_answered_on_by_its_token_or_in_its_channel_once_that_is_dead(
    on_discord: DiscordServer, caplog: pytest.LogCaptureFixture, dead: bool
) -> None:
    caplog.set_level("DEBUG")
    states = await life(on_discord, lambda: on_discord.slash("music", prompt="upbeat", limit=9_000_000), working)
    for interaction in on_discord.interactions.values():
        interaction.dead = dead
    if not dead:
        on_discord.closed_channels.add(CHANNEL)

    async def rest(answer: Answer) -> None:
        assert answer.delivery.limits.largest_file == 9_000_000
        await answer.show(FILM)

    await next_life(on_discord, states[-1], rest)
    assert [message.content for message in on_discord.shown] == ["Here you are"]
    assert [name for name, _ in on_discord.shown[0].files] == ["upbeat.mp4"]
    assert (on_discord.count("POST channels"), on_discord.count("PATCH channels")) == (0, int(dead))
    assert ("A way to a chat is closed" in caplog.text) is dead
    assert "interaction-token" not in caplog.text


async def test_discord_a_promised_answer_is_kept_after_a_restart(on_discord: DiscordServer) -> None:
    (state,) = await life(on_discord, lambda: on_discord.slash("music", prompt="upbeat"), nothing)
    assert [message.loading for message in on_discord.messages.values()] == [True]
    await next_life(on_discord, state, lambda answer: answer.show(Text("done")))
    assert on_discord.calls[-1][1].endswith("/messages/@original")
    assert [(message.content, message.loading) for message in on_discord.messages.values()] == [("done", False)]


@pytest.mark.parametrize(("dead", "closed"), [(False, False), (True, False), (True, True)])
async def test_discord_what_is_for_one_person_alone_stays_so(
    on_discord: DiscordServer, dead: bool, closed: bool
) -> None:
    states = await life(on_discord, lambda: on_discord.slash("credits"), working, private=True)
    for interaction in on_discord.interactions.values():
        interaction.dead = dead
    if closed:
        on_discord.closed_channels.add(DIRECT)
    text = "\n".join(f"line {number} of the account" for number in range(120))
    try:
        await next_life(on_discord, states[-1], lambda answer: answer.show(Text(text)))
    except PersonUnreachable:
        assert closed
    told = [message for message in on_discord.shown if message.content != WORKING.text]
    assert "\n".join(message.content for message in told) == ("" if closed else text)
    assert all(message.ephemeral if message.channel == CHANNEL else dead for message in on_discord.shown)
    assert on_discord.count(f"POST channels/{CHANNEL}") == on_discord.count(f"PATCH channels/{CHANNEL}") == 0


@pytest.mark.parametrize(
    ("before", "result"),
    [(WORKING, Text("Here you are")), (WORKING, FILM), (Text("Here you are"), Text("Here you are"))],
)
async def test_discord_what_was_not_kept_any_more_becomes_the_result(
    on_discord: DiscordServer, before: Progress | Text, result: Text | Film
) -> None:
    async def dies(answer: Answer) -> None:
        answer.delivery._nonce = "job"
        await (answer.drawn(before) if isinstance(before, Progress) else answer.show(before))

    first, *_ = await life(on_discord, lambda: on_discord.say("hello"), dies)
    await next_life(on_discord, first, lambda answer: answer.show(result))
    notices = [READY] if result is FILM else []
    assert [message.content for message in on_discord.shown] == ["Here you are", *notices]
    assert len(on_discord.shown[0].files) == len(notices)


def test_discord_an_address_keeps_its_token_out_of_sight() -> None:
    answers = Answers(application=1, token="secret", born=0.0)
    at = DiscordAddress(channel=1, person=2, largest_file=3, answers=answers)
    assert "secret" in write_ref(at)
    assert "secret" not in repr(at)


async def test_an_address_of_another_platform_or_time_leads_to_nobody(
    on_discord: DiscordServer, server: TelegramServer
) -> None:
    state, *_ = await life(server, lambda: server.say("hello"), working)
    for address in (state.address, "", "nonsense", '{"version":2}'):
        with pytest.raises(PersonUnreachable):
            await next_life(on_discord, DeliveryState(address=address), nothing)
