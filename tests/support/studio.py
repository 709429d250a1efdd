"""The real studio in a process of its own, on a free port of loopback, forked from one that has loaded it already."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import connection
from pathlib import Path
from types import TracebackType
from typing import Self

from studio import StudioSettings, serve
from tests.support.waiting import PATIENCE

_FORKS = multiprocessing.get_context("forkserver")
# Its libraries take 1.5 s of processor time to load; it is started forty times in the whole suite.
_FORKS.set_forkserver_preload(["tests.support.studio", "studio.serve"])


class Process:
    """A process that was forked, with as much of `subprocess.Popen` as tests use."""

    def __init__(self, settings: StudioSettings, log: Path, environment: dict[str, str]) -> None:
        self.told, telling = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=_serve, args=(settings, log, environment, telling))
        self._process.start()
        telling.close()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid
        return self._process.pid

    @property
    def sentinel(self) -> int:
        """What is readable once it has ended."""
        return self._process.sentinel

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit status."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"process {self.pid} did not end within {timeout} s")
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wait()
        self.told.close()


class StudioProcess:
    """A running studio: `url` is its base address."""

    def __init__(self, process: Process, url: str) -> None:
        self.process = process
        self.url = url

    def stop(self) -> int:
        """Ask it to stop, wait for its end, return its exit status."""
        self.process.terminate()
        return self.wait()

    def wait(self) -> int:
        """Wait for its end, return its exit status."""
        with self.process:
            return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.wait()


def start_studio(data_dir: Path, *, environment: dict[str, str] | None = None, **overrides: object) -> StudioProcess:
    """Start a studio on `data_dir`; `overrides` are fields of `StudioSettings`. Its log is `data_dir`/studio.log."""
    data_dir.mkdir(parents=True, exist_ok=True)
    settings = StudioSettings(**{"data_dir": data_dir, "cheap_render": True, **overrides})  # type: ignore[arg-type]
    log = data_dir / "studio.log"
    log.touch()
    process = Process(settings, log, environment or {})
    connection.wait([process.told, process.sentinel], PATIENCE)
    try:
        url = str(process.told.recv()) if process.told.poll() else ""
    except EOFError:
        url = ""
    if not url:
        StudioProcess(process, url).kill()
        raise RuntimeError(f"the studio did not start:\n{log.read_text()}")
    return StudioProcess(process, url)


@contextmanager
def running_studio(data_dir: Path, *, environment: dict[str, str] | None = None, **overrides: object) -> Iterator[str]:
    """Run a studio and yield its base URL."""
    studio = start_studio(data_dir, environment=environment, **overrides)
    try:
        yield studio.url
    finally:
        studio.stop()


def _serve(
    settings: StudioSettings, log: Path, environment: dict[str, str], telling: connection.Connection[str, str]
) -> None:
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.update(environment)
    logging.basicConfig(level=logging.INFO)
    serve(settings, ready=telling.send, unwanted=lambda: True)
