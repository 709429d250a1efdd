"""How much Telegram bears, as one limiter for all requests of a bot: it says how long to wait, and never sleeps.

The order of what goes out is the outbox's. A chat that Telegram closed for a while is not asked again before its time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Protocol

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

# Telegram allows about one message a second in a private chat, 20 a minute in a group, edits included, and 30 a second
# altogether (Bots FAQ).
_PRIVATE_GAP = 1.0
_PRIVATE_BURST = 3
_GROUP_SPAN = 60.0
_GROUP_MOST = 18
_GROUP_RESERVE = 6
"""Calls a minute that progress leaves for results."""
_ALL_MOST = 25
_ALL_SPAN = 1.0
_REMEMBERED_CHATS = 10_000
_COUNTED = ("send", "edit")
_UNCOUNTED = ("sendChatAction",)

_Result = bool | dict[str, object] | list[dict[str, object]]


class _Call(Protocol):
    def __call__(self, *args: object, **kwargs: object) -> Coroutine[object, object, _Result]: ...


@dataclass(slots=True)
class _Recent:
    chat: int
    calls: deque[float] = field(default_factory=lambda: deque(maxlen=_GROUP_MOST))
    closed_until: float = float("-inf")


class ChatLimiter(BaseRateLimiter[None]):
    """Notes what goes out to each chat and when Telegram asked to leave it alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        # What is forgotten first is what was not asked for longest.
        self._recent = lru_cache(_REMEMBERED_CHATS)(_Recent)
        self._all: deque[float] = deque(maxlen=_ALL_MOST)

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing: there is nothing to close."""

    def delay(self, chat: int, *, urgent: bool) -> float:
        """Return for how many seconds a chat should be left alone; progress leaves room for results."""
        recent = self._recent(chat)
        now = self._clock()
        waits = [0.0, recent.closed_until - now, _until_room(self._all, _ALL_MOST, _ALL_SPAN) - now]
        most, span = _PRIVATE_BURST, _PRIVATE_BURST * _PRIVATE_GAP
        if chat < 0:
            most, span = _GROUP_MOST if urgent else _GROUP_MOST - _GROUP_RESERVE, _GROUP_SPAN
        return max(*waits, _until_room(recent.calls, most, span) - now)

    async def process_request(
        self,
        callback: _Call,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        endpoint: str,
        data: dict[str, object],
        rate_limit_args: None,
    ) -> _Result:
        """Make a request, unless its chat is closed: then raise `RetryAfter` at once, with what is left of the time."""
        chat = data.get("chat_id")
        if not isinstance(chat, int) or not endpoint.startswith(_COUNTED):
            return await callback(*args, **kwargs)
        recent = self._recent(chat)
        if (left := recent.closed_until - self._clock()) > 0:
            raise RetryAfter(timedelta(seconds=left))
        if endpoint not in _UNCOUNTED:
            recent.calls.append(self._clock())
            self._all.append(self._clock())
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as error:
            recent.closed_until = self._clock() + seconds_of(error)
            raise


def _until_room(calls: deque[float], most: int, span: float) -> float:
    """Return the time from which another call keeps to `most` calls in `span` seconds."""
    return calls[-most] + span if len(calls) >= most else float("-inf")


def seconds_of(error: RetryAfter) -> float:
    """Return for how many seconds Telegram asks to be left alone."""
    seconds = error.retry_after
    return seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)
