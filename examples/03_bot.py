"""A bot of your own over `core`: a sender that prints, one message, and everything that comes in answer to it.

    python examples/03_bot.py "calm piano, 5 seconds"

Needs the packages of this repository (`make install`). Valkey and the studio are started and stopped with it.
"""

import asyncio
import shutil
import sys
import uuid
from contextlib import AsyncExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where nothing is installed, use this checkout

from bots.bootstrap import open_parts
from bots.settings import load
from core.app import Work, open_core
from core.messages import Chat, IncomingMessage, Person
from core.sender import Limits, OutgoingMessage


class Printer:
    """`core.sender.Sender`: what the core asks of a platform. An address is whatever the adapter makes of a chat."""

    platform = "example"

    def destination(self, address: str) -> str:
        return ""  # the chat whose flood limits this address shares: none here

    def limits(self, address: str) -> Limits:
        return Limits(pace=1.0, text=4096, caption=1024)  # drawings of progress a second; characters of a message

    def delay(self, address: str, *, urgent: bool) -> float:
        return 0.0  # how long this chat is to be left alone: where the platform limits what it takes

    def markup(self, text: str) -> str:
        return text

    async def post(self, address: str, item: OutgoingMessage, *, nonce: str, silent: bool, reply: bool) -> int:
        await self.edit(address, 1, item)
        return 1  # the id of the message, by which it is edited

    async def edit(self, address: str, message: int, item: OutgoingMessage) -> None:
        print(f"[{message}] {item.body}", *(f"({button.label})" for button in item.buttons))
        for file in item.files:
            print("saved", shutil.copy(file.path, file.name))  # it is there until this returns

    async def delete(self, address: str, message: int) -> None:
        print(f"[{message}] deleted")

    async def elsewhere(self, address: str, refusal: Exception) -> str | None:
        return None  # another way to the person, such as a direct message


async def main(text: str) -> None:
    settings = load()
    me, here = Person("example", "me", language="en"), Chat("example", "here")
    message = IncomingMessage(me, here, uuid.uuid4().hex, text, address="here")
    async with AsyncExitStack() as stack:
        config = await stack.enter_async_context(open_parts(settings))
        app = await stack.enter_async_context(open_core(config, Work(fetches={})))
        await stack.enter_async_context(app.gateway.serving(Printer()))
        delivering = await app.gateway.accept(message)  # the job is kept now, whatever happens to this process
        print(await delivering)


asyncio.run(main(sys.argv[1]))
