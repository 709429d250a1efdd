"""A process that handles one message and prints the stages it draws, for tests that kill it.

python -m tests.support.one_message REDIS_URL API_URL WORK_DIR MESSAGE_ID TEXT
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from core.app import CoreConfig, Work, open_bot
from core.jobs.worker import Timing
from core.messages import Chat, Command, IncomingMessage, Person, Progress, Shown
from core.nemo.model import Backend, Deadlines

PULSE = Timing(lease=0.8, look=0.05, sweep=0.3, screen=0.6, pace=0)
SECRET = b"the secret of the tests, 32 bytes"


class _Printing:
    pace = 0.0
    largest_file = None
    address = None

    def watch(self, moved: Callable[[str], Awaitable[None]]) -> None:
        """Stay where it is."""

    async def close(self) -> None:
        """Leave everything as it is."""

    async def draw(self, progress: Progress) -> None:
        sys.stdout.write(f"stage {progress.stage}\n")
        sys.stdout.flush()

    async def show(self, item: Shown) -> None:
        sys.stdout.write(f"shown {item.__class__.__name__}\n")
        sys.stdout.flush()


async def _main(redis_url: str, api_url: str, work_dir: str, message_id: str, text: str) -> None:
    backend = Backend(api_url=api_url, web_url=None, platform="test", deadlines=Deadlines())
    ground = CoreConfig(redis_url=redis_url, backend=backend, work_dir=Path(work_dir), secret_key=SECRET, pulse=PULSE)
    async with open_bot(ground, Work(fetches={})) as bot:
        said = IncomingMessage(Person("test", "7", "en"), Chat("test", "42"), message_id, text, Command.MUSIC)
        await bot.handle(said, _Printing())


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
