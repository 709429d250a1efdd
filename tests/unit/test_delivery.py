"""The rules of one edited message, with verbs that a test can hold up."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bots.delivery import Busy, FileRefused, MessageLost, MessageScreen
from bots.kept import Address
from core.errors import ScreenGone
from core.words import Button, File, Progress, Shown, Text

CANCEL = Button("c", "Cancel")
FRESH = Address(language="en")


class Board(MessageScreen[Address]):
    """A screen whose messages are a list; `gate` holds every verb up, `troubles` come first."""

    def __init__(self, at: Address = FRESH) -> None:
        super().__init__(at, pace=0, largest_file=None, text_limit=20, caption_limit=10, retry_waits=(0.0, 0.0))
        self.board: list[Shown | None] = []
        self.troubles: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()

    async def _verb(self) -> None:
        self.begun.set()
        await self.gate.wait()
        if self.troubles:
            raise self.troubles.pop(0)

    async def post(self, item: Text) -> int:
        await self._verb()
        self.board.append(item)
        return len(self.board) - 1

    async def edit(self, message: int, item: Shown) -> None:
        await self._verb()
        self.board[message] = item

    async def delete(self, message: int) -> None:
        await self._verb()
        self.board[message] = None


def progress(text: str) -> Progress:
    return Progress("compose", None, text, (CANCEL,))


def file(text: str = "done") -> File:
    return File(Path("x.mp4"), "x.mp4", "video/mp4", 1, 1, text, buttons=(Button("again", "Again"),))


async def test_progress_is_redrawn_in_place_and_the_result_takes_its_place() -> None:
    screen = Board()
    await screen.draw(progress("one"))
    await screen.draw(progress("two"))
    await screen.show(file())
    await screen.draw(progress("three"))
    await screen.show(Text("later"))
    assert screen.board == [file(), Text("later")]


async def test_a_second_drawing_does_not_queue_behind_a_slow_one() -> None:
    screen = Board()
    screen.gate.clear()
    slow = asyncio.create_task(screen.draw(progress("slow")))
    await screen.begun.wait()
    await screen.draw(progress("dropped"))
    screen.gate.set()
    await slow
    assert screen.board == [Text("slow", (CANCEL,))]


async def test_a_cancelled_first_drawing_is_still_replaced_by_the_result() -> None:
    screen = Board()
    screen.gate.clear()
    slow = asyncio.create_task(screen.draw(progress("slow")))
    await screen.begun.wait()
    slow.cancel()
    showing = asyncio.create_task(screen.show(Text("result")))
    screen.gate.set()
    await showing
    assert screen.board == [Text("result")]


async def test_a_busy_platform_drops_progress_and_delays_results() -> None:
    screen = Board()
    screen.troubles = [Busy()]
    await screen.draw(progress("dropped"))
    assert screen.board == []
    screen.troubles = [Busy(0.001), Busy()]
    await screen.show(Text("result"))
    assert screen.board == [Text("result")]


async def test_a_platform_that_stays_busy_is_given_up() -> None:
    screen = Board()
    screen.troubles = [Busy(), Busy(), Busy()]
    with pytest.raises(ScreenGone):
        await screen.show(Text("result"))
    screen.troubles = [Busy(100_000)]
    with pytest.raises(ScreenGone):
        await screen.show(Text("result"))


async def test_a_file_goes_into_a_message_that_stands_already() -> None:
    screen = Board()
    screen.troubles = [Busy(), Busy()]
    await screen.show(file())
    assert screen.board == [file()]


async def test_a_refused_file_becomes_a_sentence_that_keeps_its_buttons() -> None:
    screen = Board()
    await screen.draw(progress("one"))
    screen.troubles = [FileRefused()]
    await screen.show(file())
    (message,) = screen.board
    assert isinstance(message, Text)
    assert message.buttons == file().buttons


async def test_a_lost_message_is_replaced_by_a_new_one() -> None:
    screen = Board()
    await screen.draw(progress("one"))
    screen.troubles = [MessageLost()]
    await screen.show(Text("result"))
    assert screen.board == [Text("one", (CANCEL,)), Text("result")]


async def test_long_captions_go_on_as_texts() -> None:
    screen = Board()
    await screen.show(file("a caption that is long enough"))
    assert [getattr(item, "text", None) for item in screen.board] == ["a caption", "that is long enough"]


async def test_a_forgotten_progress_message_is_taken_away() -> None:
    screen = Board()
    await screen.draw(progress("one"))
    await screen.close()
    assert screen.board == [None]
