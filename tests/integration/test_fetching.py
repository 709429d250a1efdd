"""Files of each platform, fetched by a process that has nothing but the settings."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
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


Server = DiscordServer | TelegramServer


@pytest.fixture
async def on_discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    async with discord_server(monkeypatch) as running:
        yield running


@pytest.fixture
async def on_telegram() -> AsyncIterator[TelegramServer]:
    async with telegram_server.telegram_server() as running:
        yield running


@asynccontextmanager
async def fetching(server: Server, *, command: bool = False) -> AsyncIterator[tuple[Attachment, Fetch]]:
    """Let a person send a file, and the gateway end again; fetch it without one."""
    bot = ScriptedBot()
    async with serving(server, bot):
        if isinstance(server, TelegramServer):
            await server.say(**server.file("video", DATA, "clip.mp4", "video/mp4"))
        elif command:
            await server.slash("music", prompt="calm", file=("clip.mp4", DATA, "video/mp4"))
        else:
            await server.say("music for this", files=(("clip.mp4", DATA, "video/mp4"),))
        (attached,) = (await bot.hears()).attachments
    server.calls.clear()
    async with fetchers(server.base if isinstance(server, TelegramServer) else None) as opened:
        yield attached, opened["telegram" if isinstance(server, TelegramServer) else "discord"]


# ---- Discord


async def test_discord_a_file_is_fetched_without_a_gateway(on_discord: DiscordServer, tmp_path: Path) -> None:
    async with fetching(on_discord) as (sent, fetch):
        await fetch(sent.ref, tmp_path / "in")
    assert (tmp_path / "in").read_bytes() == DATA
    assert on_discord.calls == []


async def test_discord_an_address_that_expired_is_asked_for_again(on_discord: DiscordServer, tmp_path: Path) -> None:
    async with fetching(on_discord) as (sent, fetch):
        on_discord.expire_addresses()
        for name in ("first", "second"):
            await fetch(sent.ref, tmp_path / name)
            assert (tmp_path / name).read_bytes() == DATA
    assert on_discord.count("GET users/@me") == 1
    assert len(on_discord.identified) == 1


@pytest.mark.parametrize("command", [False, True])
async def test_discord_a_file_that_is_gone_is_lost(on_discord: DiscordServer, tmp_path: Path, command: bool) -> None:
    async with fetching(on_discord, command=command) as (sent, fetch):
        on_discord.cdn.clear()
        on_discord.messages.clear()
        with pytest.raises(AttachmentLost):
            await fetch(sent.ref, tmp_path / "in")
    assert on_discord.count("GET channels") == (0 if command else 1)


async def test_discord_what_is_not_the_file_that_was_announced_is_lost(
    on_discord: DiscordServer, tmp_path: Path
) -> None:
    async with fetching(on_discord) as (sent, fetch):
        elsewhere = sent.ref.replace("127.0.0.1", "localhost")
        assert elsewhere != sent.ref
        for ref in (elsewhere, sent.ref.replace("http:", "https:"), "nonsense"):
            with pytest.raises(AttachmentLost, match=r"not one of Discord's|not readable"):
                await fetch(ref, tmp_path / "in")
        for other in (DATA + b"x", DATA[:-1]):
            on_discord.cdn = dict.fromkeys(on_discord.cdn, other)
            with pytest.raises(AttachmentLost, match="than announced"):
                await fetch(sent.ref, tmp_path / "in")
        on_discord.cdn_moved = f"{on_discord.base}/elsewhere"
        with pytest.raises(AttachmentLost, match="sends elsewhere"):
            await fetch(sent.ref, tmp_path / "in")


async def test_discord_a_token_that_is_refused_reaches_no_text(on_discord: DiscordServer, tmp_path: Path) -> None:
    async with fetching(on_discord) as (sent, fetch):
        on_discord.expire_addresses()
        on_discord.refuse_token = True
        for _ in range(2):
            with pytest.raises(AttachmentLost) as caught:
                await fetch(sent.ref, tmp_path / "in")
            assert discord_wire.TOKEN not in "".join(format_exception(caught.value))
        on_discord.refuse_token = False
        await fetch(sent.ref, tmp_path / "in")
    assert (tmp_path / "in").read_bytes() == DATA


# ---- Telegram


async def test_telegram_a_file_is_fetched_without_a_gateway(on_telegram: TelegramServer, tmp_path: Path) -> None:
    async with fetching(on_telegram) as (sent, fetch):
        await asyncio.gather(*(fetch(sent.ref, tmp_path / f"{number}") for number in range(12)))
    # Those at once share what connects.
    assert Counter(method for method, _ in on_telegram.calls) == {"getMe": 1, "getFile": 12}
    assert all((tmp_path / f"{number}").read_bytes() == DATA for number in range(12))


async def test_telegram_a_file_that_is_gone_is_lost(on_telegram: TelegramServer, tmp_path: Path) -> None:
    async with fetching(on_telegram) as (sent, fetch):
        on_telegram.files.clear()
        for ref in (sent.ref, "nonsense"):
            with pytest.raises(AttachmentLost) as caught:
                await fetch(ref, tmp_path / "in")
            assert caught.value.limit is None


async def test_telegram_a_server_that_was_away_is_asked_again(on_telegram: TelegramServer, tmp_path: Path) -> None:
    async with fetching(on_telegram) as (sent, fetch):
        on_telegram.faults.append(Fault("getMe", None))
        with pytest.raises(AttachmentLost, match="broke off"):
            await fetch(sent.ref, tmp_path / "in")
        await fetch(sent.ref, tmp_path / "in")
    assert (tmp_path / "in").read_bytes() == DATA


async def test_telegram_a_token_that_is_refused_reaches_no_text(
    on_telegram: TelegramServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with fetching(on_telegram) as (sent, fetch):
        for logger in (None, "httpx", "httpcore", "telegram"):
            caplog.set_level("DEBUG", logger)
        on_telegram.refuse_token = True
        with pytest.raises(AttachmentLost) as caught:
            await fetch(sent.ref, tmp_path / "in")
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
