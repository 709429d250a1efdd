"""How often a command of a person goes to Redis and back, and with how many bytes, seen on the wire."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from benchmarks.track import studio
from bots.embedded.valkey import EmbeddedValkey
from core.app import Ground, Work, open_bot
from core.nemo.model import Backend, Deadlines
from core.words import Chat, Command, Person, Progress, Said, Shown

COMMANDS = (
    (Command.MUSIC, "calm piano 5 seconds seed 7"),
    (Command.STATUS, ""),
    (Command.CREDITS, ""),
)


@dataclass(slots=True)
class Wire:
    """What went to Redis: `trips` there and back, and the bytes of both ways."""

    trips: int = 0
    sent: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost on the wire, and how many commands the server did for it, those of scripts included."""

    command: Command
    wire: Wire
    commands: int


class _Screen:
    pace = 0.0
    largest_file: int | None = None
    address: str | None = None

    def watch(self, moved: Callable[[str], Awaitable[None]]) -> None:
        """Stay where it is."""

    async def close(self) -> None:
        """Look away."""

    async def draw(self, progress: Progress) -> None:
        """Look away."""

    async def show(self, item: Shown) -> None:
        """Look away."""


@asynccontextmanager
async def _wire(socket: Path, wire: Wire) -> AsyncIterator[str]:
    """Stand between a Redis client and a server and count; yield the address for the client."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(str(socket))
        asking = False

        async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, *, asks: bool) -> None:
            nonlocal asking
            while data := await source.read(65_536):
                if asks:
                    wire.sent += len(data)
                    wire.trips += not asking
                else:
                    wire.received += len(data)
                asking = asks
                target.write(data)
                await target.drain()
            target.close()

        await asyncio.gather(carry(reader, there_writer, asks=True), carry(there_reader, writer, asks=False))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield "redis://{}:{}/0".format(*server.sockets[0].getsockname())
    finally:
        server.close()


async def _processed(socket: Path) -> int:
    """Return how many commands the server has done so far."""
    reader, writer = await asyncio.open_unix_connection(str(socket))
    writer.write(b"INFO stats\r\n")
    length = int((await reader.readline())[1:])
    stats = (await reader.readexactly(length)).decode()
    writer.close()
    return int(stats.partition("total_commands_processed:")[2].split()[0])


async def measure() -> list[Cost]:
    """Say each command to a bot with an embedded Valkey and studio, once to warm up and once to be counted."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url, _ = await stack.enter_async_context(studio(folder / "studio"))
        valkey = EmbeddedValkey(folder)
        valkey.folder.mkdir()
        process = valkey.start()
        stack.callback(process.wait)
        stack.push_async_callback(valkey.dismiss)
        while not await valkey.answers():  # noqa: ASYNC110 its answer is the only sign
            await asyncio.sleep(0.05)
        socket, wire = Path(unquote(valkey.url.removeprefix("unix://"))), Wire()
        redis_url = await stack.enter_async_context(_wire(socket, wire))
        quick = Deadlines(render_first=0, render_every=0.5, render_polls=600)
        backend = Backend(api_url=url, web_url=None, platform="unknown", deadlines=quick)
        ground = Ground(redis_url=redis_url, backend=backend, work_dir=folder / "work")
        bot = await stack.enter_async_context(open_bot(ground, Work(fetches={})))
        costs = []
        for number in range(2):
            costs.clear()
            for command, text in COMMANDS:
                wire.trips = wire.sent = wire.received = 0
                before = await _processed(socket)
                said = Said(Person("bench", "1", "en"), Chat("bench", "1"), f"{command}{number}", text, command)
                await bot.handle(said, _Screen())
                # The second question for the count is not the bot's.
                counted = await _processed(socket) - before - 1
                costs.append(Cost(command, Wire(wire.trips, wire.sent, wire.received), counted))
        return costs
