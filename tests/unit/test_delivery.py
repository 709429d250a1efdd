"""One message for each job: drawn, refused, cut off, and gone on with by another process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core.delivery import Delivery, DeliveryState
from core.errors import (
    ChatMoved,
    DeliveryRefused,
    MessageGone,
    NotAllowed,
    PersonUnreachable,
    PlatformUnavailable,
    StoreUnavailable,
    TokenExpired,
    TooLargeForChat,
    TopicGone,
)
from core.messages import Button, Film, Note, Progress, Text
from core.outbox import Outboxes
from core.sender import Limits, MediaFile, OutgoingMessage
from core.text_parts import MOST_PARTS
from core.texts import say
from tests.support.scripted_bot import MemoryPauses
from tests.support.waiting import until

CANCEL = Button("c", "Cancel")
AGAIN = Button("again", "Again")
FILE = MediaFile(path=Path("x.mp4"), name="x.mp4", mime="video/mp4", size=1, seconds=1)


class Chat:
    """One chat, whose messages are a list; `gate` holds every call up, `troubles` come first."""

    platform = "test"

    def __init__(self, *, private: bool = True, rings: bool = False, private_at: str = "") -> None:
        self.board: list[OutgoingMessage | None] = []
        self.rung: list[str] = []
        self.nonces: list[str] = []
        self.troubles: list[DeliveryRefused] = []
        self.ways: dict[str, str] = {}
        self.addresses: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self._limits = Limits(pace=0.01, text=60, caption=300, private=private, rings=rings)
        self._private_at = private_at

    def destination(self, address: str) -> str:
        return address

    def limits(self, address: str) -> Limits:
        return replace(self._limits, private=True) if address == self._private_at else self._limits

    def delay(self, address: str, *, urgent: bool) -> float:
        return 0.0

    def markup(self, text: str) -> str:
        return text

    async def _call(self, address: str) -> None:
        self.begun.set()
        self.addresses.append(address)
        await self.gate.wait()
        if self.troubles:
            raise self.troubles.pop(0)

    async def post(self, address: str, item: OutgoingMessage, *, nonce: str, silent: bool, reply: bool) -> int:
        await self._call(address)
        self.board.append(item)
        self.nonces.append(nonce)
        if not silent:
            self.rung.append(item.text)
        return len(self.board) - 1

    async def edit(self, address: str, message: int, item: OutgoingMessage) -> None:
        await self._call(address)
        self.board[message] = item

    async def delete(self, address: str, message: int) -> None:
        await self._call(address)
        self.board[message] = None

    async def elsewhere(self, address: str, refusal: Exception) -> str | None:
        return self.ways.get(type(refusal).__name__)

    @property
    def texts(self) -> list[str | None]:
        return [item and item.text for item in self.board]


class Process:
    """A process that delivers in a chat; `states` is what it kept."""

    def __init__(self, chat: Chat, state: DeliveryState | None = None) -> None:
        self.chat = chat
        self.states: list[DeliveryState] = []
        self.away = False
        self.fetched = 0
        self.private_films = False
        self.delivery = Delivery(
            Outboxes(chat, MemoryPauses()), state or DeliveryState(address="here"), "job", self._prepare
        )
        self.delivery.language = "en"
        self.delivery.keep = self._keep

    async def _keep(self, state: str) -> None:
        if self.away:
            raise StoreUnavailable
        self.states.append(DeliveryState.from_json(state))

    @asynccontextmanager
    async def _prepare(self, film: Film, limits: Limits, delivery: Delivery) -> AsyncIterator[OutgoingMessage]:
        self.fetched += 1
        yield OutgoingMessage(text=film.text, files=(FILE,), buttons=film.buttons, private=self.private_films)

    def again(self, back: int = 1) -> Process:
        """Another process, that goes on with what this one kept `back` changes ago."""
        return Process(self.chat, self.states[-back])

    async def drawn(self, text: str) -> None:
        """Post progress and wait until it stands."""
        self.delivery.post(progress(text))
        await until(lambda: any(item and text in item.text for item in self.chat.board))


def progress(text: str) -> Progress:
    return Progress("compose", None, text, (CANCEL,))


def film(text: str = "done") -> Film:
    return Film(render_id="r", job_id="j", language="en", name="x.mp4", text=text, buttons=(AGAIN,))


async def test_one_message_shows_progress_and_becomes_the_result() -> None:
    chat = Chat()
    mine = Process(chat)
    await mine.drawn("one")
    await mine.drawn("two")
    await mine.delivery.show(film(), "1-9")
    assert chat.board == [OutgoingMessage(text="done", files=(FILE,), buttons=(AGAIN,))]
    assert (mine.states[-1].seen, mine.states[-1].message) == ("1-9", None)


async def test_an_answer_that_comes_at_once_is_one_message_that_rings() -> None:
    chat = Chat(rings=True)
    mine = Process(chat)
    mine.delivery.post(progress("soon gone"))
    await mine.delivery.show(Text("help"))
    assert (chat.texts, chat.rung) == (["help"], ["help"])


async def test_progress_is_silent_and_its_result_rings_once() -> None:
    chat = Chat(rings=True)
    mine = Process(chat)
    await mine.drawn("working")
    assert chat.rung == []
    await mine.delivery.show(film(), "1-9")
    assert chat.rung == [say("en", "platform.ready")]
    # The result counts as delivered before it is announced: rather no ring than two.
    again = Process(chat, mine.states[-1])
    again.delivery.recall(film())
    await again.delivery.close()
    assert len(chat.rung) == 1


async def test_notes_stay_in_the_message_and_are_a_part_of_the_result() -> None:
    chat = Chat()
    mine = Process(chat)
    await mine.drawn("working")
    await mine.delivery.show(Note("it is lovely"), "1-2")
    await until(lambda: chat.texts == ["it is lovely\nworking"])
    await mine.delivery.show(film("done"), "1-9")
    assert chat.texts == ["it is lovely\ndone"]


async def test_notes_of_an_earlier_process_are_still_a_part_of_the_result() -> None:
    chat = Chat()
    mine = Process(chat)
    await mine.drawn("working")
    await mine.delivery.show(Note("it is lovely"), "1-2")
    await mine.delivery.stop()
    other = mine.again()
    other.delivery.recall(Note("it is lovely"))
    await other.delivery.show(Text("done"), "2-1")
    assert chat.texts == ["it is lovely\ndone"]


async def test_what_ends_without_a_result_leaves_its_notes_or_nothing() -> None:
    for notes, left in (((), [None]), (("gone",), ["gone"])):
        chat = Chat()
        mine = Process(chat)
        await mine.drawn("working")
        for note in notes:
            await mine.delivery.show(Note(note))
        await mine.delivery.close()
        assert chat.texts == left


async def test_a_message_that_is_being_posted_as_the_result_comes_becomes_the_result() -> None:
    chat = Chat()
    mine = Process(chat)
    chat.gate.clear()
    mine.delivery.post(progress("slow"))
    async with asyncio.timeout(120):
        await chat.begun.wait()
    showing = asyncio.create_task(mine.delivery.show(Text("result")))
    await asyncio.sleep(0)
    chat.gate.set()
    await showing
    assert chat.texts == ["result"]


async def test_progress_that_the_person_took_away_does_not_come_back() -> None:
    chat = Chat()
    mine = Process(chat)
    await mine.drawn("one")
    chat.troubles = [MessageGone()]
    mine.delivery.post(progress("two"))
    await until(lambda: not chat.troubles)
    mine.delivery.post(progress("three"))
    await asyncio.sleep(0.1)
    assert chat.texts == ["one"]
    await mine.delivery.show(Text("result"))
    assert chat.texts == ["one", "result"]


async def test_a_busy_chat_gets_the_result_later_and_nothing_is_tried_before() -> None:
    chat = Chat()
    mine = Process(chat)
    chat.troubles = [PlatformUnavailable(retry_after=0.2)]
    begun = asyncio.get_running_loop().time()
    await mine.delivery.show(Text("result"))
    assert asyncio.get_running_loop().time() - begun >= 0.2
    assert (chat.texts, len(chat.addresses)) == (["result"], 2)


async def test_a_film_is_not_fetched_while_the_chat_must_be_left_alone() -> None:
    chat = Chat()
    mine = Process(chat)
    await mine.delivery._outbox.pause(3600)
    showing = asyncio.create_task(mine.delivery.show(film()))
    await asyncio.sleep(0.05)
    assert (mine.fetched, chat.addresses) == (0, [])
    showing.cancel()
    await asyncio.wait({showing})


@pytest.mark.parametrize(
    ("trouble", "ways", "texts", "addresses"),
    [
        (MessageGone(), {}, ["working", "done"], ["here", "here", "here"]),
        (TooLargeForChat(), {}, [say("en", "platform.file_refused") + "\ndone"], ["here", "here"]),
        (NotAllowed(files=True), {}, [say("en", "platform.no_files_here") + "\ndone"], ["here", "here"]),
        # What claims to work is taken away where it stands.
        (NotAllowed(), {"NotAllowed": "direct"}, ["done"], ["here", "here", "direct", "direct"]),
        (TopicGone(), {"TopicGone": "no topic"}, ["working", "done"], ["here", "no topic", "no topic"]),
        (TokenExpired(), {"TokenExpired": "direct"}, ["working", "done"], ["here", "direct", "direct"]),
        (ChatMoved("new"), {}, ["working", "done"], ["here", "new", "new"]),
    ],
)  # fmt: skip
async def test_each_refusal_has_its_own_next_way(
    trouble: DeliveryRefused, ways: dict[str, str], texts: list[str], addresses: list[str]
) -> None:
    chat = Chat()
    chat.ways = ways
    mine = Process(chat)
    await mine.drawn("working")
    chat.addresses.clear()
    chat.troubles = [trouble]
    await mine.delivery.show(film())
    assert ("\n".join(filter(None, chat.texts)), chat.addresses) == ("\n".join(texts), addresses)


async def test_only_a_person_who_is_unreachable_for_good_is_given_up() -> None:
    for trouble in (PersonUnreachable(), NotAllowed(), TokenExpired()):
        chat = Chat()
        mine = Process(chat)
        chat.troubles = [trouble]
        with pytest.raises(PersonUnreachable):
            await mine.delivery.show(Text("result"))


async def test_a_chat_in_which_messages_keep_vanishing_is_given_up() -> None:
    chat = Chat()
    chat.troubles = [MessageGone()] * 20
    with pytest.raises(PersonUnreachable):
        await Process(chat).delivery.show(Text("result"))


async def test_what_is_private_is_not_drawn_where_others_see_it() -> None:
    chat = Chat(private=False)
    mine = Process(chat)
    mine.delivery.private = True
    mine.delivery.post(progress("asking"))
    await asyncio.sleep(0.6)
    await mine.delivery.show(Text("100 credits"))
    assert [(item and item.text, item and item.private) for item in chat.board] == [("100 credits", True)]


async def test_a_private_answer_takes_back_what_others_saw_of_it() -> None:
    chat = Chat(private=False)
    mine = Process(chat)
    await mine.drawn("asking")
    await mine.delivery.show(Text("only you", private=True))
    assert chat.texts == [None, "only you"]


async def test_a_private_result_that_takes_a_detour_rings_where_it_stands_and_the_next_one_comes_home() -> None:
    chat = Chat(private=False, rings=True, private_at="direct")
    chat.ways = {"TokenExpired": "direct"}
    chat.troubles = [TokenExpired()]
    mine = Process(chat)
    mine.private_films = True
    await mine.delivery.show(film(), "1-9")
    # Refused here; there posted, filled and announced.
    assert (chat.addresses, chat.rung) == (["here", "direct", "direct", "direct"], [say("en", "platform.ready")])
    assert mine.states[-1].address == "here"
    await mine.delivery.show(Text("for all"))
    assert (chat.addresses[-1], len(set(chat.nonces))) == ("here", len(chat.nonces))


async def test_what_another_process_shows_now_is_not_touched_any_more() -> None:
    chat = Chat()
    mine = Process(chat)
    await mine.drawn("working")
    await mine.delivery.show(Note("it is lovely"))
    await mine.delivery.release()
    other = mine.again()
    await other.delivery.show(Text("done"))
    await mine.delivery.suspend()
    await mine.delivery.close()
    assert chat.texts == ["done"]


async def test_a_process_that_ends_leaves_no_message_that_claims_to_work() -> None:
    chat = Chat()
    mine = Process(chat)
    await mine.drawn("working")
    await mine.delivery.suspend()
    (left,) = chat.board
    assert left
    assert say("en", "platform.suspended").startswith(left.text.rstrip("…"))
    assert left.buttons == ()
    await mine.again().delivery.show(Text("done"))
    assert chat.texts == ["done"]


async def test_a_file_that_was_put_in_place_just_before_a_crash_is_put_there_again() -> None:
    chat = Chat()
    mine = Process(chat)
    await mine.delivery.show(film(), "1-9")
    # The message was kept before the file went into it.
    other = Process(chat, mine.states[0])
    await other.delivery.show(film(), "1-9")
    assert chat.board == [OutgoingMessage(text="done", files=(FILE,), buttons=(AGAIN,))]


async def test_parts_that_have_arrived_are_not_sent_again() -> None:
    chat = Chat()
    mine = Process(chat)
    long = " ".join(["word"] * 30)
    await mine.delivery.show(Text(long, (AGAIN,)), "1-9")
    assert len(chat.board) == 3
    assert [item.buttons for item in chat.board if item] == [(), (), (AGAIN,)]
    before_last = next(state for state in mine.states if len(state.parts) == 2)
    await Process(chat, before_last).delivery.show(Text(long, (AGAIN,)), "1-9")
    assert len(chat.board) == 4
    assert chat.board[2] == chat.board[3]


async def test_a_text_is_cut_to_a_number_of_messages_that_people_read() -> None:
    chat = Chat()
    await Process(chat).delivery.show(Text("word " * 1000))
    assert len(chat.board) == MOST_PARTS
    assert (chat.texts[-1] or "").endswith("…")


async def test_a_store_that_is_away_does_not_keep_the_result_from_its_person() -> None:
    chat = Chat()
    mine = Process(chat)
    mine.away = True
    await mine.delivery.show(film(), "1-9")
    assert chat.texts == ["done"]
    mine.away = False
    await mine.delivery.told_end("done")
    assert mine.states[-1].seen == "1-9"


async def test_messages_of_one_job_have_nonces_of_their_own() -> None:
    chat = Chat()
    mine = Process(chat)
    await mine.delivery.show(Text("one"))
    await mine.delivery.show(Text("two"))
    assert chat.nonces == ["job-0", "job-1"]
