"""The policy of progress: newest first, paced, and never before the result."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import PlatformUnavailable
from core.messages import Progress, Text
from core.progress import Showing
from tests.support.screen import RecordingScreen


def progress(number: int) -> Progress:
    return Progress("composing", number / 10, f"{number}")


def still(silence: float) -> Progress:
    return Progress("composing", None, f"still {silence:.2f}")


async def test_the_newest_wins_and_the_result_does_not_wait() -> None:
    screen = RecordingScreen(pace=60)
    async with Showing(screen, still_after=60) as showing:
        showing.post(progress(1), still)
        await screen.until(lambda seen: len(seen.drawn) == 1)
        showing.post(progress(2), still)
        showing.post(progress(3), still)
        await showing.show(Text("done"))
    assert [drawn.text for drawn in screen.drawn] == ["1"]
    assert screen.texts == ["done"]


async def test_between_two_drawings_only_the_newest_is_left() -> None:
    screen = RecordingScreen(pace=0.05)
    async with Showing(screen, still_after=60) as showing:
        for number in range(5):
            showing.post(progress(number), still)
            await asyncio.sleep(0)
        await screen.until(lambda seen: seen.drawn[-1].text == "4")
    assert len(screen.drawn) <= 2


async def test_what_did_not_change_is_not_drawn_again() -> None:
    screen = RecordingScreen()
    async with Showing(screen, still_after=60) as showing:
        showing.post(progress(1), still)
        await screen.until(lambda seen: len(seen.drawn) == 1)
        showing.post(progress(1), still)
        showing.post(progress(2), still)
        await screen.until(lambda seen: seen.drawn[-1].text == "2")
    assert [drawn.text for drawn in screen.drawn] == ["1", "2"]


async def test_silence_is_broken_again_and_again() -> None:
    screen = RecordingScreen()
    async with Showing(screen, still_after=0.05) as showing:
        showing.post(progress(1), still)
        await screen.until(lambda seen: len(seen.drawn) == 3)
    assert [drawn.text for drawn in screen.drawn] == ["1", "still 0.05", "still 0.10"]


async def test_progress_goes_on_after_something_was_shown() -> None:
    screen = RecordingScreen()
    async with Showing(screen, still_after=60) as showing:
        showing.post(progress(1), still)
        await screen.until(lambda seen: bool(seen.drawn))
        await showing.show(Text("half way"))
        showing.post(progress(2), still)
        await screen.until(lambda seen: len(seen.drawn) == 2)
        await showing.show(Text("done"))
    assert screen.texts == ["half way", "done"]


async def test_behind_what_is_told_meanwhile_silence_is_broken_too() -> None:
    screen = RecordingScreen()
    async with Showing(screen, still_after=0.05) as showing:
        showing.post(progress(1), still)
        await showing.show(Text("half way"), goes_on=True)
        await screen.until(lambda seen: len(seen.drawn) == 3)
    assert [drawn.text for drawn in screen.drawn] == ["1", "still 0.05", "still 0.10"]


class Away(RecordingScreen):
    """The screen of a platform that takes nothing now."""

    def _refuse(self) -> None:
        raise PlatformUnavailable


@pytest.mark.parametrize("drawing", [True, False])
async def test_a_screen_that_is_only_away_is_known_as_that(drawing: bool) -> None:
    async with Showing(Away(), still_after=60) as showing:
        if drawing:
            showing.post(progress(1), still)
            async with asyncio.timeout(5):
                while not showing.gone:  # noqa: ASYNC110 its painter tells nobody
                    await asyncio.sleep(0)
        else:
            await showing.show(Text("done"))
        assert (showing.gone, showing.away) == (True, True)


async def test_a_screen_that_is_gone_is_left_alone() -> None:
    screen = RecordingScreen(gone=True)
    async with Showing(screen, still_after=60) as showing:
        await showing.show(Text("hello?"))
        assert showing.gone
        screen.gone = False
        showing.post(progress(1), still)
        await showing.show(Text("hello?"))
    assert screen.shown == []


async def test_a_drawing_under_way_is_not_overtaken_by_the_result() -> None:
    class Slow(RecordingScreen):
        async def draw(self, progress: Progress) -> None:
            await asyncio.sleep(0.05)
            order.append(progress.text)

        async def show(self, item: object) -> None:
            assert isinstance(item, Text)
            order.append(item.text)

    order: list[str] = []
    async with Showing(Slow(), still_after=60) as showing:
        showing.post(progress(1), still)
        await asyncio.sleep(0.01)
        await showing.show(Text("done"))
    assert order == ["1", "done"]


async def test_a_drawing_that_fails_hurts_no_result_and_no_later_drawing() -> None:
    class Clumsy(RecordingScreen):
        async def draw(self, progress: Progress) -> None:
            if progress.text == "1":
                raise ValueError("no such colour")
            await super().draw(progress)

    screen = Clumsy()
    async with Showing(screen, still_after=60) as showing:
        showing.post(progress(1), still)
        await asyncio.sleep(0.01)
        showing.post(progress(2), still)
        await screen.until(lambda seen: bool(seen.drawn))
        await showing.show(Text("done"))
    assert screen.texts == ["done"]
