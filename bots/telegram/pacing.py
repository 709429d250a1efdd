"""How much a Telegram chat bears. Edits and sends share one allowance, and nobody may wait behind progress."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# Telegram allows about one message a second in a private chat and 20 a minute in a group, edits included.
PRIVATE_PACE = 3.0
GROUP_PACE = 6.0
# One job draws at its screen's pace; this much of it has to pass since any job's last call.
_SLACK = 0.75
_REMEMBERED_CHATS = 10_000


@dataclass(slots=True)
class _Recent:
    last: float = float("-inf")
    closed_until: float = float("-inf")


class Pacing:
    """What went out to each chat lately; all jobs of a chat share its allowance. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._chats: OrderedDict[int, _Recent] = OrderedDict()

    def may_draw(self, chat: int, pace: float, *, first: bool) -> bool:
        """Whether progress may be drawn: not while the chat is closed, edits about `pace` seconds after the last call.

        The `first` drawing of a job is let through, since it brings the Cancel button.
        """
        recent = self._recent(chat)
        now = self._clock()
        return now >= recent.closed_until and (first or now - recent.last >= pace * _SLACK)

    def went_out(self, chat: int) -> None:
        """Note that something was sent or edited."""
        self._recent(chat).last = self._clock()

    def closed(self, chat: int, seconds: float) -> None:
        """Note that Telegram asked to leave this chat alone for a while."""
        self._recent(chat).closed_until = self._clock() + seconds

    def _recent(self, chat: int) -> _Recent:
        recent = self._chats.setdefault(chat, _Recent())
        self._chats.move_to_end(chat)
        if len(self._chats) > _REMEMBERED_CHATS:
            self._chats.popitem(last=False)
        return recent
