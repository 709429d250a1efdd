"""A process that handles one message and prints the stages it draws, for tests that kill it.

python -m tests.support.one_message REDIS_URL API_URL WORK_DIR MESSAGE_ID TEXT
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from core.app import CoreConfig, Work, open_core
from core.commands import Action
from core.jobs.worker import Timing
from core.messages import Chat, IncomingMessage, Person
from core.nemo.model import Backend, Deadlines
from core.sender import OutgoingMessage
from core.store import Conversation
from tests.support.screen import RecordingScreen, RecordingSender

TIMING = Timing(lease=0.8, look=0.05, sweep=0.3, gateway=0.6, pace=0)
ME, HERE = Person("test", "7", "en"), Chat("test", "42")
SECRET = b"the secret of the tests, 32 bytes"


class _Printing(RecordingScreen):
    def record(self, item: OutgoingMessage) -> None:
        sys.stdout.write(f"stage {item.progress.stage}\n" if item.progress else f"shown {len(item.files)} files\n")
        sys.stdout.flush()


async def _main(redis_url: str, api_url: str, work_dir: str, message_id: str, text: str) -> None:
    backend = Backend(api_url=api_url, web_url=None, platform="test", deadlines=Deadlines())
    config = CoreConfig(redis_url=redis_url, backend=backend, work_dir=Path(work_dir), secret_key=SECRET, timing=TIMING)
    sender = RecordingSender()
    sender.current = _Printing()
    async with open_core(config, Work(fetches={})) as app, app.gateway.serving(sender, Conversation.of(ME, HERE).chat):
        message = IncomingMessage(ME, HERE, message_id, text, Action.MUSIC)
        await (await app.gateway.accept(message))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
