"""The real studio in a process of its own, on a free port of loopback."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio import Prices, Quirks, StudioSettings

_STARTS_WITHIN = 30.0


class StudioProcess:
    """A running studio: `url` is its base address."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    def stop(self) -> int:
        """Ask it to stop, wait for its end, return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end, return its exit status."""
        with self.process:
            return self.process.wait(40)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.wait()


def start_studio(data_dir: Path, *, environment: dict[str, str] | None = None, **overrides: object) -> StudioProcess:
    """Start a studio on `data_dir`; `overrides` are fields of `StudioSettings`. Its log is `data_dir`/studio.log."""
    data_dir.mkdir(parents=True, exist_ok=True)
    settings = StudioSettings(**{"data_dir": data_dir, "cheap_render": True, **overrides})  # type: ignore[arg-type]
    with (data_dir / "studio.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.studio", repr(settings)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **(environment or {})},
            cwd=Path(__file__).parents[2],
        )
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], _STARTS_WITHIN)
    url = process.stdout.readline().strip() if readable else ""
    if not url:
        StudioProcess(process, url).kill()
        raise RuntimeError(f"the studio did not start:\n{(data_dir / 'studio.log').read_text()}")
    return StudioProcess(process, url)


@contextmanager
def running_studio(data_dir: Path, **overrides: object) -> Iterator[str]:
    """Run a studio and yield its base URL."""
    studio = start_studio(data_dir, **overrides)
    try:
        yield studio.url
    finally:
        studio.stop()


def _main() -> None:
    import logging
    from pathlib import Path, PosixPath

    from studio import serve

    logging.basicConfig(level=logging.INFO)
    names = {"Path": Path, "PosixPath": PosixPath, "Quirks": Quirks, "Prices": Prices, "StudioSettings": StudioSettings}
    serve(eval(sys.argv[1], names), ready=lambda url: print(url, flush=True), unwanted=lambda: True)  # noqa: T201


if __name__ == "__main__":
    _main()
