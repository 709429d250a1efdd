"""A gateway dies in the middle of a job, and the next one goes on with the same messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bots.discord.screen import Answers, DiscordAddress
from bots.persisted_refs import write_ref
from core.errors import PersonUnreachable
from core.messages import Button, File, IncomingMessage, Progress, Screen, Text
from tests.support.discord_server import DiscordServer, discord_server
from tests.support.discord_wire import CHANNEL
from tests.support.gateway import MANNERS, serving
from tests.support.scripted_bot import ScriptedBot
from tests.support.telegram_server import GROUP, TelegramServer, telegram_server

CANCEL = Button("cancel:17", "Cancel")
WORKING = Progress("compose", 0.1, "Composing…", (CANCEL,))
Show = Callable[[Screen], Awaitable[None]]


@pytest.fixture
async def on_discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    async with discord_server(monkeypatch) as running:
        yield running
        assert running.violations == []


@pytest.fixture
async def on_telegram() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as running:
        yield running
        assert running.violations == []


class FirstLife(ScriptedBot):
    """A core that shows something and dies before its job ends; `addresses` is what was announced until then."""

    def __init__(self, show: Show) -> None:
        super().__init__(self._play)
        self.show = show
        self.addresses: list[str] = []
        self.shown = asyncio.Event()

    async def _play(self, said: IncomingMessage, screen: Screen) -> None:
        assert screen.address is not None
        self.addresses.append(screen.address)

        async def moved(address: str) -> None:
            self.addresses.append(address)

        screen.watch(moved)
        await self.show(screen)
        self.shown.set()
        await asyncio.Event().wait()


async def working(screen: Screen) -> None:
    await screen.draw(WORKING)


async def life(server: DiscordServer | TelegramServer, say: Callable[[], Awaitable[object]], show: Show) -> list[str]:
    """Let a gateway live until it showed something in answer to what a person said; return the addresses told."""
    bot = FirstLife(show)
    async with serving(server, bot):
        await say()
        async with asyncio.timeout(10):
            await bot.shown.wait()
    return bot.addresses


async def next_life(server: DiscordServer | TelegramServer, address: str, show: Show) -> None:
    """Let another gateway open the screen again, and show something to the job's end."""
    bot = ScriptedBot()
    platform = "discord" if isinstance(server, DiscordServer) else "telegram"
    async with serving(server, bot):
        reopen = await bot.follows(platform)
        screen = reopen(address)
        assert screen is not None
        await show(screen)
        await screen.close()
    assert bot.left == {}


def video(tmp_path: Path) -> File:
    path = tmp_path / "made.mp4"
    path.write_bytes(b"\0\0\0 ftypisom")
    return File(path, "upbeat.mp4", "video/mp4", 5.0, 12, "Here you are", 1920, 1080, (Button("again:1", "Again"),))


# ---- Telegram


async def test_telegram_progress_becomes_the_video_after_a_restart(on_telegram: TelegramServer, tmp_path: Path) -> None:
    addresses = await life(on_telegram, lambda: on_telegram.say("/music upbeat"), working)

    async def rest(screen: Screen) -> None:
        assert screen.largest_file == MANNERS.upload_limit
        await screen.show(video(tmp_path))
        await screen.show(Text("and a word"))

    await next_life(on_telegram, addresses[-1], rest)
    assert [message.text for message in on_telegram.shown] == ["Here you are", "and a word"]
    assert on_telegram.shown[0].file == ("upbeat.mp4", (tmp_path / "made.mp4").read_bytes())
    assert on_telegram.count("deleteMessage") == 0


async def test_telegram_a_screen_without_messages_keeps_its_topic_and_what_it_answers(
    on_telegram: TelegramServer,
) -> None:
    async def nothing(screen: Screen) -> None:
        assert screen.pace > 0

    wishes: list[dict[str, object]] = []

    async def say() -> None:
        wishes.append(await on_telegram.say("/music", chat=GROUP, message_thread_id=5, is_topic_message=True))

    async def rest(screen: Screen) -> None:
        await screen.show(Text("here"))
        await screen.show(Text("and there"))

    (address,) = await life(on_telegram, say, nothing)
    await next_life(on_telegram, address, rest)
    assert [(message.chat, message.thread) for message in on_telegram.shown] == [(GROUP, 5)] * 2
    assert [message.reply_to for message in on_telegram.shown] == [wishes[0]["message_id"], None]


async def test_telegram_what_nothing_took_the_place_of_is_taken_away_by_the_next_gateway(
    on_telegram: TelegramServer,
) -> None:
    addresses = await life(on_telegram, lambda: on_telegram.say("/music upbeat"), working)

    async def nothing(screen: Screen) -> None:
        assert screen.address == addresses[-1]

    await next_life(on_telegram, addresses[-1], nothing)
    assert on_telegram.shown == []


# ---- Discord


async def test_discord_an_interaction_is_answered_on_by_its_token(on_discord: DiscordServer, tmp_path: Path) -> None:
    on_discord.closed_channels.add(CHANNEL)
    addresses = await life(on_discord, lambda: on_discord.slash("music", prompt="upbeat", limit=9_000_000), working)

    async def rest(screen: Screen) -> None:
        assert screen.largest_file == 9_000_000
        await screen.draw(Progress("render", 0.5, "Rendering…"))
        await screen.show(video(tmp_path))
        await screen.show(Text("and a word"))

    await next_life(on_discord, addresses[-1], rest)
    assert [message.content for message in on_discord.shown] == ["Here you are", "and a word"]
    assert [name for name, _ in on_discord.shown[0].files] == ["upbeat.mp4"]
    assert on_discord.count("POST channels") == on_discord.count("PATCH channels") == 0


async def test_discord_a_promised_answer_is_kept_after_a_restart(on_discord: DiscordServer) -> None:
    async def nothing(screen: Screen) -> None:
        assert screen.pace > 0

    (address,) = await life(on_discord, lambda: on_discord.slash("music", prompt="upbeat"), nothing)
    assert [message.loading for message in on_discord.messages.values()] == [True]
    await next_life(on_discord, address, lambda screen: screen.show(Text("done")))
    assert on_discord.calls[-1][1].endswith("/messages/@original")
    assert [(message.content, message.loading) for message in on_discord.messages.values()] == [("done", False)]


async def test_discord_once_the_token_is_dead_the_channel_has_the_same_message(
    on_discord: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    addresses = await life(on_discord, lambda: on_discord.slash("music", prompt="upbeat"), working)
    for interaction in on_discord.interactions.values():
        interaction.dead = True

    async def rest(screen: Screen) -> None:
        await screen.show(video(tmp_path))
        await screen.show(Text("and a word"))

    await next_life(on_discord, addresses[-1], rest)
    assert [message.content for message in on_discord.shown] == ["Here you are", "and a word"]
    assert on_discord.shown[0].files
    assert on_discord.count("PATCH channels") == on_discord.count("POST channels") == 1
    assert "A way to a chat is closed" in caplog.text
    assert "interaction-token" not in caplog.text


async def test_discord_what_is_for_one_person_alone_stays_so(on_discord: DiscordServer) -> None:
    addresses = await life(on_discord, lambda: on_discord.slash("credits"), working)
    text = "\n".join(f"line {number} of the account" for number in range(120))
    await next_life(on_discord, addresses[-1], lambda screen: screen.show(Text(text)))
    assert "\n".join(message.content for message in on_discord.shown) == text
    assert [message.flags for message in on_discord.shown] == [64, 64]
    assert on_discord.count("POST channels") == 0


async def test_discord_what_is_for_one_person_alone_never_goes_to_the_channel(on_discord: DiscordServer) -> None:
    addresses = await life(on_discord, lambda: on_discord.slash("credits"), working)
    for interaction in on_discord.interactions.values():
        interaction.dead = True

    async def rest(screen: Screen) -> None:
        with pytest.raises(PersonUnreachable):
            await screen.show(Text("42 credits"))

    await next_life(on_discord, addresses[-1], rest)
    assert [message.content for message in on_discord.shown] == ["Composing…"]
    assert on_discord.count("POST channels") == on_discord.count("PATCH channels") == 0


async def test_discord_a_text_that_could_not_be_announced_any_more_stands_once(on_discord: DiscordServer) -> None:
    async def say() -> None:
        await on_discord.say("<@900000000000000001> hello", guild=True, mention=True)

    first, *_ = await life(on_discord, say, lambda screen: screen.show(Text("the result")))
    await next_life(on_discord, first, lambda screen: screen.show(Text("the result")))
    assert [message.content for message in on_discord.shown] == ["the result"]


async def test_discord_progress_that_could_not_be_announced_any_more_becomes_the_result(
    on_discord: DiscordServer, tmp_path: Path
) -> None:
    for result in (Text("Here you are"), video(tmp_path)):
        on_discord.messages.clear()
        first, *_ = await life(on_discord, lambda: on_discord.say("hello"), working)
        await next_life(on_discord, first, lambda screen, result=result: screen.show(result))
        assert [(message.content, len(message.files)) for message in on_discord.shown] == [
            ("Here you are", int(isinstance(result, File)))
        ]


def test_discord_an_address_keeps_its_token_out_of_sight() -> None:
    answers = Answers(application=1, token="secret", born=0.0)
    at = DiscordAddress(language=None, channel=1, root=2, largest_file=3, answers=answers)
    assert "secret" in write_ref(at)
    assert "secret" not in repr(at)


async def test_an_address_of_another_platform_or_time_opens_nothing(
    on_discord: DiscordServer, on_telegram: TelegramServer
) -> None:
    address, *_ = await life(on_telegram, lambda: on_telegram.say("hello"), working)
    bot = ScriptedBot()
    async with serving(on_discord, bot):
        reopen = await bot.follows("discord")
        assert [reopen(text) for text in (address, "", "nonsense", '{"version":2}')] == [None] * 4
