"""Studio, worker and gateway as processes of their own, on a Valkey with a password, before a Telegram on loopback."""

from __future__ import annotations

import asyncio
import io
import json
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.support import telegram_server as telegrams
from tests.support.decode import length
from tests.support.ports import free_port
from tests.support.program import Ended, Program
from tests.support.telegram_server import TelegramServer, telegram_server
from tests.support.valkey import tcp_valkey
from tests.support.waiting import PATIENCE, until

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
            self.process = self.program.start(*words, out=log)

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

    async def tells(self, metric: str) -> str:
        """Wait until it counts this; return all that it counts then."""

        async def told() -> str:
            _, text = await self.asked("/metrics")
            return text if metric in text else ""

        return await until(told)

    async def ready(self) -> None:
        """Wait until it serves."""

        async def serves() -> bool:
            return (await self.asked("/readyz"))[0] == 200

        await until(serves)

    async def stopped(self) -> int:
        """Ask it to end and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, PATIENCE)

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

    async def jobs(self, *words: str) -> Ended:
        """Run `python -m bots jobs`."""
        program = Program(self.home / "desk", HOME=NO_HOME, **self.shared)
        program.home.mkdir(exist_ok=True)
        return await asyncio.to_thread(program.run, "jobs", *words)


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
            await serving.ready()
            yield world
        finally:
            for role in world.roles:
                role.kill()
                sys.stdout.write(role.log)


def films(telegram: TelegramServer) -> list[telegrams.Message]:
    return [message for message in telegram.shown if message.file]


async def at_work(world: World) -> tuple[Role, Role, str]:
    """Start a worker and a gateway, and wait until a piece is being made; return its job too."""
    worker, gateway = world.start("worker"), world.start("gateway")
    await worker.ready()
    await gateway.ready()
    await world.telegram.say(WISH)
    await worker.tells("bot_open_streams 1.0")
    return worker, gateway, next(line["job"] for line in worker.lines if "job" in line)


async def test_a_film_comes_through_three_processes_and_another_gateway_goes_on_with_the_same_message(
    tmp_path: Path, valkey: str
) -> None:
    """Operators see the end of the job, but not its words."""
    async with apart(tmp_path, valkey, STUDIO_QUIRK_SLOW_STAGE="4") as world:
        telegram = world.telegram
        worker, gateway, job = await at_work(world)
        await until(lambda: [message for message in telegram.shown if message.edits])
        progress = telegram.shown[0]
        await gateway.tells("bot_edits_total")
        gateway.kill()
        assert "is ready" not in progress.text
        assert not films(telegram)
        assert "bot_credits_spent_total 1.0" in await worker.tells('kind="music",outcome="fulfilled"')
        second = world.start("gateway")
        await until(lambda: films(telegram))
        (film,) = films(telegram)
        assert film.file
        # What the first gateway posted is what the second one edited, and nothing was posted twice.
        assert telegram.shown[0].id == progress.id
        assert "is ready" in telegram.shown[0].text
        assert len({message.text for message in telegram.shown}) == telegram.count("sendMessage")
        assert length(io.BytesIO(film.file[1])) == pytest.approx(5.0, abs=1e-6)
        assert telegram.violations == []

        shown, none, refused = await world.jobs("show", job), await world.jobs(), await world.jobs("requeue", job)
        assert (shown.status, "done" in shown.out, "fulfilled" in shown.out) == (0, True, True)
        assert (none.status, none.out) == (0, "There is nothing to do.\n")
        assert (refused.status, job in refused.err) == (1, True)
        assert not [end for end in (shown, refused) if "calm" in end.out + end.err]

        assert [await role.stopped() for role in (second, worker, world.roles[0])] == [0, 0, 0]
        assert [line["message"] for line in worker.lines if line.get("job") == job][:1] == ["Job begun: music"]
        secret_words = (SECRET, telegrams.TOKEN, urlsplit(valkey).password or "?", "nmv_usr_", "calm piano")
        for role in world.roles:
            assert not [word for word in secret_words if word in role.log]
        for role in (worker, gateway, second):
            assert all({"time", "level", "logger", "message"} <= set(line) for line in role.lines)


async def test_a_worker_that_is_told_twice_to_end_leaves_its_job_to_the_next_one(tmp_path: Path, valkey: str) -> None:
    """Who watches it sees that it stops, and that it works on for a minute until it is told again."""
    async with apart(tmp_path, valkey, STUDIO_QUIRK_SLOW_STAGE="4") as world:
        worker, _, job = await at_work(world)
        worker.process.send_signal(signal.SIGTERM)
        await until(lambda: "Ending" in [line["message"] for line in worker.lines])
        # Two looks, the second one well into the drain; and two signals within half a second count as one.
        for _ in range(2):
            assert await worker.asked("/readyz") == (503, "stopping\n")
            assert (await worker.asked("/healthz"))[0] == 200
            assert "bot_jobs_working 1.0" in (await worker.asked("/metrics"))[1]
            await asyncio.sleep(0.6)
        assert await worker.stopped() == 0
        assert not films(world.telegram)
        listed = (await world.jobs()).out
        (row,) = listed.splitlines()[1:]
        assert (job in row, "music" in row, "calm" in listed) == (True, True, False)
        world.start("worker")
        await until(lambda: films(world.telegram))
        assert len(films(world.telegram)) == 1
        # It was given back, so that nobody waits for its lease to run out, and no worker counts as lost over it.
        facts = dict(line.split(maxsplit=1) for line in (await world.jobs("show", job)).out.splitlines())
        assert (facts["epoch"], facts["lost"]) == ("2", "0")
        await world.telegram.say("/credits")
        await until(lambda: any("99 credits" in message.text for message in world.telegram.shown))
