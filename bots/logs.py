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
from typing import Literal, TypeAlias, cast
from urllib.parse import unquote

from pythonjsonlogger.json import JsonFormatter

from bots.private import opener, private_file
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
_LOG_BYTES = 1_000_000


class Redaction:
    """Strikes secrets out of a text: those that are known, and whatever looks like a token."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """`secrets` are struck out wherever they stand."""
        forms = {form for secret in secrets if secret for form in (secret, json.dumps(secret)[1:-1], unquote(secret))}
        known = (re.escape(form) for form in sorted(forms, key=len, reverse=True))
        self._pattern = re.compile("|".join([*known, *_SHAPES]))

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        return self._pattern.sub("[secret]", text)


class _Discreet(logging.Formatter):
    """Tells of an exception what it is and where it came from; its text may quote a person, so only DEBUG tells it."""

    in_full = False

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - the name is that of `logging`
        return super().formatException(ei) if self.in_full or ei[1] is None else "\n".join(_chain(ei[1]))


def _chain(error: BaseException) -> Iterator[str]:
    """Yield a line for an exception and for each that led to it, the last one first."""
    places = traceback.extract_tb(error.__traceback__)
    way = ", ".join(f"{Path(place.filename).name}:{place.lineno} {place.name}" for place in reversed(places))
    yield f"{type(error).__module__}.{type(error).__qualname__} at {way or '?'}"
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _chain(earlier)


def _with_job(record: logging.LogRecord) -> bool:
    """Say which job a line belongs to, whoever wrote it."""
    job = getattr(record, "job", None) or current_job()
    if job:
        record.job = job
    return True


class _TextFormatter(_Discreet):
    def __init__(self, redact: Redaction) -> None:
        super().__init__(_TEXT)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        job = getattr(record, "job", None)
        record.about = f" (job {job})" if job else ""
        return self._redact(super().format(record))


class _JsonLines(_Discreet, JsonFormatter):
    def __init__(self, redact: Redaction) -> None:
        super().__init__(
            _JSON, rename_fields={"asctime": "time", "levelname": "level", "name": "logger"}, json_ensure_ascii=False
        )
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


class _PrivateFile(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        file = open(  # noqa: SIM115 the handler closes it
            self.baseFilename, self.mode, encoding=self.encoding, errors="backslashreplace", opener=opener
        )
        return cast(TextIOWrapper, file)


def set_up(level: str, form: Literal["text", "json"], secrets: Iterable[str], file: Path | None = None) -> None:
    """Send all logging to stderr, or to `file` (kept small, one older copy)."""
    redact = Redaction(secrets)
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        # Closed to others now, and after each turn.
        handler = _PrivateFile(private_file(file), maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
    formatter = _JsonLines(redact) if form == "json" else _TextFormatter(redact)
    formatter.in_full = level == "DEBUG"
    handler.setFormatter(formatter)
    handler.addFilter(_with_job)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def keep_quiet(*names: str, below: int) -> None:
    """Let these loggers say nothing under the level `below`: they log tokens or people's words."""
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.getEffectiveLevel(), below))
