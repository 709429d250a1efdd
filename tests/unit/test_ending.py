"""Tasks end, also where one cancellation gets lost."""

from __future__ import annotations

import asyncio

import pytest

from core import cancellation
from core.cancellation import cancel_and_wait


async def test_a_task_that_did_not_hear_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hard_of_hearing() -> None:
        begun.set()
        while len(heard) < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                heard.append("end")

    monkeypatch.setattr(cancellation, "AGAIN_AFTER", 0.01)
    heard: list[str] = []
    begun = asyncio.Event()
    task = asyncio.create_task(hard_of_hearing())
    await begun.wait()
    async with asyncio.timeout(120):
        await cancel_and_wait(task)
    assert task.done()
    assert heard == ["end", "end"]


async def test_what_a_task_raises_while_it_ends_is_not_raised_here() -> None:
    async def failing() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError

    begun = asyncio.Event()
    task = asyncio.create_task(failing())
    await begun.wait()
    await cancel_and_wait(task)
    assert isinstance(task.exception(), ValueError)
