"""Albums: Telegram sends several files as separate messages that share a group id."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import telegram

Whole = Callable[[list[telegram.Message]], None]


class Albums:
    """Gathers the messages of an album until none has come for `wait` seconds."""

    def __init__(self, whole: Whole, wait: float) -> None:
        """`whole` takes the messages of a complete album in their order."""
        self._whole = whole
        self._wait = wait
        self._open: dict[tuple[int, str], tuple[list[telegram.Message], asyncio.TimerHandle]] = {}

    def add(self, message: telegram.Message, group: str) -> None:
        """Take a message of the album `group`."""
        key = (message.chat_id, group)
        messages, timer = self._open.get(key, ([], None))
        if timer is not None:
            timer.cancel()
        messages.append(message)
        self._open[key] = (messages, asyncio.get_running_loop().call_later(self._wait, self._close, key))

    def flush(self) -> None:
        """Pass on what is gathered."""
        for key, (_, timer) in list(self._open.items()):
            timer.cancel()
            self._close(key)

    def _close(self, key: tuple[int, str]) -> None:
        messages, _ = self._open.pop(key)
        self._whole(sorted(messages, key=lambda message: message.message_id))
