"""Telegram, thin: commands, texts, files and presses in; messages, files and buttons out."""

from __future__ import annotations

import os

# The library's coming default: waits are given as `timedelta`. It is read when an error is made.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from bots.telegram.check import check
from bots.telegram.files import TelegramFiles, download_limit
from bots.telegram.screen import PLATFORM
from bots.telegram.service import serve

__all__ = ["PLATFORM", "TelegramFiles", "check", "download_limit", "serve"]
