"""Kinds of values that settings have, each with its rule; a broken rule names the text that says what is asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ByteSize, Field, SecretStr
from pydantic_core import PydanticCustomError

_LONGEST_SECONDS = 10_000_000  # four months: nobody waits longer, and every timer bears it
_LARGEST_COUNT = 1_000_000_000
_MOST_PROCESSES = 256
_LEAST_KEY_BYTES = 32
_LARGEST_DISK = 10**18


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PydanticCustomError("setting_url", "not a web address")
    return value.rstrip("/")


def _file(value: Path) -> Path:
    path = value.expanduser().absolute()
    if not path.is_file():
        raise PydanticCustomError("setting_file", "no such file")
    return path


def _soundfont(value: Path) -> Path:
    """A RIFF file of the form "sfbk" (SoundFont Technical Specification 2.04, section 4.1)."""
    path = _file(value)
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise PydanticCustomError("setting_file_closed", "not readable") from error
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise PydanticCustomError("setting_soundfont", "not a SoundFont")
    return path


def _folder(value: Path) -> Path:
    return value.expanduser().absolute()


def _redis_address(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in {"redis", "rediss", "unix"} or not (parts.hostname or parts.path):
        raise PydanticCustomError("setting_redis", "not a Redis address")
    return value


def _telegram_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value()):
        raise PydanticCustomError("setting_telegram_token", "not a Telegram token")
    return value


def _plain_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise PydanticCustomError("setting_token", "not a token")
    return value


def _secret_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value().encode()) < _LEAST_KEY_BYTES:
        raise PydanticCustomError("setting_secret_key", "too short")
    return value


SecretKey = Annotated[SecretStr, AfterValidator(_secret_key)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Token = Annotated[SecretStr, AfterValidator(_plain_token)]
TelegramToken = Annotated[SecretStr, AfterValidator(_telegram_token)]
RedisAddress = Annotated[SecretStr, AfterValidator(_redis_address)]
SoundFontFile = Annotated[Path, AfterValidator(_soundfont)]
Folder = Annotated[Path, AfterValidator(_folder)]
Seconds = Annotated[float, Field(ge=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
Deadline = Annotated[float, Field(gt=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=_LARGEST_COUNT)]
AtLeastOne = Annotated[int, Field(ge=1, le=_LARGEST_COUNT)]
Port = Annotated[int, Field(ge=1, le=65535)]
Processes = Annotated[int, Field(ge=1, le=_MOST_PROCESSES)]
DiskSpace = Annotated[ByteSize, Field(ge=0, le=_LARGEST_DISK)]
