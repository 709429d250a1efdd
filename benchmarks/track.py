"""From a prompt to the MP4 through the studio's own API."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from core.nemo import NemoClient
from core.nemo.model import Backend, RenderState, ToolResult

STYLE = "upbeat energetic"


@dataclass(slots=True)
class Run:
    """One track: seconds of each part, the largest memory seen in bytes, the file's size in bytes."""

    length: int
    answer: float = 0.0
    film: float = 0.0
    fetch: float = 0.0
    memory: int = 0
    size: int = 0
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Seconds from the prompt to the file."""
        return self.answer + self.film + self.fetch


def prompt(length: int) -> str:
    """Return the wish that is measured; its seed makes every run play the same notes."""
    return f"{STYLE} {length} seconds seed 7"


@contextlib.asynccontextmanager
async def studio(directory: Path) -> AsyncIterator[tuple[str, psutil.Process]]:
    """Run the studio as a person would have it, and yield its address and process."""
    port = 18_700 + os.getpid() % 1000
    command = [sys.executable, "-m", "bots", "studio", "--port", str(port)]
    environment = os.environ | {"DATA_DIR": str(directory), "BACKEND": "studio"}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
    try:
        for _ in range(600):
            await asyncio.sleep(0.1)
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


def memory(process: psutil.Process) -> int:
    """Return the sum of the proportional set sizes of a process and all below it, in bytes."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            used = one.memory_full_info()
            total += getattr(used, "pss", used.uss)
    return total


async def _watch(process: psutil.Process, run: Run) -> None:
    while True:
        run.memory = max(run.memory, await asyncio.to_thread(memory, process))
        await asyncio.sleep(0.25)


async def one(nemo: NemoClient, length: int, folder: Path) -> Run:
    """Make one track from its prompt to the file on disk."""
    run = Run(length)
    token = (await nemo.anonymous_token(str(uuid.uuid4()))).token
    session = await nemo.create_session(token, "en")
    began = last = time.monotonic()
    async with nemo.run(token, session.session_id, prompt(length)) as events:
        async for event in events:
            if isinstance(event, ToolResult) and event.stage and event.fraction is not None:
                now = time.monotonic()
                run.stages[event.stage] = run.stages.get(event.stage, 0.0) + now - last
                last = now
    run.answer = time.monotonic() - began
    state = await nemo.state(token, session.session_id)
    render_id = f"render_{uuid.uuid4().hex}"
    began = time.monotonic()
    await nemo.start_render(token, session.session_id, render_id, state.draft_json)
    while (status := await nemo.render_status(token, render_id)).state is not RenderState.COMPLETED:
        if status.state is RenderState.FAILED:
            raise RuntimeError("the render failed")
        await asyncio.sleep(0.05)
    run.film = time.monotonic() - began
    began = time.monotonic()
    run.size = await nemo.download(token, render_id, status.url, folder / f"{length}.mp4", lambda _: None)
    run.fetch = time.monotonic() - began
    return run


async def measure(lengths: Iterable[int]) -> list[Run]:
    """Measure every length in one warm studio."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url, process = await stack.enter_async_context(studio(folder))
        backend = Backend(api_url=url, web_url=None, platform="unknown")
        nemo = await stack.enter_async_context(NemoClient(backend))
        await one(nemo, 5, folder)
        return [await _watched(nemo, length, folder, process) for length in lengths]


async def _watched(nemo: NemoClient, length: int, folder: Path, process: psutil.Process) -> Run:
    seen = Run(length)
    watcher = asyncio.create_task(_watch(process, seen))
    try:
        run = await one(nemo, length, folder)
    finally:
        watcher.cancel()
    run.memory = seen.memory
    return run
