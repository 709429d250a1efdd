"""Logging of the whole program: to stderr or a file, as text or JSON, and never with a secret in it."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeAlias
from urllib.parse import unquote

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from bots.private import private_file
from core.tracing import current_job

_ExceptionInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

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
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s%(about)s"
_JSON = "%(asctime)s%(levelname)s%(name)s%(message)s"
_JSON_NAMES = {"asctime": "time", "levelname": "level", "name": "logger"}
_LOG_BYTES = 1_000_000


class _Lines(logging.Formatter):
    """Says which job a line belongs to, whoever wrote it, and strikes secrets out of it.

    Of an exception it tells what it is and where it came from; its text may quote a person, so only DEBUG tells it.
    """

    #: Matches secrets.
    secret: re.Pattern[str]
    in_full: bool

    def format(self, record: logging.LogRecord) -> str:
        if job := getattr(record, "job", None) or current_job():
            record.job = job
        record.about = f" (job {job})" if job else ""
        return self.secret.sub("[secret]", super().format(record))

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - the name is that of `logging`
        return super().formatException(ei) if self.in_full or ei[1] is None else "\n".join(_chain(ei[1]))


class _JsonLines(_Lines, JsonFormatter):
    """One JSON object a line."""


def _chain(error: BaseException) -> Iterator[str]:
    """Yield a line for an exception and for each that led to it, the last one first."""
    places = traceback.extract_tb(error.__traceback__)
    way = ", ".join(f"{Path(place.filename).name}:{place.lineno} {place.name}" for place in reversed(places))
    yield f"{type(error).__module__}.{type(error).__qualname__} at {way or '?'}"
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _chain(earlier)


class _PrivateFile(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        private_file(Path(self.baseFilename))  # a new one after each turn
        return super()._open()


def set_up(level: str, form: Literal["text", "json"], secrets: Iterable[str], file: Path | None = None) -> None:
    """Send all logging to stderr, or to `file` (kept small, one older copy)."""
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if file is not None:
        handler = _PrivateFile(file, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace")
    lines = _Lines(_TEXT)
    if form == "json":
        about = [*RESERVED_ATTRS, "about"]  # it has a field of its own there
        lines = _JsonLines(_JSON, rename_fields=_JSON_NAMES, json_ensure_ascii=False, reserved_attrs=about)
    lines.secret = _secret(secrets)
    lines.in_full = level == "DEBUG"
    handler.setFormatter(lines)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    keep_quiet(*_QUIET)


def _secret(known: Iterable[str]) -> re.Pattern[str]:
    """Return what matches the known secrets, in each form in which they may be written, and what looks like a token."""
    forms = {form for secret in known if secret for form in (secret, json.dumps(secret)[1:-1], unquote(secret))}
    return re.compile("|".join([*map(re.escape, sorted(forms, key=len, reverse=True)), *_SHAPES]))


def keep_quiet(*names: str, below: int = logging.WARNING) -> None:
    """Let libraries say nothing under a level: there they log what nobody needs, tokens, or people's words."""
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(max(below, logger.getEffectiveLevel()))
