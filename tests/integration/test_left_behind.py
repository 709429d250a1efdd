"""What a process left unfinished when it died: worked on by the next worker, shown by the next gateway, once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import redis

from core.app import CoreConfig
from core.commands import Action
from core.delivery import DeliveryState
from core.events import to_json
from core.flows.context import Request
from core.messages import IncomingMessage, Item, Note, Outcome, Text
from core.nemo.model import Backend
from core.sender import Limits
from core.store import Conversation, JobRef, Store, Taken, Vault, job_id_of, open_store
from core.store.keys import audience_key
from tests.support.conversation import HERE, ME, Open, Talk, open_bot, opened
from tests.support.one_message import SECRET, TIMING
from tests.support.proxy import counting_proxy
from tests.support.screen import GatedScreen, RecordingScreen, RecordingSender
from tests.support.waiting import until, until_gone

PLACE = Conversation.of(ME, HERE)
LEFT = JobRef(PLACE, "left")
WISH = Request(action=Action.MUSIC, text="calm piano 5 seconds", language="en").to_json()
A_CHAT = Limits(pace=0.0, text=4096, caption=1024, private=True)


async def leave(store: Store, job_id: str) -> None:
    """Put a job in line as a gateway does that dies then."""
    delivery = DeliveryState(address="here").to_json()
    await store.journal.create(PLACE, job_id, "a", WISH, kind="music", address="here", delivery=delivery, lease_ms=1)


class Leaving:
    """A worker of a job that was left; it writes what the job tells."""

    def __init__(self, store: Store, epoch: int) -> None:
        self.store, self.epoch, self.number = store, epoch, 0

    @classmethod
    async def take(cls, store: Store) -> Leaving:
        """Leave a job, and take it."""
        await leave(store, "left")
        taken = await store.journal.take(PLACE, "w", 600_000)
        assert isinstance(taken, Taken)
        return cls(store, taken.epoch)

    async def tell(self, item: Item) -> None:
        """Write an item to the job's log."""
        self.number += 1
        await self.store.event_log.append(LEFT, self.epoch, self.number, to_json(item))

    async def brought(self) -> None:
        """Wait until the person has got what was told last."""

        async def seen() -> bool:
            record = await self.store.journal.load(PLACE, "left")
            assert record
            last = f"{self.epoch}-{self.number}"
            return bool(record.delivery) and DeliveryState.from_json(record.delivery or "").seen == last

        await until(seen)

    async def end(self, outcome: Outcome = Outcome.FULFILLED) -> None:
        """End the job, and wait until nothing is left to show of it."""
        await self.store.journal.end(PLACE, "left", self.epoch, outcome)
        await until_gone(lambda: self.store.job_index.to_show("test"))


@pytest.fixture
def gateway(valkey_url: str, tmp_path: Path) -> Open:
    """Open a gateway without a worker."""
    nowhere = Backend(api_url="http://127.0.0.1:1", web_url=None, platform="test")
    config = CoreConfig(
        redis_url=valkey_url, backend=nowhere, work_dir=tmp_path / "gateway", secret_key=SECRET, timing=TIMING
    )
    return partial(open_bot, config, None)


def lose_signs_of_life(raw: redis.Redis) -> None:
    raw.zadd(audience_key("test"), {str(LEFT): 1})


@contextmanager
def no_writes(raw: redis.Redis) -> Iterator[None]:
    """Let Redis take no more writes for a while, as with a full disk."""
    raw.config_set("min-replicas-to-write", 1)
    yield
    raw.config_set("min-replicas-to-write", 0)


async def test_a_conversation_begins_with_what_a_killed_process_left(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    async with counting_proxy(studio_url) as proxy:
        arguments = [valkey_url, proxy.url, str(tmp_path / "work"), "killed", "calm piano 5 seconds"]
        victim = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.one_message", *arguments, stdout=subprocess.PIPE
        )
        assert victim.stdout
        while b"composing" not in (line := await asyncio.wait_for(victim.stdout.readline(), 120)):
            assert line, "it ended too early"
        victim.kill()
        await victim.communicate()
        async with opened(valkey_url, tmp_path / "work", proxy.url) as bot:
            # At once: the lease of the dead still lives.
            screen, again = RecordingScreen(tmp_path / "out"), RecordingScreen()
            await bot.resume(ME, HERE, screen)
            await bot.resume(ME, HERE, again)
        assert len(screen.files) == 1
        assert again.drawn == again.shown == []
        assert proxy.count("POST /run_sse") == 1


async def test_a_killed_gateways_chats_are_gone_on_with_where_they_were(store: Store, gateway: Open) -> None:
    work = await Leaving.take(store)
    for words in ("seen before", "not seen yet"):
        await work.tell(Text(words))
    await store.event_log.read(LEFT, "", follower="the dead one", claim=True)
    await store.event_log.keep_delivery(LEFT, "the dead one", DeliveryState(address="here", seen="1-1").to_json())
    async with gateway() as bot:
        await work.brought()
        await work.tell(Text("the end"))
        await work.end()
        assert bot.sender.screen("here").texts == ["not seen yet", "the end"]


async def test_two_gateways_show_each_thing_once_whoever_is_thought_dead(
    raw: redis.Redis, store: Store, gateway: Open
) -> None:
    """Signs of life are lost now and then, so that gateways take jobs from one another that both still follow."""
    work = await Leaving.take(store)
    words = [f"words {number}" for number in range(20)]
    async with AsyncExitStack() as parts:
        bots = [await parts.enter_async_context(gateway()) for _ in range(2)]
        for number, text in enumerate(words, 1):
            await work.tell(Text(text))
            await work.brought()
            if number % 5 == 0:
                lose_signs_of_life(raw)
                await asyncio.sleep(TIMING.gateway / 2)
        await work.end(Outcome.CANCELLED)
    shown = [text for bot in bots for text in bot.sender.screen("here").texts]
    assert sorted(text for text in shown if text in words) == sorted(words)
    assert [text for text in shown if text not in words] == ["Cancelled."]


async def test_a_gateway_adopts_nothing_of_its_own_while_a_worker_is_notified_slowly(
    store: Store, gateway: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half-dead connections hold a notification up for longer than the gateway's lease."""
    message = IncomingMessage(ME, HERE, "1", "calm piano", Action.MUSIC, address="here")
    ref, sender = JobRef(PLACE, job_id_of(message)), RecordingSender(limits=A_CHAT)

    async def slow(*_: object) -> None:
        await asyncio.sleep(4 * TIMING.gateway)

    async with gateway(sender) as bot:
        monkeypatch.setattr(bot.gateway, "_notify", slow)
        asked = await bot.gateway.accept(message)
        await asyncio.sleep(3 * TIMING.gateway)
        taken = await store.journal.take(PLACE, "worker", 60_000)
        assert isinstance(taken, Taken)
        await store.event_log.append(ref, taken.epoch, 1, to_json(Text("the end")))
        await store.journal.end(PLACE, ref.job_id, taken.epoch, Outcome.FULFILLED)
        assert await asked is Outcome.FULFILLED
    assert sender.silent == [True], "progress, which became the answer"


async def test_a_gateway_that_takes_over_between_notes_keeps_them_all_in_the_one_message(
    raw: redis.Redis, store: Store, gateway: Open
) -> None:
    """The worker tells notes only: they stay behind it, and the message is never posted twice."""
    sender = RecordingSender(limits=A_CHAT)
    screen = sender.screen("here")
    work = await Leaving.take(store)
    async with AsyncExitStack() as parts:
        for number in range(3):
            await parts.enter_async_context(gateway(sender))
            await work.tell(Note(f"note {number}"))
            wanted = "\n".join(f"note {count}" for count in range(number + 1))
            await screen.until(lambda seen, text=wanted: seen.views[-1:] == [text])  # type: ignore[misc]
            lose_signs_of_life(raw)
        await work.end()
    assert sender.silent == [True]
    assert screen.texts == ["note 0\nnote 1\nnote 2"]


async def test_the_end_of_a_job_that_was_put_aside_is_told_once_and_it_may_be_put_back(
    open_studio: Open, store: Store, raw: redis.Redis, tmp_path: Path
) -> None:
    await leave(store, "poison")
    raw.hset(PLACE.key("job", "poison"), mapping={"lost": 3})
    screen = RecordingScreen(tmp_path / "out", address="here")
    async with open_studio() as bot:
        bot.sender.screens["here"] = screen
        await until_gone(lambda: store.job_index.to_show("test"))
        record = await store.journal.load(PLACE, "poison")
        assert record
        assert record.status == "dead-letter"
        # A message that is delivered twice brings it back to the list of what is to be shown.
        await store.journal.create(PLACE, "poison", "again", "", kind="music", address="here", lease_ms=1)
        await until_gone(lambda: store.job_index.to_show("test"))
        assert len(screen.texts) == 1
        assert "put it aside" in screen.texts[0]
        assert screen.button("again")
        assert not screen.files
        assert await store.journal.requeue(PLACE, "poison")
        await screen.until(lambda seen: bool(seen.files))
        await until_gone(lambda: store.job_index.to_show("test"))
    assert len(screen.files) == 1


async def test_what_nobody_can_read_any_more_ends_and_the_line_moves_on(
    valkey_url: str, at_studio: Talk, raw: redis.Redis
) -> None:
    async with open_store(valkey_url, Vault(b"the secret that was lost")) as before:
        await leave(before, "unreadable")
    outcome, _ = await asyncio.wait_for(at_studio.say("", Action.NEW), 120)
    assert outcome is Outcome.FULFILLED
    assert raw.hget(PLACE.key("job", "unreadable"), "outcome") == "failed"


async def test_while_the_store_takes_nothing_everything_is_kept_and_then_shown_once(
    valkey_url: str, studio_url: str, raw: redis.Redis, tmp_path: Path
) -> None:
    """While the piece is made, Redis takes no more writes for a while, as with a full disk."""
    async with counting_proxy(studio_url) as proxy, opened(valkey_url, tmp_path / "work", proxy.url) as bot:
        job, screen = await Talk(bot, tmp_path / "out").begin("calm piano 5 seconds", until="sent")
        with no_writes(raw):
            _, refused = await Talk(bot, tmp_path, replace(ME, id="8"), "s").say("", Action.NEW)
            assert "could not begin" in refused.texts[-1]
            await asyncio.sleep(TIMING.lease * 2)
        assert await job is Outcome.FULFILLED
        assert len(screen.files) == 1
        assert len(set(screen.texts)) == len(screen.texts)
        assert proxy.count("POST /run_sse") == 1


async def test_what_was_shown_is_not_shown_again_while_that_can_not_be_noted(
    raw: redis.Redis, store: Store, gateway: Open
) -> None:
    work = await Leaving.take(store)
    await work.tell(Text("words"))
    async with gateway() as bot:
        screen = bot.sender.screens["here"] = GatedScreen(address="here")
        await asyncio.wait_for(screen.asked.wait(), 60)
        with no_writes(raw):
            screen.gate.set()
            await screen.until(lambda seen: "words" in seen.texts)
            await asyncio.sleep(TIMING.look * 4)
        await work.tell(Text("more words"))
        await work.brought()
        await work.end()
    assert screen.texts == ["words", "more words"]
