"""The program as a person starts it: whole processes, an empty home, small renders."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bots.settings import Settings
from studio.settings import StudioOptions
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Ended:
    """A process that has ended."""

    status: int
    out: str
    err: str

    @property
    def shown(self) -> list[dict[str, object]]:
        """Everything that it showed, where that is JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


SETTINGS = {*map(str.upper, Settings.model_fields), *StudioOptions.variables()}
"""The name of every setting."""


class Program:
    """`python -m bots …` with a home of its own and only the settings that are given."""

    def __init__(self, home: Path, *, discord: str | None = None, **settings: str) -> None:
        """`discord` is the address of a Discord of our own."""
        self.home = home
        self._module = ["tests.support.on_loopback", discord] if discord else ["bots"]
        self.data = home / "data"
        self.out = home / "out"
        unwanted = SETTINGS | {"LC_ALL", "LC_MESSAGES", "LANG"}
        inherited = {name: value for name, value in os.environ.items() if name.upper() not in unwanted}
        usual = {
            "STUDIO_CHEAP_RENDER": "true",
            "STUDIO_FETCH_ASSETS": "false",
            "STUDIO_IDLE_EXIT": "2",
            "PYTHONWARNINGS": "error,ignore:'audioop' is deprecated:DeprecationWarning",
        }
        own = {"HOME": str(home), "DATA_DIR": str(self.data), "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8"}
        self.environment = {**inherited, **own, **usual, **settings}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", *self._module, *words]

    def start(
        self, *words: str, stdin: int = subprocess.DEVNULL, out: int | IO[bytes] = subprocess.PIPE, text: bool = True
    ) -> subprocess.Popen[Any]:
        # In the empty home there is no `.env`.
        return subprocess.Popen(
            self.command(*words),
            cwd=self.home,
            env=self.environment,
            stdin=stdin,
            stdout=out,
            stderr=out,
            encoding="utf-8" if text else None,
            process_group=0,
        )

    def run(self, *words: str, typed: str | None = None) -> Ended:
        process = self.start(*words, stdin=subprocess.DEVNULL if typed is None else subprocess.PIPE)
        return ended(process, typed)

    def chat(self, *words: str, typed: str | None = None) -> Ended:
        return self.run("chat", "--out", str(self.out), *words, typed=typed)


def ended(process: subprocess.Popen[str], typed: str | None = None) -> Ended:
    """Wait for the end of a process."""
    try:
        out, err = process.communicate(typed, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        raise AssertionError(f"did not end within {PATIENCE} s:\n{out}\n{err}") from None
    return Ended(process.returncode, out, err)
