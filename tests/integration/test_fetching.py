"""Files of each platform, fetched by a process that has nothing but the settings."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from traceback import format_exception

import pytest
from pydantic import SecretStr

from bots.console.files import attachment
from bots.platforms import open_fetchers
from bots.settings import Settings
from core.errors import AttachmentLost
from core.messages import Attachment, Fetch
from tests.support import discord_wire, telegram_server
from tests.support.discord_server import DiscordServer, discord_server
from tests.support.faults import Fault
from tests.support.gateway import serving
from tests.support.scripted_bot import ScriptedBot
from tests.support.telegram_server import TelegramServer

DATA = bytes(range(256)) * 3000


@asynccontextmanager
async def fetchers(api_url: str | None = None) -> AsyncIterator[Mapping[str, Fetch]]:
    settings = Settings(
        _env_file=None,
        discord_token=SecretStr(discord_wire.TOKEN),
        telegram_token=SecretStr(telegram_server.TOKEN),
        telegram_api_url=api_url,
    )
    async with open_fetchers(settings) as opened:
        yield opened


async def test_there_is_a_fetcher_for_each_platform_that_is_set() -> None:
    async with fetchers() as opened:
        assert set(opened) == {"console", "discord", "telegram"}
    async with open_fetchers(Settings(_env_file=None, discord_token=None, telegram_token=None)) as opened:
        assert set(opened) == {"console"}


# ---- Discord


@pytest.fixture
async def on_discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    async with discord_server(monkeypatch) as running:
        yield running


async def sent_on_discord(server: DiscordServer, *, command: bool = False) -> Attachment:
    """Let a person send a file, and the gateway end again."""
    bot = ScriptedBot()
    file = ("clip.mp4", DATA, "video/mp4")
    async with serving(server, bot):
        if command:
            await server.slash("music", prompt="calm", file=file)
        else:
            await server.say("music for this", files=(file,))
        (attached,) = (await bot.hears()).attachments
    server.calls.clear()
    return attached


async def test_discord_a_file_is_fetched_without_a_gateway(on_discord: DiscordServer, tmp_path: Path) -> None:
    sent = await sent_on_discord(on_discord)
    async with fetchers() as opened:
        await opened["discord"](sent.ref, tmp_path / "in")
    assert (tmp_path / "in").read_bytes() == DATA
    assert on_discord.calls == []


async def test_discord_an_address_that_expired_is_asked_for_again(on_discord: DiscordServer, tmp_path: Path) -> None:
    sent = await sent_on_discord(on_discord)
    on_discord.expire_addresses()
    async with fetchers() as opened:
        for name in ("first", "second"):
            await opened["discord"](sent.ref, tmp_path / name)
            assert (tmp_path / name).read_bytes() == DATA
    assert on_discord.count("GET users/@me") == 1
    assert len(on_discord.identified) == 1


@pytest.mark.parametrize("command", [False, True])
async def test_discord_a_file_that_is_gone_is_lost(on_discord: DiscordServer, tmp_path: Path, command: bool) -> None:
    sent = await sent_on_discord(on_discord, command=command)
    on_discord.cdn.clear()
    on_discord.messages.clear()
    async with fetchers() as opened:
        with pytest.raises(AttachmentLost):
            await opened["discord"](sent.ref, tmp_path / "in")
    assert on_discord.count("GET channels") == (0 if command else 1)


async def test_discord_a_file_of_another_size_is_lost(on_discord: DiscordServer, tmp_path: Path) -> None:
    sent = await sent_on_discord(on_discord)
    async with fetchers() as opened:
        for other in (DATA + b"x", DATA[:-1]):
            on_discord.cdn = dict.fromkeys(on_discord.cdn, other)
            with pytest.raises(AttachmentLost, match="than announced"):
                await opened["discord"](sent.ref, tmp_path / "in")


async def test_discord_only_its_own_addresses_are_asked(on_discord: DiscordServer, tmp_path: Path) -> None:
    sent = await sent_on_discord(on_discord)
    elsewhere = sent.ref.replace("127.0.0.1", "localhost")
    assert elsewhere != sent.ref
    async with fetchers() as opened:
        for ref in (elsewhere, sent.ref.replace("http:", "https:"), "nonsense"):
            with pytest.raises(AttachmentLost, match=r"not one of Discord's|not readable"):
                await opened["discord"](ref, tmp_path / "in")


async def test_discord_no_redirect_is_followed(on_discord: DiscordServer, tmp_path: Path) -> None:
    sent = await sent_on_discord(on_discord)
    on_discord.cdn_moved = f"{on_discord.base}/elsewhere"
    async with fetchers() as opened:
        with pytest.raises(AttachmentLost, match="sends elsewhere"):
            await opened["discord"](sent.ref, tmp_path / "in")


async def test_discord_a_token_that_is_refused_reaches_no_text(on_discord: DiscordServer, tmp_path: Path) -> None:
    sent = await sent_on_discord(on_discord)
    on_discord.expire_addresses()
    on_discord.refuse_token = True
    async with fetchers() as opened:
        for _ in range(2):
            with pytest.raises(AttachmentLost) as caught:
                await opened["discord"](sent.ref, tmp_path / "in")
            assert discord_wire.TOKEN not in "".join(format_exception(caught.value))
        on_discord.refuse_token = False
        await opened["discord"](sent.ref, tmp_path / "in")
    assert (tmp_path / "in").read_bytes() == DATA


# ---- Telegram


@pytest.fixture
async def on_telegram() -> AsyncIterator[TelegramServer]:
    async with telegram_server.telegram_server() as running:
        yield running


async def sent_on_telegram(server: TelegramServer) -> Attachment:
    """Let a person send a file, and the gateway end again."""
    bot = ScriptedBot()
    async with serving(server, bot):
        await server.say(**server.file("video", DATA, "clip.mp4", "video/mp4"))
        (attached,) = (await bot.hears()).attachments
    server.calls.clear()
    return attached


async def test_telegram_a_file_is_fetched_without_a_gateway(on_telegram: TelegramServer, tmp_path: Path) -> None:
    sent = await sent_on_telegram(on_telegram)
    async with fetchers(on_telegram.base) as opened:
        for name in ("first", "second"):
            await opened["telegram"](sent.ref, tmp_path / name)
            assert (tmp_path / name).read_bytes() == DATA
    assert [method for method, _ in on_telegram.calls] == ["getMe", "getFile", "getFile"]


async def test_telegram_files_at_once_share_what_connects(on_telegram: TelegramServer, tmp_path: Path) -> None:
    sent = await sent_on_telegram(on_telegram)
    async with fetchers(on_telegram.base) as opened:
        await asyncio.gather(*(opened["telegram"](sent.ref, tmp_path / f"{number}") for number in range(12)))
    assert on_telegram.count("getMe") == 1
    assert all((tmp_path / f"{number}").read_bytes() == DATA for number in range(12))


async def test_telegram_a_file_that_is_gone_is_lost(on_telegram: TelegramServer, tmp_path: Path) -> None:
    sent = await sent_on_telegram(on_telegram)
    on_telegram.files.clear()
    async with fetchers(on_telegram.base) as opened:
        for ref in (sent.ref, "nonsense"):
            with pytest.raises(AttachmentLost) as caught:
                await opened["telegram"](ref, tmp_path / "in")
            assert caught.value.limit is None


async def test_telegram_a_server_that_was_away_is_asked_again(on_telegram: TelegramServer, tmp_path: Path) -> None:
    sent = await sent_on_telegram(on_telegram)
    on_telegram.faults.append(Fault("getMe", None))
    async with fetchers(on_telegram.base) as opened:
        with pytest.raises(AttachmentLost, match="broke off"):
            await opened["telegram"](sent.ref, tmp_path / "in")
        await opened["telegram"](sent.ref, tmp_path / "in")
    assert (tmp_path / "in").read_bytes() == DATA


async def test_telegram_a_token_that_is_refused_reaches_no_text(
    on_telegram: TelegramServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sent = await sent_on_telegram(on_telegram)
    for logger in (None, "httpx", "httpcore", "telegram"):
        caplog.set_level("DEBUG", logger)
    on_telegram.refuse_token = True
    async with fetchers(on_telegram.base) as opened:
        with pytest.raises(AttachmentLost) as caught:
            await opened["telegram"](sent.ref, tmp_path / "in")
    assert telegram_server.TOKEN not in "".join(format_exception(caught.value))
    assert telegram_server.TOKEN not in caplog.text


# ---- the terminal


@pytest.mark.parametrize("raw", [b"my song.mp3", b"50%20#?.mp3", b"caf\xe9.mp3", "\u97f3\u4e50.mp3".encode()])
async def test_a_file_of_this_machine_is_copied_whatever_its_name(tmp_path: Path, raw: bytes) -> None:
    name = os.fsdecode(raw)
    (tmp_path / name).write_bytes(DATA)
    ref = attachment(tmp_path / name).ref.encode().decode()  # what is kept is text
    async with fetchers() as opened:
        await opened["console"](ref, tmp_path / "in")
        assert (tmp_path / "in").read_bytes() == DATA
        (tmp_path / name).unlink()
        os.mkfifo(tmp_path / name)
        with pytest.raises(AttachmentLost):
            await opened["console"](ref, tmp_path / "in")


async def test_a_path_from_here_is_found_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.mp3").write_bytes(DATA)
    monkeypatch.chdir(tmp_path)
    ref = attachment(Path("a.mp3")).ref
    monkeypatch.chdir("/")
    async with fetchers() as opened:
        await opened["console"](ref, tmp_path / "in")
    assert (tmp_path / "in").read_bytes() == DATA
