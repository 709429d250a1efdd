"""A process that works on jobs and never ends one: python -m tests.support.one_worker REDIS_URL hang|die.

It prints "begun JOB EPOCH" for each job that it begins; then it waits, or kills itself as the system would.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from pathlib import Path

from core.jobs.engine import open_engine
from core.jobs.job import Job
from core.jobs.worker import Worker
from core.messages import Outcome
from core.store import JobRecord, Vault, open_store
from tests.support.one_message import SECRET, TIMING


async def _main(redis_url: str, manner: str) -> None:
    async def run(job: Job, _: JobRecord) -> Outcome:
        sys.stdout.write(f"begun {job.id} {job.epoch}\n")
        sys.stdout.flush()
        if manner == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.Event().wait()
        return Outcome.FAILED

    async with open_store(redis_url, Vault(SECRET)) as store, open_engine(redis_url) as (docket, notify):
        worker = Worker(store, notify, run, TIMING, lambda: uuid.uuid4().hex, Path("nowhere"))
        async with worker.working(docket, at_once=10, drain=0):
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
