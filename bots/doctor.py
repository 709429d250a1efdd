"""`python -m bots doctor`: what is configured, reachable and missing, each with the way to mend it."""

from __future__ import annotations

import asyncio
import platform
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import aiohttp
import discord
import telegram
import telegram.error
from pydantic import SecretStr
from rich.console import Console
from rich.text import Text as Styled

from bots.embedded import EmbeddedError, EmbeddedStudio, EmbeddedValkey, Server, answers_http, log_of, shared
from bots.settings import Settings
from core.errors import BotError, StoreUnavailable, TokenRefused
from core.nemo import NemoClient
from core.nemo.model import Backend
from core.store.redis import open_store
from core.store.vault import Vault
from core.texts import say
from studio.assets import soundfont

_LEAST_FREE_GB = 2
_NETWORK_SECONDS = 10
_TELEGRAM_API = "https://api.telegram.org"
_DISCORD, _TELEGRAM = "Discord", "Telegram"

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
)
"""What the Discord bot does in a channel once the token of an interaction is over: speak, answer, send files."""


class Grade(StrEnum):
    """How serious a finding is; the value is the mark before it."""

    GOOD = "✓"
    NOTE = "!"
    BROKEN = "✗"


_COLOURS = {Grade.GOOD: "green", Grade.NOTE: "yellow", Grade.BROKEN: "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: texts by their keys in the section "doctor", filled with `values`."""

    grade: Grade
    key: str
    values: dict[str, str | float]
    mend: str | None = None


def _good(key: str, **values: str | float) -> Finding:
    return Finding(Grade.GOOD, key, values)


def _note(key: str, mend: str, **values: str | float) -> Finding:
    return Finding(Grade.NOTE, key, values, mend)


def _broken(key: str, mend: str, **values: str | float) -> Finding:
    return Finding(Grade.BROKEN, key, values, mend)


async def examine(settings: Settings, language: str) -> int:
    """Report on everything and return the exit status: 1 where the bot could not work."""
    console = Console(highlight=False)
    broken = False
    async for finding in _findings(settings):
        line = Styled(f"{finding.grade} ", _COLOURS[finding.grade])
        line.append(say(language, f"doctor.{finding.key}", **finding.values), "default")
        console.print(line, soft_wrap=True)
        if finding.mend:
            mend = say(language, f"doctor.{finding.mend}", **finding.values)
            console.print(Styled(f"  → {mend}", "default"), soft_wrap=True)
        broken |= finding.grade is Grade.BROKEN
    console.print(say(language, "doctor.broken" if broken else "doctor.well"))
    return int(broken)


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    yield _good("python", version=platform.python_version())
    data = _data_dir(settings)
    yield data
    if data.grade is not Grade.BROKEN:
        yield await _store(settings)
    for finding in await _backend(settings):
        yield finding
    if settings.starts_studio:
        found = soundfont(settings.studio_soundfont)
        yield _good("soundfont", path=str(found)) if found else _note("soundfont_none", "soundfont_none_mend")
    if settings.discord_token:
        yield await _discord(settings.discord_token)
    if settings.telegram_token:
        yield await _telegram(settings.telegram_token, settings.telegram_api_url)
    if not (settings.discord_token or settings.telegram_token):
        yield _note("platforms_none", "platforms_none_mend")


def _data_dir(settings: Settings) -> Finding:
    path = settings.data_dir
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=path):
            free = round(shutil.disk_usage(path).free / 1e9, 1)
    except OSError as error:
        return _broken("data_refused", "data_refused_mend", path=str(path), reason=error.strerror or "?")
    if free < _LEAST_FREE_GB:
        return _note("data_low", "data_low_mend", path=str(path), free=free)
    return _good("data", path=str(path), free=free)


async def _store(settings: Settings) -> Finding:
    if settings.redis_url is None:
        valkey = EmbeddedValkey(settings.data_dir)
        try:
            async with shared(valkey):
                await _reach_store(valkey.url)
        except (EmbeddedError, StoreUnavailable):
            return _part_down(valkey)
        return _good("store_embedded")
    url = settings.redis_url.get_secret_value()
    parts = urlsplit(url)
    address = parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
    try:
        await _reach_store(url)
    except StoreUnavailable:
        return _broken("store_own_down", "store_own_mend", address=address)
    return _good("store_own", address=address)


async def _reach_store(url: str) -> None:
    """Raise `StoreUnavailable` where the store does not answer."""
    async with open_store(url, Vault(secrets.token_bytes(32))):
        pass


async def _backend(settings: Settings) -> list[Finding]:
    if settings.starts_studio:
        studio = EmbeddedStudio(settings.data_dir, settings.for_studio())
        try:
            async with shared(studio):
                return [_good("studio_embedded")]
        except EmbeddedError:
            return [_part_down(studio)]
    backend = settings.api()
    address = backend.api_url
    if not await answers_http(address):
        return [_broken("backend_down", "backend_down_mend", address=address)]
    up = _good("backend_up", address=address)
    if backend.token:
        return [up, await _token(backend, backend.token)]
    return [up, _note("token_none", "token_none_mend")] if settings.backend_kind == "cloud" else [up]


async def _token(backend: Backend, token: SecretStr) -> Finding:
    try:
        async with NemoClient(backend) as client:
            balance = await client.credits(token)
    except TokenRefused:
        return _broken("token_bad", "token_bad_mend")
    except BotError:
        return _broken("backend_down", "backend_down_mend", address=backend.api_url)
    return _good("token_good", credits=balance.available)


def _part_down(server: Server) -> Finding:
    return _broken("part_down", "part_down_mend", name=server.name, log=str(log_of(server)))


async def _discord(token: SecretStr) -> Finding:
    client = discord.Client(intents=discord.Intents.none())
    try:
        async with asyncio.timeout(_NETWORK_SECONDS), client:
            await client.login(token.get_secret_value())
            link = discord.utils.oauth_url(
                client.application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
            )
            return _good("discord_good", name=str(client.user), link=link)
    except discord.LoginFailure:
        return _broken("platform_refused", "discord_refused_mend", platform=_DISCORD, setting="DISCORD_TOKEN")
    except (discord.DiscordException, aiohttp.ClientError, OSError):
        return _broken("platform_down", "platform_down_mend", platform=_DISCORD)


async def _telegram(token: SecretStr, api_url: str | None) -> Finding:
    try:
        async with (
            asyncio.timeout(_NETWORK_SECONDS),
            telegram.Bot(token.get_secret_value(), base_url=f"{api_url or _TELEGRAM_API}/bot") as bot,
        ):
            return _good("telegram_good", name=bot.username)
    except (telegram.error.InvalidToken, telegram.error.Forbidden):
        return _broken("platform_refused", "telegram_refused_mend", platform=_TELEGRAM, setting="TELEGRAM_TOKEN")
    except (telegram.error.TelegramError, OSError):
        return _broken("platform_down", "platform_down_mend", platform=_TELEGRAM)
