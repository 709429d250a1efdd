"""How much a Telegram chat bears, and that a closed one is not asked before its time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from telegram.error import RetryAfter

from bots.telegram.rate_limiter import ChatLimiter

GROUP = -7


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Requests:
    """What goes out through a limiter; `refuse` is what Telegram answers."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.limiter = ChatLimiter(self.clock)
        self.sent: list[str] = []
        self.refuse: RetryAfter | None = None

    async def call(self, chat: int | None, endpoint: str = "sendMessage") -> None:
        async def request(*_: object, **__: object) -> bool:
            self.sent.append(endpoint)
            if self.refuse:
                raise self.refuse
            return True

        data: dict[str, object] = {} if chat is None else {"chat_id": chat}
        await self.limiter.process_request(request, (), {}, endpoint, data, None)

    async def in_a_minute(self, chat: int, *, urgent: bool) -> int:
        """Return how many calls go out in a minute by one who waits as long as is said."""
        count = 0
        while self.clock.now < 60:
            if self.limiter.delay(chat, urgent=urgent) == 0:
                await self.call(chat)
                count += 1
            self.clock.now += 0.05
        return count


@pytest.mark.parametrize(("chat", "urgent", "most"), [(GROUP, True, 18), (GROUP, False, 12), (7, True, 62)])
async def test_a_chat_gets_no_more_than_telegram_allows(chat: int, urgent: bool, most: int) -> None:
    assert most - 3 <= await Requests().in_a_minute(chat, urgent=urgent) <= most


async def test_all_chats_together_get_no_more_than_telegram_allows() -> None:
    requests = Requests()
    for chat in range(1, 26):
        await requests.call(chat)
    assert requests.limiter.delay(99, urgent=True) == 1


async def test_typing_signs_and_other_calls_count_for_nothing() -> None:
    requests = Requests()
    for _ in range(30):
        await requests.call(GROUP, "sendChatAction")
        await requests.call(GROUP, "deleteMessage")
        await requests.call(None, "answerCallbackQuery")
    assert requests.limiter.delay(GROUP, urgent=False) == 0


async def test_a_closed_chat_is_not_asked_before_its_time_and_no_other_one_waits() -> None:
    requests = Requests()
    requests.refuse = RetryAfter(timedelta(hours=4))
    with pytest.raises(RetryAfter):
        await requests.call(7)
    requests.refuse = None
    for endpoint in ("editMessageMedia", "sendMessage", "sendChatAction"):
        with pytest.raises(RetryAfter):
            await requests.call(7, endpoint)
    assert requests.limiter.delay(7, urgent=True) == 4 * 3600
    assert requests.limiter.delay(8, urgent=False) == 0
    await requests.call(8)
    requests.clock.now = 4 * 3600
    await requests.call(7)
    assert requests.sent == ["sendMessage"] * 3
