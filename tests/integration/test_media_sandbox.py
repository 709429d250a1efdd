"""Strangers' files are opened in processes with limits, of which nothing is left behind, whoever dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from media import Fault, NotMedia, probe, shrink, warm_up
from media.sandbox import Arguments, ProcessLimits, run
from tests.support.files import make_audio, make_video

AMPLE = ProcessLimits(memory=4_000_000_000, cpu=60, wall=60.0, written=10**9)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a film that takes seconds to shrink."""
    folder = tmp_path_factory.mktemp("film")
    return make_video(folder / "a.mp4", seconds=20, width=960, height=540, sound=False)


def _order(film: Path, to: Path) -> Arguments:
    return {"path": str(film), "to": str(to), "largest": 2_000_000}


def _server(caller: psutil.Process | None = None) -> psutil.Process:
    """Return the caller's fork server, as soon as it has begun."""
    while True:
        for child in (caller or psutil.Process()).children():
            with contextlib.suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
                if "media.fork_server" in child.cmdline():
                    return child
        time.sleep(0.01)


async def _child(server: psutil.Process) -> psutil.Process:
    """Wait for the server's first child to have its own session: from then on it works."""
    while True:
        for child in server.children():
            if os.getsid(child.pid) == child.pid:
                return child
        await asyncio.sleep(0.01)


async def _gone(*processes: psutil.Process) -> None:
    while any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "limits",
    [
        ProcessLimits(memory=60_000_000, cpu=60, wall=60.0, written=10**9),
        ProcessLimits(memory=4_000_000_000, cpu=1, wall=60.0, written=10**9),
        ProcessLimits(memory=4_000_000_000, cpu=60, wall=0.3, written=10**9),
        ProcessLimits(memory=4_000_000_000, cpu=60, wall=60.0, written=1000),
    ],
    ids=["memory", "processor time", "time", "bytes written"],
)
async def test_work_beyond_a_limit_ends_in_its_own_process(tmp_path: Path, film: Path, limits: ProcessLimits) -> None:
    warm_up()
    server = _server()
    with pytest.raises(NotMedia) as refused:
        await run("shrink", _order(film, tmp_path / "b.mp4"), limits)
    # By the clock only the machine is slow, and nothing is known of the file.
    assert refused.value.fault in ((Fault.BUSY,) if limits.wall < 1 else (Fault.TOO_HEAVY, Fault.BROKEN))
    assert not server.children()
    assert server == _server()


async def test_a_child_that_is_killed_takes_nothing_with_it(tmp_path: Path, film: Path) -> None:
    heavy = asyncio.create_task(shrink(film, tmp_path / "b.mp4", largest=2_000_000))
    warm_up()
    server = _server()
    child = await _child(server)
    light = asyncio.create_task(probe(film))
    child.kill()
    with pytest.raises(NotMedia) as refused:
        await heavy
    assert refused.value.fault is Fault.TOO_HEAVY
    assert (await light).width == 960
    assert server == _server()


async def test_short_work_does_not_wait_for_long_work(tmp_path: Path, film: Path) -> None:
    heavy = asyncio.create_task(shrink(film, tmp_path / "b.mp4", largest=2_000_000))
    await asyncio.sleep(0)
    await _child(_server())
    assert (await probe(film)).width == 960
    assert not heavy.done()
    heavy.cancel()
    with pytest.raises(asyncio.CancelledError):
        await heavy
    assert not _server().children()


async def test_the_server_has_no_secret_no_file_of_the_caller_and_no_thread(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm_up()
    last = _server()
    last.kill()
    await _gone(last)
    monkeypatch.setenv("TELEGRAM_TOKEN", "12345:secret")
    with (tmp_path / "accounts").open("w") as accounts:
        os.set_inheritable(accounts.fileno(), True)
        working = asyncio.create_task(shrink(film, tmp_path / "b.mp4", largest=2_000_000))
        await asyncio.sleep(0)
        child = await _child(_server())
        for process in (_server(), child):
            assert not {"TELEGRAM_TOKEN", "HOME"} & set(process.environ())
            assert accounts.name not in [file.path for file in process.open_files()]
        assert _server().num_threads() == 1
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working


async def test_work_is_done_by_the_next_server_when_one_dies(tmp_path: Path, film: Path) -> None:
    working = asyncio.create_task(shrink(film, tmp_path / "b.mp4", largest=2_000_000))
    await asyncio.sleep(0)
    server = _server()
    child = await _child(server)
    server.kill()
    assert await working
    assert server != _server()
    await _gone(server, child)


async def test_a_server_that_died_at_rest_is_not_missed(tmp_path: Path) -> None:
    path = make_audio(tmp_path / "a.wav", seconds=1)
    await probe(path)
    _server().send_signal(signal.SIGKILL)
    assert (await probe(path)).has_sound


async def test_nothing_runs_on_when_the_caller_is_killed(tmp_path: Path, film: Path) -> None:
    code = f"""
import asyncio, pathlib, media
asyncio.run(media.shrink(pathlib.Path({str(film)!r}), pathlib.Path({str(tmp_path / "b.mp4")!r}), largest=2_000_000))
"""
    caller = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    server = _server(psutil.Process(caller.pid))
    child = await _child(server)
    caller.kill()
    await caller.wait()
    await _gone(server, child)


def test_media_is_cheap_to_import() -> None:
    """An HTTP client, decoders and numerics are for those who use them."""
    code = "import sys, media; print(*sorted({'httpx', 'ssrfguard', 'scipy', 'numpy', 'av', 'PIL'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "\n"
