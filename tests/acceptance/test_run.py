"""`run` and `doctor` as whole processes, against a Discord and a Telegram on loopback."""

from __future__ import annotations

import asyncio
import io
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import discord_server as discords
from tests.support import telegram_server as telegrams
from tests.support.decode import length
from tests.support.discord_server import DiscordServer, discord_server
from tests.support.program import Ended, Program, ended
from tests.support.telegram_server import TelegramServer, telegram_server
from tests.support.waiting import until

TOKENS = {"DISCORD_TOKEN": discords.TOKEN, "TELEGRAM_TOKEN": telegrams.TOKEN}


WRONG = "refused.token.of-discord"
Servers = tuple[DiscordServer, TelegramServer]


@pytest.fixture
async def servers(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Servers]:
    async with discord_server(monkeypatch) as discord, telegram_server() as telegram:
        yield discord, telegram


def program_before(servers: Servers, home: Path, **settings: str) -> Program:
    discord, telegram = servers
    return Program(home, discord=discord.base, TELEGRAM_API_URL=telegram.base, **TOKENS | settings)


@contextmanager
def running(program: Program, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = program.start(*words)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            sys.stdout.write("".join(process.communicate()))


async def stopped(process: subprocess.Popen[str]) -> Ended:
    process.send_signal(signal.SIGTERM)
    return await asyncio.to_thread(ended, process)


async def test_both_platforms_deliver_from_one_process_that_drains(servers: Servers, tmp_path: Path) -> None:
    discord, telegram = servers
    with running(program_before(servers, tmp_path, LOG_FORMAT="json"), "run") as process:
        await until(lambda: discord.identified and telegram.count("setMyCommands"))
        await discord.slash("music", prompt="upbeat energetic 5s")
        await telegram.say("/music calm piano 5s")
        await until(lambda: any(message.files for message in discord.shown))
        await until(lambda: any(message.file for message in telegram.shown))
        end = await stopped(process)
    assert end.status == 0, end.err
    (on_discord,) = (message.files[0] for message in discord.shown if message.files)
    (on_telegram,) = (message.file for message in telegram.shown if message.file)
    for name, film in (on_discord, on_telegram):
        assert name.endswith(".mp4")
        assert length(io.BytesIO(film)) == pytest.approx(5.0, abs=1e-6)
    assert discord.violations == telegram.violations == []
    assert "Serving Discord and Telegram" in end.err
    for token in TOKENS.values():
        assert token not in end.err + end.out


async def test_a_refused_token_is_said_and_the_other_platform_goes_on(servers: Servers, tmp_path: Path) -> None:
    _, telegram = servers
    with running(program_before(servers, tmp_path, DISCORD_TOKEN=WRONG), "run") as process:
        await until(lambda: telegram.count("setMyCommands"))
        await telegram.say("/help")
        await until(lambda: telegram.shown)
        end = await stopped(process)
    assert end.status == 0, end.err
    assert "Discord refused the token in DISCORD_TOKEN" in end.err
    assert WRONG not in end.err


def test_without_a_token_it_says_what_to_set_and_where_to_get_it(tmp_path: Path) -> None:
    end = Program(tmp_path).run("run")
    assert end.status == 1
    for part in ("DISCORD_TOKEN", "TELEGRAM_TOKEN", "discord.com/developers", "@BotFather"):
        assert part in end.err


async def test_the_doctor_finds_everything_well(servers: Servers, tmp_path: Path) -> None:
    end = await asyncio.to_thread(program_before(servers, tmp_path).run, "doctor")
    assert end.status == 0, end.out + end.err
    assert "✗" not in end.out
    # View channels, send messages, attach files, read message history; send messages in threads.
    permissions = (1 << 10) + (1 << 11) + (1 << 15) + (1 << 16) + (1 << 38)
    assert f"client_id={discords.APP}&scope=bot+applications.commands&permissions={permissions}" in end.out
    assert "t.me/music_test_bot" in end.out
    for token in TOKENS.values():
        assert token not in end.out + end.err


async def test_the_doctor_names_what_is_broken_and_how_to_mend_it(servers: Servers, tmp_path: Path) -> None:
    servers[1].refuse_token = True
    away = {"REDIS_URL": "redis://:hidden-password@127.0.0.1:1/0", "NEMO_API_URL": "http://127.0.0.1:1"}
    program = program_before(servers, tmp_path, DISCORD_TOKEN=WRONG, **away)
    end = await asyncio.to_thread(program.run, "doctor")
    assert end.status == 1
    for name in ("DISCORD_TOKEN", "TELEGRAM_TOKEN", "127.0.0.1:1", "REDIS_URL", "NEMO_API_URL", "Reset Token"):
        assert name in end.out
    assert end.out.count("✗") >= 4
    for secret in (*TOKENS.values(), WRONG, "hidden-password"):
        assert secret not in end.out + end.err


@pytest.mark.slow
async def test_two_studios_do_not_share_a_data_directory(tmp_path: Path) -> None:
    program = Program(tmp_path, STUDIO_IDLE_EXIT="30")
    with running(program, "studio") as first:
        assert first.stdout
        line = await asyncio.to_thread(first.stdout.readline)
        address = line.split()[-1]
        assert address.startswith("http://127.0.0.1:")
        second = await asyncio.to_thread(program.run, "studio")
        assert (second.status, address in second.err) == (1, True)
        credits_left = await asyncio.to_thread(program.chat, "/credits")
        assert (credits_left.status, "100" in credits_left.out) == (0, True)
        assert (await stopped(first)).status == 0


@pytest.mark.parametrize(
    ("words", "settings", "named"),
    [
        (("worker",), {"HEALTH_PORT": "{port}"}, ("127.0.0.1:{port} is taken", "HEALTH_PORT")),
        (("studio", "--port", "{port}"), {}, ("127.0.0.1:{port} is taken", "--port")),
        (("studio", "--host", "192.0.2.1"), {}, ("no address 192.0.2.1", "--host")),
    ],
)
def test_an_address_that_can_not_be_had_is_named_with_its_setting(
    words: tuple[str, ...], settings: dict[str, str], named: tuple[str, ...], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        program = Program(tmp_path, **{name: value.format(port=port) for name, value in settings.items()})
        end = program.run(*(word.format(port=port) for word in words))
    assert (end.status, end.out) == (1, "")
    for part in named:
        assert part.format(port=port) in end.err
    for part in ("serving", "DATA_DIR", "Traceback"):
        assert part not in end.err
