"""One role of the bot in a process of its own, with short leases, before servers on loopback.

python -m tests.support.role gateway|worker REDIS_URL API_URL WORK_DIR TELEGRAM_URL
"""

from __future__ import annotations

import asyncio
import logging
import sys
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from bots import telegram
from core.app import CoreConfig, Work, open_core
from core.nemo.model import Backend
from tests.support.conversation import QUICK
from tests.support.gateway import LIMITS
from tests.support.one_message import SECRET, TIMING
from tests.support.telegram_server import TOKEN

# A studio that was killed needs a while to come back, and then to make its music once more.
DEADLINES = replace(QUICK, request=5, recover_reads=60)


async def _serve(role: str, redis_url: str, api_url: str, work_dir: str, telegram_url: str) -> None:
    backend = Backend(api_url=api_url, web_url=None, platform="test", deadlines=DEADLINES)
    config = CoreConfig(redis_url=redis_url, backend=backend, work_dir=Path(work_dir), secret_key=SECRET, timing=TIMING)
    token, stop = SecretStr(TOKEN), asyncio.Event()
    async with telegram.TelegramFiles(token, telegram_url, telegram.download_limit(telegram_url)) as files:
        work = Work(fetches={telegram.PLATFORM: files.fetch}) if role == "worker" else None
        async with open_core(config, work) as app:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            if role == "worker":
                await stop.wait()
            await telegram.serve(token, app.gateway, api_url=telegram_url, stop=stop, limits=LIMITS, first_wait=0.05)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(_serve(*sys.argv[1:]))
