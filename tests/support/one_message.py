"""A process that handles one message and prints the stages it draws, for tests that kill it.

python -m tests.support.one_message REDIS_URL API_URL WORK_DIR MESSAGE_ID TEXT
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from core.app import open_bot
from core.jobs.line import Pulse
from core.nemo.model import Backend, Deadlines
from core.words import Chat, Command, Person, Progress, Said, Shown

LEASE = 0.8
SECRET = b"the secret of the tests"


class _Printing:
    pace = 0.0
    largest_file = None

    async def draw(self, progress: Progress) -> None:
        sys.stdout.write(f"stage {progress.stage}\n")
        sys.stdout.flush()

    async def show(self, item: Shown) -> None:
        sys.stdout.write(f"shown {item.__class__.__name__}\n")
        sys.stdout.flush()


async def _main(redis_url: str, api_url: str, work_dir: str, message_id: str, text: str) -> None:
    pulse = Pulse(lease=LEASE, look=0.05)
    backend = Backend(api_url=api_url, web_url=None, platform="test", deadlines=Deadlines())
    async with open_bot(redis_url, backend, Path(work_dir), secret_key=SECRET, pulse=pulse) as bot:
        said = Said(Person("test", "7", "en"), Chat("test", "42"), message_id, text, Command.MUSIC)
        await bot.handle(said, _Printing())


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
