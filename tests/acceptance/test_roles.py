"""Studio, worker and gateway as processes of their own, on a Valkey with a password, before a Telegram on loopback."""

from __future__ import annotations

import asyncio
import io
import json
import secrets
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import av
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support import telegram_server as telegrams
from tests.support.ports import free_port
from tests.support.program import Program
from tests.support.telegram_server import TelegramServer, telegram_server
from tests.support.valkey import tcp_valkey

WISH = "/music calm piano 5s"
SECRET = secrets.token_hex(32)
# As in a container: nothing can be written in the home (here not even by root), only in DATA_DIR and /tmp.
NO_HOME = "/proc/no-home"


class Role:
    """A process of one role, with a data directory of its own; its log is read when it has ended."""

    def __init__(self, home: Path, *words: str, **settings: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        usual = {"HOME": NO_HOME, "LOG_FORMAT": "json", "STUDIO_IDLE_EXIT": "", "HEALTH_PORT": str(self.port)}
        self.program = Program(home, **{**usual, **settings})
        self._log = home / "log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                self.program.command(*words),
                cwd=home,
                env=self.program.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    @property
    def log(self) -> str:
        """What it wrote so far."""
        return self._log.read_text("utf-8")

    @property
    def lines(self) -> list[dict[str, str]]:
        """The lines of its log, each of which is JSON."""
        return [json.loads(line) for line in self.log.splitlines()]

    async def asked(self, path: str) -> tuple[int, str]:
        """Ask its port for health or metrics; 0 while it does not listen."""
        try:
            async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{self.port}{path}") as answer:
                return answer.status, await answer.text()
        except aiohttp.ClientConnectionError:
            return 0, ""

    async def tells(self, metric: str) -> None:
        """Wait until it counts this."""
        async with asyncio.timeout(120):
            while metric not in (await self.asked("/metrics"))[1]:  # noqa: ASYNC110 another process, no event tells
                await asyncio.sleep(0.1)

    async def stopped(self) -> int:
        """Ask it to end and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, 120)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def valkey() -> Iterator[str]:
    with tcp_valkey("--appendonly", "yes", "--maxmemory-policy", "noeviction") as url:
        yield url


class World:
    """Everything that runs, and what they share."""

    def __init__(self, home: Path, redis_url: str, telegram: TelegramServer, studio_port: int) -> None:
        self.home = home
        self.telegram = telegram
        self.roles: list[Role] = []
        self.shared = {
            "REDIS_URL": redis_url,
            "SECRET_KEY": SECRET,
            "BACKEND": "studio",
            "NEMO_API_URL": f"http://127.0.0.1:{studio_port}",
            "TELEGRAM_TOKEN": telegrams.TOKEN,
            "TELEGRAM_API_URL": telegram.base,
        }

    def start(self, role: str) -> Role:
        """Start one more gateway or worker."""
        self.roles.append(Role(self.home / f"{role}{len(self.roles)}", role, **self.shared))
        return self.roles[-1]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(120):
            while not condition():
                for role in self.roles:
                    assert role.process.poll() in (None, 0, -signal.SIGKILL), role.log
                await asyncio.sleep(0.05)

    async def ready(self, role: Role) -> None:
        async with asyncio.timeout(120):
            while (await role.asked("/readyz"))[0] != 200:
                assert role.process.poll() is None, role.log
                await asyncio.sleep(0.05)

    async def jobs(self, *words: str) -> tuple[int, str, str]:
        """Run `python -m bots jobs` and return its exit status and output."""
        program = Program(self.home / "desk", HOME=NO_HOME, **self.shared)
        program.home.mkdir(exist_ok=True)
        end = await asyncio.to_thread(program.run, "jobs", *words)
        return end.status, end.out, end.err


@asynccontextmanager
async def apart(home: Path, valkey: str, **studio: str) -> AsyncIterator[World]:
    port = free_port()
    words = ("studio", "--host", "127.0.0.1", "--port", str(port))
    async with telegram_server() as telegram:
        world = World(home, valkey, telegram, port)
        serving = Role(home / "studio", *words, **studio)
        serving.port = port
        world.roles.append(serving)
        try:
            await world.ready(serving)
            yield world
        finally:
            for role in world.roles:
                role.kill()


def films(telegram: TelegramServer) -> list[telegrams.Message]:
    return [message for message in telegram.shown if message.file]


def length(film: bytes) -> float:
    with av.open(io.BytesIO(film)) as opened:
        video = opened.streams.video[0]
        return sum(1 for _ in opened.decode(video)) / float(video.average_rate or 0)


async def test_a_film_comes_through_three_processes_and_another_gateway_goes_on_with_the_same_message(
    tmp_path: Path, valkey: str
) -> None:
    async with apart(tmp_path, valkey, STUDIO_QUIRK_SLOW_STAGE="4") as world:
        telegram = world.telegram
        worker, gateway = world.start("worker"), world.start("gateway")
        await world.ready(worker)
        await world.ready(gateway)
        await telegram.say(WISH)
        await world.until(lambda: [message for message in telegram.shown if message.edits])
        progress = telegram.shown[0]
        gateway.kill()
        assert "is ready" not in progress.text
        assert not films(telegram)
        second = world.start("gateway")
        await world.until(lambda: films(telegram))
        (film,) = films(telegram)
        assert film.file
        # What the first gateway posted is what the second one edited, and nothing was posted twice.
        assert telegram.shown[0].id == progress.id
        assert "is ready" in telegram.shown[0].text
        assert len({message.text for message in telegram.shown}) == telegram.count("sendMessage")
        assert length(film.file[1]) == pytest.approx(5.0, abs=1e-6)
        assert telegram.violations == []
        assert [await role.stopped() for role in (second, worker, world.roles[0])] == [0, 0, 0]
        (job,) = {line["job"] for line in worker.lines if "job" in line}
        assert [line["message"] for line in worker.lines if line.get("job") == job][:1] == ["Job begun: music"]
        secret_words = (SECRET, telegrams.TOKEN, urlsplit(valkey).password or "?", "nmv_usr_", "calm piano")
        for role in world.roles:
            assert not [word for word in secret_words if word in role.log]
        for role in (worker, gateway, second):
            assert all({"time", "level", "logger", "message"} <= set(line) for line in role.lines)


async def at_work(world: World) -> tuple[Role, Role]:
    """Start a worker and a gateway, and wait until a piece is being made."""
    worker, gateway = world.start("worker"), world.start("gateway")
    await world.ready(worker)
    await world.ready(gateway)
    await world.telegram.say(WISH)
    await worker.tells("bot_open_streams 1.0")
    return worker, gateway


async def test_a_worker_that_is_told_twice_to_end_leaves_its_job_to_the_next_one(tmp_path: Path, valkey: str) -> None:
    async with apart(tmp_path, valkey, STUDIO_QUIRK_SLOW_STAGE="4") as world:
        worker, _ = await at_work(world)
        worker.process.send_signal(signal.SIGTERM)
        await world.until(lambda: "Ending" in [line["message"] for line in worker.lines])
        # What runs may go on for a minute; two signals within half a second count as one.
        with pytest.raises(subprocess.TimeoutExpired):
            await asyncio.to_thread(worker.process.wait, 0.6)
        worker.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.process.wait, 120) == 0
        assert not films(world.telegram)
        world.roles.remove(worker)
        world.start("worker")
        await world.until(lambda: films(world.telegram))
        assert len(films(world.telegram)) == 1
        # It was given back, so that nobody waits for its lease to run out, and no worker counts as lost over it.
        (job,) = {line["job"] for line in worker.lines if "job" in line}
        facts = dict(line.split(maxsplit=1) for line in (await world.jobs("show", job))[1].splitlines())
        assert (facts["epoch"], facts["lost"]) == ("2", "0")
        await world.telegram.say("/credits")
        await world.until(lambda: any("99 credits" in message.text for message in world.telegram.shown))


async def test_operators_see_a_job_from_its_beginning_to_its_end_but_not_its_words(tmp_path: Path, valkey: str) -> None:
    async with apart(tmp_path, valkey, STUDIO_QUIRK_SLOW_STAGE="1") as world:
        worker, gateway = await at_work(world)
        await worker.tells("bot_jobs_working 1.0")
        listed = await world.jobs()
        assert listed[0] == 0, listed
        (row,) = listed[1].splitlines()[1:]
        job = row.split()[0]
        assert ("music" in row, "working" in row) == (True, True)
        await world.until(lambda: films(world.telegram))
        await worker.tells('kind="music",outcome="fulfilled"')
        shown = await world.jobs("show", job)
        assert (shown[0], "done" in shown[1], "fulfilled" in shown[1]) == (0, True, True)
        assert await world.jobs() == (0, "There is nothing to do.\n", "")
        refused = await world.jobs("requeue", job)
        assert (refused[0], job in refused[2]) == (1, True), refused
        assert not [text for text in (*listed, *shown, *refused) if "calm" in str(text)]
        counted = {
            sample.name: sample.value
            for role in (worker, gateway)
            for family in text_string_to_metric_families((await role.asked("/metrics"))[1])
            for sample in family.samples
            if sample.value
        }
        assert counted["bot_credits_spent_total"] == 1
        assert counted["bot_edits_total"] >= 1
        assert {name for name in counted if name.startswith("bot_")} >= {"bot_jobs_total", "bot_stage_seconds_sum"}
        assert "bot_open_streams" not in counted


async def test_who_watches_a_worker_sees_it_stop_until_its_last_job_is_done(tmp_path: Path, valkey: str) -> None:
    async with apart(tmp_path, valkey, STUDIO_QUIRK_SLOW_STAGE="2") as world:
        worker, _ = await at_work(world)
        worker.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(120):
            while (await worker.asked("/readyz"))[0] == 200:  # noqa: ASYNC110 another process, no event tells
                await asyncio.sleep(0.02)
        # Two looks, the second one well into the drain: what is told is no last breath.
        for _ in range(2):
            assert await worker.asked("/readyz") == (503, "stopping\n")
            assert (await worker.asked("/healthz"))[0] == 200
            assert "bot_jobs_working 1.0" in (await worker.asked("/metrics"))[1]
            assert not films(world.telegram)
            await asyncio.sleep(0.2)
        assert await asyncio.to_thread(worker.process.wait, 120) == 0
        assert await worker.asked("/healthz") == (0, "")
        await world.until(lambda: films(world.telegram))
        (job,) = {line["job"] for line in worker.lines if "job" in line}
        assert (await world.jobs("show", job))[1].count("fulfilled") == 1
