"""Kinds of values that settings have, each with its rule; a broken rule names the text that says what is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
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


def _secret(fits: Callable[[str], object], wrong: str) -> AfterValidator:
    """Return the rule of a secret that has to be fit; `wrong` is the text that says how."""

    def check(value: SecretStr) -> SecretStr:
        if not fits(value.get_secret_value()):
            raise PydanticCustomError(wrong, "not fit")
        return value

    return AfterValidator(check)


def _is_redis_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"redis", "rediss", "unix"} and bool(parts.hostname or parts.path)


SecretKey = Annotated[SecretStr, _secret(lambda key: len(key.encode()) >= _LEAST_KEY_BYTES, "setting_secret_key")]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Token = Annotated[SecretStr, _secret(re.compile(r"[!-~]+").fullmatch, "setting_token")]
TelegramToken = Annotated[SecretStr, _secret(re.compile(r"\d+:[\w-]+").fullmatch, "setting_telegram_token")]
RedisAddress = Annotated[SecretStr, _secret(_is_redis_address, "setting_redis")]
Folder = Annotated[Path, AfterValidator(_folder)]
Seconds = Annotated[float, Field(ge=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
Deadline = Annotated[float, Field(gt=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
AtLeastOne = Annotated[int, Field(ge=1, le=_LARGEST_COUNT)]
Port = Annotated[int, Field(ge=1, le=65535)]
