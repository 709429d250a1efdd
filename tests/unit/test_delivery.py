"""The rules of one edited message, with verbs that a test can hold up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bots.delivery import Busy, FileRefused, MessageLost, MessageScreen
from bots.discord.screen import escaped
from bots.parts import MOST_PARTS
from bots.persisted_refs import Address, read_ref
from core.errors import PersonUnreachable, StoreUnavailable
from core.messages import Button, File, Progress, Shown, Text
from tests.support.bounded import comes_to_an_end

CANCEL = Button("c", "Cancel")
FRESH = Address(language="en")


class Board(MessageScreen[Address]):
    """A screen whose messages are a list; `gate` holds every verb up, `troubles` come first."""

    platform = "test"

    def __init__(self, at: Address = FRESH, board: list[Shown | None] | None = None) -> None:
        super().__init__(at, pace=0, largest_file=None, text_limit=20, caption_limit=10, retry_waits=(0.0, 0.0))
        self.board: list[Shown | None] = [] if board is None else board
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


class Watcher:
    """Keeps what a screen announces, with the board as it was then; `away` lets the store be out of reach."""

    def __init__(self, screen: Board) -> None:
        self.screen = screen
        self.told: list[tuple[Address, list[Shown | None]]] = [(there(screen.address), [])]
        self.away = False
        screen.watch(self.moved)

    async def moved(self, address: str) -> None:
        if self.away:
            raise StoreUnavailable
        self.told.append((there(address), list(self.screen.board)))

    def again(self, back: int = 1) -> Board:
        """Open the screen again where it was announced `back` announcements ago, in a process of its own."""
        return Board(self.told[-back][0], self.screen.board)


def there(address: str) -> Address:
    at = read_ref(Address, address)
    assert at is not None
    return at


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
    with pytest.raises(PersonUnreachable):
        await screen.show(Text("result"))
    screen.troubles = [Busy(100_000)]
    with pytest.raises(PersonUnreachable):
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


async def test_the_message_that_a_file_goes_into_is_announced_before_the_file() -> None:
    screen = Board()
    watcher = Watcher(screen)
    await screen.show(file())
    (_, before, after) = watcher.told
    assert (before[0].progress, after[0].progress) == (0, None)
    assert isinstance(before[1][0], Text)
    assert after[1] == [file()]


async def test_progress_goes_on_in_the_same_message_after_a_restart() -> None:
    screen = Board()
    watcher = Watcher(screen)
    await screen.draw(progress("one"))
    again = watcher.again()
    await again.draw(progress("two"))
    assert again.board == [Text("two", (CANCEL,))]
    await again.show(file())
    await again.show(Text("later"))
    assert again.board == [file(), Text("later")]


async def test_a_file_that_is_shown_again_after_a_crash_stands_once() -> None:
    screen = Board()
    watcher = Watcher(screen)
    await screen.draw(progress("one"))
    await screen.show(file())
    for back in (1, 2):  # the crash came behind the announcement, or before it
        again = watcher.again(back)
        await again.show(replace(file(), size=2))
        assert len(again.board) == 1
        assert isinstance(again.board[0], File)


async def test_of_a_long_text_only_what_had_not_arrived_is_posted_after_a_crash() -> None:
    long = Text("the first line\nthe second one\nthe third one", (CANCEL,))
    screen = Board()
    watcher = Watcher(screen)
    await screen.show(long)
    whole = list(screen.board)
    assert len(whole) == 3
    await watcher.again().show(long)
    assert screen.board == whole
    del screen.board[2]
    await watcher.again(2).show(long)
    assert screen.board == whole


async def test_only_the_item_shown_last_counts_as_shown_again() -> None:
    screen = Board()
    watcher = Watcher(screen)
    await screen.show(Text("hm"))
    await screen.show(Text("hm"))
    again = watcher.again()
    await again.show(Text("hm"))
    await again.show(Text("hm"))
    assert again.board == [Text("hm")] * 3
    other = watcher.again()
    await other.show(Text("another"))
    await other.show(Text("hm"))
    assert other.board[3:] == [Text("another"), Text("hm")]


async def test_a_store_that_is_away_keeps_no_result_back() -> None:
    screen = Board()
    watcher = Watcher(screen)
    watcher.away = True
    await screen.show(file())
    assert screen.board == [file()]
    watcher.away = False
    await screen.draw(progress("one"))
    assert [at.progress for at, _ in watcher.told] == [None, 1]


async def test_what_did_not_move_is_not_announced() -> None:
    screen = Board()
    watcher = Watcher(screen)
    for text in ("one", "two", "three"):
        await screen.draw(progress(text))
    assert len(watcher.told) == 2


async def test_progress_that_a_person_took_away_stays_away_after_a_restart() -> None:
    screen = Board()
    watcher = Watcher(screen)
    await screen.draw(progress("one"))
    screen.troubles = [MessageLost()]
    await screen.draw(progress("two"))
    again = watcher.again()
    await again.draw(progress("three"))
    assert again.board == [Text("one", (CANCEL,))]


async def test_the_first_drawing_is_known_before_it_is_given_up() -> None:
    screen = Board()
    watcher = Watcher(screen)
    screen.gate.clear()
    drawing = asyncio.create_task(screen.draw(progress("slow")))
    await screen.begun.wait()
    drawing.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not drawing.done()
    screen.gate.set()
    await asyncio.wait({drawing})
    assert drawing.cancelled()
    assert watcher.told[-1][0].progress == 0


@pytest.mark.parametrize(
    "address", ["", "{}", "[]", '{"version":2,"language":"en"}', '{"version":1,"language":"en","newer":1}']
)
def test_an_address_that_this_version_does_not_know_is_not_read(address: str) -> None:
    assert read_ref(Address, address) is None


def test_no_text_takes_long_to_escape_for_discord() -> None:
    assert comes_to_an_end(escaped, "[a](" * 10_000)


async def test_of_an_endless_text_a_few_messages_are_written_and_shown() -> None:
    read: list[int] = []

    class Marked(Board):
        def written(self, text: str) -> str:
            read.append(len(text))
            return text.replace("*", "\\*")

    board = Marked()
    await board.show(Text("* " * 100_000, (CANCEL,)))
    assert len(board.board) == MOST_PARTS
    assert max(read) <= 20 * MOST_PARTS
    last = board.board[-1]
    assert isinstance(last, Text)
    assert last.text.endswith("…")
    assert last.buttons == (CANCEL,)
