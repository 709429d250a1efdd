"""What a process left unfinished when it died: worked on by the next worker, shown by the next gateway, once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from core.app import CoreConfig, open_bot, open_core
from core.events import to_json
from core.flows.request import Request
from core.intent import Action
from core.messages import Bot, Command, Outcome, Shown, Text
from core.nemo.model import Backend
from core.store import Conversation, Created, JobRef, Status, Store, Taken, Vault, open_store
from tests.support.conversation import HERE, ME, QUICK, Talk, opened
from tests.support.one_message import PULSE, SECRET
from tests.support.proxy import CountingProxy, counting_proxy
from tests.support.screen import RecordingScreen
from tests.support.studio import running_studio

PLACE = Conversation.of(ME, HERE)
WISH = Request(action=Action.MUSIC, text="calm piano 5 seconds", language="en").to_json()


@pytest.fixture(scope="module")
def studio_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_studio(tmp_path_factory.mktemp("studio")) as url:
        yield url


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    async with open_store(valkey_url, Vault(SECRET)) as opened_store:
        yield opened_store


async def leave(store: Store, job_id: str, request: str = WISH, address: str | None = None) -> None:
    """Put a job in line as a gateway does that dies then."""
    name = JobRef(PLACE, job_id)
    await store.job_index.mark_open(PLACE)
    await store.job_index.show(name, 1)
    created, _ = await store.journal.create(PLACE, job_id, "a", request, kind="music", press=None, address=address)
    assert created is Created.NEW


@asynccontextmanager
async def gateway(url: str, api_url: str, work_dir: Path) -> AsyncIterator[Bot]:
    """Open a gateway without a worker."""
    backend = Backend(api_url=api_url, web_url=None, platform="test", deadlines=QUICK)
    ground = CoreConfig(redis_url=url, backend=backend, work_dir=work_dir, secret_key=SECRET, pulse=PULSE)
    async with open_bot(ground, None) as bot:
        yield bot


class Wall:
    """Screens that are opened again by their address."""

    def __init__(self, keep: Path) -> None:
        self.keep = keep
        self.screens: dict[str, RecordingScreen] = {}

    def reopen(self, address: str) -> RecordingScreen | None:
        return self.screens.setdefault(address, RecordingScreen(self.keep / address, address=address))

    @asynccontextmanager
    async def following(self, bot: Bot) -> AsyncIterator[None]:
        following = asyncio.create_task(bot.follow_left("test", self.reopen))
        try:
            yield
        finally:
            following.cancel()
            await asyncio.wait({following})

    @property
    def texts(self) -> list[str]:
        return [text for screen in self.screens.values() for text in screen.texts]


class Gated(RecordingScreen):
    """A screen that is `asked` to show something and does when its `gate` opens."""

    def __init__(self) -> None:
        super().__init__(address="here")
        self.asked, self.gate = asyncio.Event(), asyncio.Event()

    async def show(self, item: Shown) -> None:
        self.asked.set()
        await self.gate.wait()
        await super().show(item)


async def forgotten(store: Store) -> None:
    """Wait until nothing is left to show."""
    async with asyncio.timeout(30):
        while await store.job_index.to_show("test"):  # noqa: ASYNC110 its absence is the only sign
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("text", "command"), [("", Command.STATUS), ("", Command.HELP), ("hello!", None)])
async def test_whatever_is_said_next_shows_what_was_left(
    valkey_url: str, studio_url: str, store: Store, tmp_path: Path, text: str, command: Command | None
) -> None:
    await leave(store, "left")
    async with opened(valkey_url, tmp_path / "work", studio_url) as bot:
        outcome, screen = await Talk(bot, tmp_path / "out").say(text, command)
    assert outcome is Outcome.FULFILLED
    assert screen.files
    assert await store.journal.line(PLACE) == []
    assert await store.job_index.to_show("test") == {}


async def test_a_conversation_begins_with_what_a_killed_process_left(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    async with counting_proxy(studio_url) as proxy:
        await _killed_while_composing(valkey_url, proxy, tmp_path)
        async with opened(valkey_url, tmp_path / "work", proxy.url) as bot:
            # At once: the lease of the dead still lives.
            screen = RecordingScreen(tmp_path / "out")
            await bot.resume(ME, HERE, screen)
            assert len(screen.files) == 1
            again = RecordingScreen()
            await bot.resume(ME, HERE, again)
            assert again.drawn == again.shown == []
        assert proxy.count("POST /run_sse") == 1


async def _killed_while_composing(valkey_url: str, proxy: CountingProxy, tmp_path: Path) -> None:
    arguments = [valkey_url, proxy.url, str(tmp_path / "work"), "killed", "calm piano 5 seconds"]
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.one_message", *arguments, stdout=subprocess.PIPE
    )
    assert victim.stdout is not None
    while b"composing" not in (line := await asyncio.wait_for(victim.stdout.readline(), 30)):
        assert line, "it ended too early"
    victim.kill()
    await victim.communicate()


async def test_what_a_gateway_still_shows_is_left_to_it(
    valkey_url: str, studio_url: str, store: Store, tmp_path: Path
) -> None:
    await leave(store, "theirs")
    await store.job_index.adopt("test", 60_000)

    async def hold() -> None:
        while True:
            await store.job_index.go_on_showing("test", [JobRef(PLACE, "theirs")], 60_000)
            await asyncio.sleep(PULSE.look / 2)

    holding = asyncio.create_task(hold())
    async with opened(valkey_url, tmp_path / "work", studio_url) as bot:
        _, screen = await Talk(bot, tmp_path).say("", Command.HELP)
    holding.cancel()
    assert not screen.files
    assert list(await store.job_index.to_show("test")) == [JobRef(PLACE, "theirs")]


async def test_a_killed_gateways_screens_are_opened_again_and_go_on_where_they_were(
    valkey_url: str, studio_url: str, store: Store, tmp_path: Path
) -> None:
    await leave(store, "left", address="here")
    taken = await store.journal.take(PLACE, "w", 60_000)
    assert isinstance(taken, Taken)
    for number, words in enumerate(("seen before", "not seen yet"), 1):
        await store.event_log.add(PLACE, "left", taken.epoch, number, to_json(Text(words)))
    await store.event_log.follow(PLACE, "left", "the dead one")
    await store.event_log.delivered(PLACE, "left", "1-1", by="the dead one")
    wall = Wall(tmp_path)
    async with gateway(valkey_url, studio_url, tmp_path / "work") as bot, wall.following(bot):
        async with asyncio.timeout(10):
            while "here" not in wall.screens:  # noqa: ASYNC110 it is made by the bot
                await asyncio.sleep(0.02)
        await wall.screens["here"].until(lambda seen: "not seen yet" in seen.texts)
        await store.event_log.add(PLACE, "left", taken.epoch, 3, to_json(Text("the end")))
        await store.journal.end(PLACE, "left", taken.epoch, Outcome.FULFILLED)
        await forgotten(store)
        assert wall.screens["here"].closed
    assert wall.texts == ["not seen yet", "the end"]


async def test_two_gateways_show_each_thing_once_whoever_is_thought_dead(
    valkey_url: str, studio_url: str, store: Store, tmp_path: Path
) -> None:
    """Signs of life are lost now and then, so that gateways take jobs from one another that both still follow."""
    walls = [Wall(tmp_path / str(number)) for number in range(2)]
    await leave(store, "left", address="here")
    taken = await store.journal.take(PLACE, "w", 60_000)
    assert isinstance(taken, Taken)
    words = [f"words {number}" for number in range(20)]
    async with AsyncExitStack() as parts:
        for number, wall in enumerate(walls):
            bot = await parts.enter_async_context(gateway(valkey_url, studio_url, tmp_path / f"work{number}"))
            await parts.enter_async_context(wall.following(bot))
        for number, text in enumerate(words, 1):
            await store.event_log.add(PLACE, "left", taken.epoch, number, to_json(Text(text)))
            await _brought(store, f"{taken.epoch}-{number}", valkey_url)
            if number % 5 == 0:
                with redis.Redis.from_url(valkey_url) as raw:
                    raw.zadd("mb1:screens:{test}", {str(JobRef(PLACE, "left")): 1})
                await asyncio.sleep(PULSE.screen / 2)
        await store.journal.end(PLACE, "left", taken.epoch, Outcome.CANCELLED)
        await forgotten(store)
    assert sorted(text for wall in walls for text in wall.texts if text in words) == sorted(words)
    assert [text for wall in walls for text in wall.texts if text not in words] == ["Cancelled."]


async def _brought(store: Store, entry: str, url: str) -> None:
    with redis.Redis.from_url(url, decode_responses=True) as raw:
        async with asyncio.timeout(10):
            while raw.hget(PLACE.job("left"), "delivered") != entry:  # noqa: ASYNC110 it is the only sign
                await asyncio.sleep(0.01)


async def test_the_end_of_a_job_that_was_put_aside_is_told_once_and_it_may_be_put_back(
    valkey_url: str, studio_url: str, store: Store, tmp_path: Path
) -> None:
    await leave(store, "poison", address="here")
    with redis.Redis.from_url(valkey_url) as raw:
        raw.hset(PLACE.job("poison"), mapping={"tries": 3})
    wall = Wall(tmp_path / "out")
    async with opened(valkey_url, tmp_path / "work", studio_url) as bot, wall.following(bot):
        await forgotten(store)
        record = await store.journal.load(PLACE, "poison")
        assert record is not None
        assert record.status is Status.DEAD_LETTER
        # A message that is delivered twice brings it back to the list of what is to be shown.
        await store.job_index.show(JobRef(PLACE, "poison"), 1)
        await forgotten(store)
        screen = wall.screens["here"]
        assert len(screen.texts) == 1
        assert "put it aside" in screen.texts[0]
        assert screen.button("again")
        assert not screen.files
        backend = Backend(api_url=studio_url, web_url=None, platform="test", deadlines=QUICK)
        ground = CoreConfig(redis_url=valkey_url, backend=backend, work_dir=tmp_path / "desk", secret_key=SECRET)
        async with open_core(ground, None, gateway=False) as house:
            assert await house.desk.requeue(JobRef(PLACE, "poison"))
        await screen.until(lambda seen: bool(seen.files))
        await forgotten(store)
    assert len(screen.files) == 1


async def test_a_line_full_of_what_was_left_makes_room(
    valkey_url: str, studio_url: str, store: Store, tmp_path: Path
) -> None:
    anew = Request(action=Action.NEW, text="", language="en").to_json()
    for number in range(10):
        await leave(store, str(number), anew)
    async with opened(valkey_url, tmp_path / "work", studio_url) as bot:
        async with asyncio.timeout(20):
            while await store.journal.line(PLACE):  # noqa: ASYNC110 its absence is the only sign
                await asyncio.sleep(0.02)
        outcome, screen = await Talk(bot, tmp_path).say("", Command.NEW)
    assert outcome is Outcome.FULFILLED
    made = [text for text in screen.texts if not text.startswith("While you were away")]
    assert [text[:13] for text in made] == ["A fresh start"] * 11


async def test_what_nobody_can_read_any_more_ends_and_the_line_moves_on(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    async with open_store(valkey_url, Vault(b"the secret that was lost")) as before:
        await leave(before, "unreadable")
    async with opened(valkey_url, tmp_path / "work", studio_url) as bot:
        outcome, _ = await asyncio.wait_for(Talk(bot, tmp_path).say("", Command.NEW), 20)
    assert outcome is Outcome.FULFILLED
    with redis.Redis.from_url(valkey_url, decode_responses=True) as raw:
        assert raw.hget(PLACE.job("unreadable"), "outcome") == "failed"


async def test_while_the_store_takes_nothing_everything_is_kept_and_then_shown_once(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    """While the piece is made, Redis takes no more writes for a while, as with a full disk."""
    async with counting_proxy(studio_url) as proxy, opened(valkey_url, tmp_path / "work", proxy.url) as bot:
        talk = Talk(bot, tmp_path / "out")
        screen = RecordingScreen(tmp_path / "film")
        job = asyncio.create_task(bot.handle(talk.said("calm piano 5 seconds", Command.MUSIC), screen))
        await screen.until(lambda seen: "sent" in seen.stages)
        with _no_writes(valkey_url):
            _, refused = await Talk(bot, tmp_path, replace(ME, id="8"), "s").say("", Command.NEW)
            assert "could not begin" in refused.texts[-1]
            await asyncio.sleep(PULSE.lease * 2)
        assert await job is Outcome.FULFILLED
        assert len(screen.files) == 1
        assert len(set(screen.texts)) == len(screen.texts)
        assert proxy.count("POST /run_sse") == 1


async def test_what_was_shown_is_not_shown_again_while_that_can_not_be_noted(
    valkey_url: str, studio_url: str, store: Store, tmp_path: Path
) -> None:
    await leave(store, "left", address="here")
    taken = await store.journal.take(PLACE, "w", 60_000)
    assert isinstance(taken, Taken)
    await store.event_log.add(PLACE, "left", taken.epoch, 1, to_json(Text("words")))
    wall = Wall(tmp_path)
    screen = wall.screens["here"] = Gated()
    async with gateway(valkey_url, studio_url, tmp_path / "work") as bot, wall.following(bot):
        await asyncio.wait_for(screen.asked.wait(), 10)
        with _no_writes(valkey_url):
            screen.gate.set()
            await screen.until(lambda seen: "words" in seen.texts)
            await asyncio.sleep(PULSE.look * 4)
        await _brought(store, "1-1", valkey_url)
        await store.journal.end(PLACE, "left", taken.epoch, Outcome.FULFILLED)
        await forgotten(store)
    assert screen.texts == ["words"]


@contextmanager
def _no_writes(url: str) -> Iterator[None]:
    with redis.Redis.from_url(url) as client:
        client.config_set("min-replicas-to-write", 1)
        try:
            yield
        finally:
            client.config_set("min-replicas-to-write", 0)
