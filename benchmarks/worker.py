"""A worker alone: `python -m benchmarks.worker REDIS_URL API_URL FOLDER AT_ONCE`.

It listens to its input. "work": begin to work. "lag": answer how many seconds late its event loop was at worst since it
was asked last. Each line is answered by one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

from core.app import CoreConfig, Work, open_core
from core.nemo.model import Backend

_EVERY = 0.005


class _Lag:
    def __init__(self) -> None:
        self.worst = 0.0

    async def watch(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            due = now() + _EVERY
            await asyncio.sleep(_EVERY)
            self.worst = max(self.worst, now() - due)


async def _lines() -> AsyncIterator[str]:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().strip()


async def _run(redis_url: str, api_url: str, folder: str, at_once: str) -> None:
    backend = Backend(api_url=api_url, web_url=None, platform="unknown")
    config = CoreConfig(redis_url=redis_url, backend=backend, work_dir=Path(folder))
    lag, watching = _Lag(), None
    async with AsyncExitStack() as working:
        async for word in _lines():
            if word == "work":
                work = Work(fetches={}, at_once=int(at_once))
                await working.enter_async_context(open_core(config, work))
            elif watching is None:
                # An idle worker is measured without it.
                watching = asyncio.create_task(lag.watch())
            sys.stdout.write(json.dumps(lag.worst) + "\n")
            sys.stdout.flush()
            lag.worst = 0.0


if __name__ == "__main__":
    asyncio.run(_run(*sys.argv[1:]))
