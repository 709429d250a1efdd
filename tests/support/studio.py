"""The real studio in a process of its own, on a free port of loopback, forked from one that has loaded it already."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self

from studio import StudioSettings, serve
from tests.support.waiting import PATIENCE

_FORKS = multiprocessing.get_context("forkserver")
# Its libraries take 1.5 s of processor time to load; it is started forty times in the whole suite.
_FORKS.set_forkserver_preload(["tests.support.studio", "studio.serve"])


class StudioProcess:
    """A running studio: `url` is its base address."""

    def __init__(self, process: ForkServerProcess, url: str) -> None:
        self.process = process
        self.url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> int:
        """Ask it to stop, wait for its end, return its exit status."""
        self.process.terminate()
        return self.wait()

    def wait(self) -> int:
        """Wait for its end, return its exit status."""
        self.process.join(PATIENCE)
        if self.process.exitcode is None:
            raise TimeoutError(f"the studio did not end within {PATIENCE} s")
        return self.process.exitcode

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
    told, telling = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_serve, args=(settings, log, environment or {}, telling))
    process.start()
    telling.close()
    with told, suppress(EOFError):
        if told.poll(PATIENCE):
            return StudioProcess(process, str(told.recv()))
    process.kill()
    raise RuntimeError(f"the studio did not start:\n{log.read_text()}")


@contextmanager
def running_studio(data_dir: Path, *, environment: dict[str, str] | None = None, **overrides: object) -> Iterator[str]:
    """Run a studio and yield its base URL."""
    with start_studio(data_dir, environment=environment, **overrides) as studio:
        yield studio.url


def _serve(settings: StudioSettings, log: Path, environment: dict[str, str], telling: Connection[str, str]) -> None:
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.update(environment)
    logging.basicConfig(level=logging.INFO)
    serve(settings, ready=telling.send, unwanted=lambda: True)
