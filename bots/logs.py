"""Logging of the whole program: to stderr or a file, as text or JSON, and never with a secret in it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Literal

from pythonjsonlogger.json import JsonFormatter

_QUIET = ("asyncio", "discord", "httpcore", "httpx", "telegram", "uvicorn")
"""Libraries whose everyday news nobody needs."""

_SHAPES = (
    r"nmv_usr_[\w-]+",  # tokens of the service
    r"clm_[\w-]+",  # claim tokens of the service
    r"(?<=bot)\d{5,}:[\w-]{8,}",  # Telegram, as in its addresses
    r"\b\d{6,}:[\w-]{30,}",  # Telegram, by itself
    r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}",  # Discord
    r"(?i:(?<=bearer ))\S+",
    r"(?<=://)[^/\s@]*(?=@)",  # user and password in an address
)
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_JSON = "%(asctime)s%(levelname)s%(name)s%(message)s"
_LOG_BYTES = 1_000_000


class Redaction:
    """Strikes secrets out of a text: those that are known, and whatever looks like a token."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """`secrets` are struck out wherever they stand."""
        known = (re.escape(secret) for secret in sorted(secrets, key=len, reverse=True) if secret)
        self._pattern = re.compile("|".join([*known, *_SHAPES]))

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        return self._pattern.sub("[secret]", text)


class _TextFormatter(logging.Formatter):
    def __init__(self, redact: Redaction) -> None:
        super().__init__(_TEXT)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


class _JsonLines(JsonFormatter):
    def __init__(self, redact: Redaction) -> None:
        super().__init__(
            _JSON, rename_fields={"asctime": "time", "levelname": "level", "name": "logger"}, json_ensure_ascii=False
        )
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def set_up(level: str, form: Literal["text", "json"], secrets: Iterable[str], file: Path | None = None) -> None:
    """Send all logging to stderr, or to `file` (kept small, one older copy)."""
    redact = Redaction(secrets)
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = RotatingFileHandler(file, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(_JsonLines(redact) if form == "json" else _TextFormatter(redact))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
