"""The one policy for progress: newest first, paced, and never in the way of a result."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from core.messages import Progress
from core.progress import LatestProgress
from tests.support.waiting import until


def progress(number: int) -> Progress:
    return Progress("composing", number / 10, f"{number}")


def still(silence: float) -> Progress:
    return Progress("composing", None, f"still {silence:.2f}")


class Drawn(list[str]):
    """What was drawn; `clumsy` fails to draw it."""

    clumsy: tuple[str, ...] = ()

    async def draw(self, progress: Progress) -> None:
        if progress.text in self.clumsy:
            raise ValueError("no such colour")
        self.append(progress.text)

    async def until(self, holds: Callable[[Drawn], bool]) -> None:
        await until(lambda: holds(self), every=0.005)

    @asynccontextmanager
    async def drawing(self, pace: float, still_after: float = math.inf) -> AsyncIterator[LatestProgress]:
        latest = LatestProgress(self.draw, pace, still_after=still_after)
        yield latest
        await latest.stop()


async def test_between_two_drawings_only_the_newest_is_left_and_no_result_waits_for_them() -> None:
    drawn = Drawn()
    async with drawn.drawing(pace=3600) as latest:
        latest.post(progress(1))
        await drawn.until(lambda seen: seen == ["1"])
        latest.post(progress(2))
        latest.post(progress(3))
    assert drawn == ["1"]
    drawn.clear()
    async with drawn.drawing(pace=0.05) as latest:
        for number in range(5):
            latest.post(progress(number))
            await asyncio.sleep(0)
        await drawn.until(lambda seen: seen[-1:] == ["4"])
    assert len(drawn) <= 2


async def test_the_same_again_is_not_drawn_again_unless_what_stands_around_it_changed() -> None:
    drawn = Drawn()
    async with drawn.drawing(pace=0) as latest:
        latest.post(progress(1))
        await drawn.until(lambda seen: seen == ["1"])
        latest.post(progress(1))
        latest.post(progress(2))
        await drawn.until(lambda seen: seen[-1] == "2")
        assert drawn == ["1", "2"]
        latest.refresh()
        await drawn.until(lambda seen: seen == ["1", "2", "2"])


async def test_silence_is_broken_again_and_again() -> None:
    drawn = Drawn()
    async with drawn.drawing(pace=0, still_after=0.05) as latest:
        latest.post(progress(1), still)
        await drawn.until(lambda seen: len(seen) == 3)
    assert drawn[:3] == ["1", "still 0.05", "still 0.10"]


async def test_progress_goes_on_after_a_stop() -> None:
    drawn = Drawn()
    async with drawn.drawing(pace=0) as latest:
        latest.post(progress(1))
        await drawn.until(lambda seen: seen == ["1"])
        await latest.stop()
        latest.post(progress(1))
        await drawn.until(lambda seen: seen == ["1", "1"])


async def test_a_drawing_that_fails_hurts_no_later_one() -> None:
    drawn = Drawn()
    drawn.clumsy = ("1",)
    async with drawn.drawing(pace=0) as latest:
        latest.post(progress(1))
        await asyncio.sleep(0.01)
        latest.post(progress(2))
        await drawn.until(lambda seen: seen == ["2"])
