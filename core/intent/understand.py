"""From words to an `Intent`."""

from __future__ import annotations

import re

from core.intent.model import Action, Intent

_URL = re.compile(r"https?://[^\s<>\"'，。！？、）)\]]+", re.IGNORECASE)
_HAN = re.compile(r"[\u4e00-\u9fff]")


def understand(text: str, *, has_files: bool, language_hint: str | None) -> Intent:
    """Return what a message wants; never raises."""
    urls = tuple(_URL.findall(text))
    language = "zh" if _HAN.search(text) else "en" if re.search(r"[a-zA-Z]", text) else _hint(language_hint)
    words = _URL.sub(" ", text).strip().lower()
    action = Action.MUSIC
    if not words and not urls:
        action = Action.UPLOAD if has_files else Action.EMPTY
    elif words in {"export", "导出"}:
        action = Action.EXPORT
    elif words in {"credits", "积分"}:
        action = Action.CREDITS
    elif words in {"status", "状态"}:
        action = Action.STATUS
    return Intent(action, language, urls)


def _hint(language: str | None) -> str:
    return "zh" if (language or "").lower().startswith("zh") else "en"
