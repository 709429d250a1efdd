"""Telegram, thin: commands, texts, files and presses in; messages, files and buttons out."""

from __future__ import annotations

import os
from functools import partial

# The library's coming default: waits are given as `timedelta`. It is read when an error is made.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from bots.platforms import Platform
from bots.settings import Settings
from bots.telegram.files import TelegramFiles, download_limit
from bots.telegram.sender import PLATFORM
from bots.telegram.service import check, serve

__all__ = ["PLATFORM", "TelegramFiles", "check", "connect", "download_limit", "serve"]


def connect(settings: Settings) -> Platform:
    """Return Telegram as these settings have it."""
    if settings.telegram_token is None:
        raise ValueError("TELEGRAM_TOKEN is not set")
    token, api_url = settings.telegram_token, settings.telegram_api_url
    return Platform(
        partial(serve, token, api_url=api_url),
        partial(check, token, api_url=api_url),
        partial(TelegramFiles, token, api_url, download_limit(api_url)),
    )
