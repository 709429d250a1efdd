"""How often a command of a person goes to Redis and back, and with how many bytes, seen on the wire."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.ground import Chats, Wire, counting, running_valkey
from benchmarks.track import studio
from core.app import CoreConfig, Work, open_core
from core.commands import Action
from core.messages import Chat, IncomingMessage, Person
from core.nemo.model import Backend, Deadlines

COMMANDS = (
    (Action.MUSIC, "calm piano 5 seconds seed 7"),
    (Action.STATUS, ""),
    (Action.CREDITS, ""),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost on the wire, and how many commands the server did for it, those of scripts included."""

    command: Action
    wire: Wire
    commands: int


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
        valkey, wire = await stack.enter_async_context(running_valkey()), Wire()
        redis_url = await stack.enter_async_context(counting(valkey.socket, wire))
        quick = Deadlines(render_first=0, render_every=0.5, render_polls=600)
        backend = Backend(api_url=url, web_url=None, platform="unknown", deadlines=quick)
        config = CoreConfig(redis_url=redis_url, backend=backend, work_dir=folder / "work")
        app = await stack.enter_async_context(open_core(config, Work(fetches={})))
        await stack.enter_async_context(app.gateway.serving(Chats()))
        costs: list[Cost] = []
        for number in range(2):
            costs.clear()
            for command, text in COMMANDS:
                wire.reset()
                before = await _processed(valkey.socket)
                who, where = Person("bench", "1", "en"), Chat("bench", "1")
                said = IncomingMessage(who, where, f"{command}{number}", text, command, address="1")
                await (await app.gateway.accept(said))
                # The second question for the count is not the bot's.
                counted = await _processed(valkey.socket) - before - 1
                costs.append(Cost(command, replace(wire), counted))
        return costs
