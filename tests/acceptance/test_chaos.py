"""Any process may die at any moment: everything asked for comes once, or is answered by one clear failure.

`CHAOS_KILLS` sets how many kills there are in all, `CHAOS_SEED` repeats a run (it is printed).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.messages import Outcome
from core.nemo.model import TrackKind
from core.store import JobRecord, Store
from core.texts import say
from tests.support.files import make
from tests.support.proxy import Catch
from tests.support.studio_client import Person, tracks
from tests.support.telegram_server import Message
from tests.support.waiting import until
from tests.support.world import PARTS, Somebody, World, left_over, open_world

pytestmark = pytest.mark.chaos

KILLS = int(os.environ.get("CHAOS_KILLS", "4"))
SEED = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
MUSIC, EDIT, UPLOAD, EXPORT = "/music upbeat pop 5 seconds seed 7", "/edit faster", "", "/export"
STORY = (MUSIC, EDIT, UPLOAD, EXPORT)
NOTICES = {say("en", "platform.ready"), say("en", "platform.answered")}
"""What only rings for a result that took the place of silent progress; it may come after the next wish."""
MOST_TRIES = 6
DIRECTED = 20
"""Kills in each turn of `test_killed_at_each_step`; the others come at random."""
TURNS = max(1, min(len(PARTS), KILLS // 2 // DIRECTED))
AT_RANDOM = max(4, KILLS - TURNS * DIRECTED)


class Life(Somebody):
    """One person's story, with what they must have got at each point of it."""

    def __init__(self, world: World, store: Store, number: int, picture: bytes) -> None:
        super().__init__(world, number)
        self.store = store
        self._picture = picture
        self._known: set[str] = set()
        self.told: list[str] = []

    async def live(self, wish: str) -> None:
        """Ask for something, again where it failed, until it came."""
        kills = self.world.kills["gateway"]
        seen = {message.id for message in self.got}
        more = self.world.server.file("photo", self._picture) if wish == UPLOAD else {}
        sent = await self._sent()
        await self.say(wish, **more)
        for _ in range(MOST_TRIES):
            try:
                job_id, job = await until(self._ended)
            except TimeoutError:
                raise AssertionError(f"{wish!r}: {await self.jobs(self.store)} {self.got}") from None
            before, sent = sent, await self._sent()
            assert sent - before <= 1, f"{wish!r} was sent {sent - before} times by {job_id}"
            fresh = [message for message in self.got if message.id not in seen]
            again = check(job, fresh, self.world.kills["gateway"] - kills)
            seen |= {message.id for message in fresh}
            if again is None:
                self.told.append(wish)
                return
            kills = self.world.kills["gateway"]
            # Whoever reads that something can't be reached waits a moment.
            await until(lambda: not self.world.down)
            await self.world.server.press(*again, user=self.number)
        raise AssertionError(f"{wish!r} failed {MOST_TRIES} times: {self.got}")

    async def _sent(self) -> int:
        """How many messages of this person went to the agent."""
        session = await self.store.sessions.load(self.conversation)
        return self.world.sent()[session.session_id] if session else 0

    async def _ended(self) -> tuple[str, JobRecord] | None:
        """The job that was asked for last, once it is done and was shown."""
        jobs = await self.jobs(self.store)
        shown = await self.store.job_index.to_show(self.conversation.platform)
        fresh = [job_id for job_id in jobs if job_id not in self._known]
        if not fresh or any(name.job_id in fresh for name in shown) or jobs[fresh[0]].status == "open":
            return None
        (job_id,) = fresh
        self._known.add(job_id)
        return job_id, jobs[job_id]


def check(job: JobRecord, got: list[Message], kills: int) -> tuple[Message, str] | None:
    """Check what a person got of a job; return the message of a failure, and its button."""
    about = f"{job.kind} {job.outcome}: {[(one.text, bool(one.file), one.buttons) for one in got]}"
    files = [message for message in got if message.file]
    # What Telegram can't tell: a message posted by a gateway that died before it could write that down.
    waiting = [message for message in got if buttons_of(message, "cancel")]
    texts = [message for message in got if not (message.file or message in waiting or message.text in NOTICES)]
    said = {message.text for message in texts}
    assert len(waiting) <= kills, about
    assert len(texts) - len(said) <= kills, about
    again = [(one, button) for one in texts for button in buttons_of(one, "again", "export")]
    if job.outcome is Outcome.FULFILLED and (job.kind in {"edit", "upload"} or not again):
        filmed = job.kind in {"music", "export"}
        assert (len(files), len(said)) == (filmed, not filmed), about
        return None
    # Failed; or fulfilled, but the film could not be fetched any more.
    assert job.outcome in {Outcome.FAILED, Outcome.FULFILLED}, about
    assert not files, about
    assert len({button for _, button in again}) == 1, about
    return again[-1]


def buttons_of(message: Message, *acts: str) -> list[str]:
    found = [button["callback_data"] for button in message.buttons]
    return [button for button in found if button.split(":")[1] in acts]


def undisturbed(studio_url: str) -> dict[str, str]:
    """Name the music behind each paid wish of the story where nobody dies."""
    names = {}
    with Person(studio_url) as person:
        session = person.session()
        for wish in (MUSIC, EDIT):
            person.say(session, wish.partition(" ")[2])
            (names[wish],) = (name for kind, name in tracks(person.state(session)) if kind == "bgm")
    return names


async def music_of(life: Life) -> list[str]:
    """Name the music on a person's timeline."""
    state = await life.timeline(life.store)
    return [it.name for track in state.timeline.tracks if track.kind is TrackKind.BGM for it in track.segments]


@pytest.mark.timeout(300 + 20 * AT_RANDOM)
async def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Random kills while several people live their stories."""
    sys.stdout.write(f"CHAOS_SEED={SEED}\n")
    chance = random.Random(SEED)
    picture = make(tmp_path / "a.png").read_bytes()
    async with open_world(tmp_path) as world, world.store() as store:
        right = await asyncio.to_thread(undisturbed, world.api.target)
        lives = 0
        while world.kills.total() < AT_RANDOM:
            people = [Life(world, store, 7 + lives + at, picture) for at in range(4)]
            lives += len(people)
            stories = asyncio.gather(*(tell(life, chance.random() * 3) for life in people))
            killing = asyncio.create_task(kill(world, chance, stories))
            try:
                await stories
            finally:
                await killing
            await settled(world, store, people, right)


async def tell(life: Life, delay: float) -> None:
    await asyncio.sleep(delay)
    for wish in STORY:
        await life.live(wish)


async def kill(world: World, chance: random.Random, stories: asyncio.Future[Any]) -> None:
    """Kill one part after the other while stories are told."""
    while True:
        for part in chance.sample(PARTS, len(PARTS)):
            await asyncio.sleep(chance.random() * 1.5)
            if stories.done() or world.kills.total() >= AT_RANDOM:
                return
            await world.kill(part)
            await world.start(part)


async def settled(world: World, store: Store, people: Iterable[Life], right: dict[str, str]) -> None:
    """Nothing is left of what ended, nothing was paid twice, and the music is what was asked for."""

    async def clean() -> bool:
        return not await left_over(world, store)

    try:
        await until(clean)
    except TimeoutError:
        raise AssertionError(await left_over(world, store)) from None
    sent = world.sent()
    for life in people:
        session = await store.sessions.load(life.conversation)
        assert session
        assert 1 <= sent[session.session_id] <= await life.intents(store)
        assert await music_of(life) == [right[EDIT if EDIT in life.told else MUSIC]]
    assert world.server.violations == []


@dataclass(frozen=True)
class Moment:
    """A point in a job's life: when this request went out on this wire, and its reply has not come."""

    wire: str
    request: bytes

    def look_out(self, world: World, *, freeze: bool) -> Catch:
        return (world.redis if self.wire == "redis" else world.api).catch(self.request, freeze=freeze)


def begun(step: str) -> Moment:
    """The intent of a paid step stands in the journal, its result does not."""
    return Moment("redis", rb"\$\d+\r\n\d+\r\n\$\d+\r\n%b" % step.encode())


def finished(step: str) -> Moment:
    """The result of a step stands in the journal, and its worker does not know."""
    return Moment("redis", rb":job:[0-9a-f]{16}\r\n\$\d+\r\n%b" % step.encode())


TOLD = Moment("redis", rb"\$16\r\n[0-9a-f]{16}\r\n\$1\r\n0\r\n")
"""What is told for good, and not progress, goes to the job's log."""
MADE = Moment("redis", rb":presses\r\n\$16\r\n")
ENDS = Moment("redis", rb":events\r\n\$16\r\n[0-9a-f]{16}\r\n\$\d+\r\n\d+\r\n\$\d+\r\nfulfilled")
SENDS = Moment("api", rb"POST /run_sse ")
UPLOADS = Moment("api", rb"POST /api/upload-video/")
RENDERS = Moment("api", rb"POST /api/render/proxy/lambda ")
FETCHES = Moment("api", rb"GET /api/render/proxy/\S+/download ")

STEPS: tuple[tuple[str, tuple[Moment, ...]], ...] = (
    (MUSIC, (MADE, finished("send: before"), SENDS, finished("send"))),
    (EDIT, (finished("send: before"), SENDS, finished("send"), TOLD)),
    (UPLOAD, (finished("files"), UPLOADS, finished("upload 0"), ENDS)),
    (EXPORT, (MADE, RENDERS, finished("film\r\n"), FETCHES)),
    (MUSIC, (begun("send"), TOLD, RENDERS, ENDS)),
)
"""Each wish with moments of its job, in their order. A wish for music begins the life of another person."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("turn", range(TURNS))
async def test_killed_at_each_step(tmp_path: Path, turn: int) -> None:
    """At each moment one part dies; the turns give each moment to each part."""
    sys.stdout.write(f"CHAOS_SEED={SEED}\n")
    picture = make(tmp_path / "a.png").read_bytes()
    async with open_world(tmp_path) as world, world.store() as store:
        right = await asyncio.to_thread(undisturbed, world.api.target)
        people: list[Life] = []
        victims = itertools.islice(itertools.cycle(PARTS), (SEED + turn) % len(PARTS), None)
        for wish, moments in STEPS:
            if wish == MUSIC:
                people.append(Life(world, store, 7 + len(people), picture))
            living = asyncio.create_task(people[-1].live(wish))
            try:
                await kill_at_each(world, moments, victims, living)
            finally:
                await living
            next(victims)
        assert world.kills.total() == DIRECTED
        await settled(world, store, people, right)


async def kill_at_each(
    world: World, moments: Sequence[Moment], victims: Iterator[str], living: asyncio.Task[None]
) -> None:
    """At each moment of a life, kill a part."""
    catch = moments[0].look_out(world, freeze=True)
    for moment, later in itertools.zip_longest(moments, moments[1:]):
        waiting = asyncio.create_task(catch.caught.wait())
        await asyncio.wait([waiting, living], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        assert catch.caught.is_set(), f"{moment} never came"
        part = next(victims)
        await world.kill(part)
        if later:
            catch = later.look_out(world, freeze=True)
        for wire in (world.redis, world.api):
            wire.cut()
        await world.start(part)


@pytest.mark.timeout(600)
async def test_replies_lost_and_connections_half_dead(tmp_path: Path) -> None:
    """Networks fail as well: at the last moment of each wish all connections become half dead, before replies get lost.

    Nobody is killed, and all finds its way by itself.
    """
    picture = make(tmp_path / "a.png").read_bytes()
    async with open_world(tmp_path) as world, world.store() as store:
        right = await asyncio.to_thread(undisturbed, world.api.target)
        life = Life(world, store, 7, picture)
        for wish, moments in STEPS[: len(STORY)]:
            catches = [moment.look_out(world, freeze=moment is moments[-1]) for moment in moments]
            await life.live(wish)
            assert [catch.caught.is_set() for catch in catches] == [True] * len(catches)
        await settled(world, store, [life], right)
