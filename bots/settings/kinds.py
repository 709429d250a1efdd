"""Kinds of values that settings have, each with its rule; a broken rule names the text that says what is asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

_LONGEST_SECONDS = 10_000_000  # four months: nobody waits longer, and every timer bears it
_LARGEST_COUNT = 1_000_000_000
_LEAST_KEY_BYTES = 32


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PydanticCustomError("setting_url", "not a web address")
    return value.rstrip("/")


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
Folder = Annotated[Path, AfterValidator(_folder)]
Seconds = Annotated[float, Field(ge=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
Deadline = Annotated[float, Field(gt=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
AtLeastOne = Annotated[int, Field(ge=1, le=_LARGEST_COUNT)]
Port = Annotated[int, Field(ge=1, le=65535)]
