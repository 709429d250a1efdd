"""Whose turn it is in a chat, and when the chat is left alone."""

from __future__ import annotations

import asyncio
import time

import pytest

from core.outbox import Outbox, Outboxes, Priority
from tests.support.screen import RecordingSender
from tests.support.scripted_bot import MemoryPauses


async def speaking(
    outbox: Outbox, priority: Priority, name: str, said: list[str], hold: asyncio.Event | None = None
) -> None:
    async with outbox.turn(priority, "a"):
        said.append(name)
        if hold:
            await hold.wait()


async def test_results_come_before_texts_before_progress_whoever_came_first() -> None:
    outbox = Outbox(RecordingSender(), "", MemoryPauses())
    said: list[str] = []
    hold = asyncio.Event()
    async with asyncio.timeout(120), asyncio.TaskGroup() as all_of_them:
        all_of_them.create_task(speaking(outbox, Priority.PROGRESS, "first", said, hold))
        await asyncio.sleep(0)
        for priority in (Priority.PROGRESS, Priority.TEXT, Priority.RESULT, Priority.TEXT):
            all_of_them.create_task(speaking(outbox, priority, priority.name, said))
        await asyncio.sleep(0)
        hold.set()
    assert said == ["first", "RESULT", "TEXT", "TEXT", "PROGRESS"]


async def test_a_chat_that_must_wait_holds_up_nobody_but_itself() -> None:
    sender = RecordingSender()
    closed, other = Outbox(sender, "", MemoryPauses()), Outbox(sender, "", MemoryPauses())
    await closed.pause(3600)
    said: list[str] = []
    waiting = asyncio.create_task(speaking(closed, Priority.RESULT, "closed", said))
    async with asyncio.timeout(120):
        await speaking(other, Priority.PROGRESS, "other", said)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert said == ["other"]


async def test_a_pause_lasts_at_least_as_long_as_asked_for_and_is_not_shortened() -> None:
    outbox = Outbox(RecordingSender(), "chat", MemoryPauses())
    begun = time.monotonic()
    await outbox.pause(0.2)
    await outbox.pause(0.05)
    async with asyncio.timeout(120):
        await speaking(outbox, Priority.RESULT, "now", [])
    assert time.monotonic() - begun >= 0.2


async def test_a_long_pause_is_kept_to_by_the_first_word_of_another_process_too() -> None:
    pauses = MemoryPauses()
    await Outbox(RecordingSender(), "a", pauses).pause(3600)
    await Outbox(RecordingSender(), "b", pauses).pause(20)
    await Outbox(RecordingSender(), "", pauses).pause(3600)
    assert {name: 3600 <= seconds <= 3960 for name, seconds in pauses.kept.items()} == {"test chat a": True}
    outboxes = Outboxes(RecordingSender(), pauses)
    said: list[str] = []
    waiting = [asyncio.create_task(speaking(outboxes.of("a"), Priority.RESULT, "a", said)) for _ in range(2)]
    await asyncio.wait(waiting, timeout=0.2)
    assert said == []
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)


async def test_addresses_of_one_destination_share_an_outbox_and_only_idle_ones_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.outbox._MOST_OUTBOXES", 2)
    outboxes = Outboxes(RecordingSender(), MemoryPauses())
    busy, idle = outboxes.of("busy"), outboxes.of("idle")
    await busy.pause(60)
    assert outboxes.of("another") is not busy
    assert (outboxes.of("busy") is busy, outboxes.of("idle") is idle) == (True, False)


async def test_one_who_stops_waiting_keeps_nobody_from_their_turn() -> None:
    outbox = Outbox(RecordingSender(), "", MemoryPauses())
    said: list[str] = []
    hold = asyncio.Event()
    first = asyncio.create_task(speaking(outbox, Priority.TEXT, "first", said, hold))
    await asyncio.sleep(0)
    gives_up = asyncio.create_task(speaking(outbox, Priority.RESULT, "gives up", said))
    last = asyncio.create_task(speaking(outbox, Priority.PROGRESS, "last", said))
    await asyncio.sleep(0)
    gives_up.cancel()
    hold.set()
    async with asyncio.timeout(120):
        await asyncio.wait({first, gives_up, last})
    assert said == ["first", "last"]
