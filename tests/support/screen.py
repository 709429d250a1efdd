"""A screen that records what it is given, for tests of everything behind `core.messages`."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import PersonUnreachable
from core.messages import Button, File, Picture, Progress, Shown, Text


@dataclass
class RecordingScreen:
    """Keeps every drawing and everything shown; delivered files are copied to `keep`, since they vanish afterwards."""

    keep: Path | None = None
    pace: float = 0.0
    largest_file: int | None = None
    gone: bool = False
    address: str | None = None
    drawn: list[Progress] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    closed: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def draw(self, progress: Progress) -> None:
        """Record a drawing."""
        self._refuse()
        self.drawn.append(progress)
        self._tell()

    async def show(self, item: Shown) -> None:
        """Record something shown."""
        self._refuse()
        self.shown.append(item)
        if isinstance(item, File | Picture) and self.keep:
            self.keep.mkdir(parents=True, exist_ok=True)
            name = item.name if isinstance(item, File) else item.path.name
            self.files.append(Path(shutil.copy(item.path, self.keep / f"{len(self.files)}-{name}")))
        self._tell()

    def watch(self, moved: Callable[[str], Awaitable[None]]) -> None:
        """Do nothing: this screen stays where it is."""

    async def close(self) -> None:
        """Note the end."""
        self.closed = True
        self._tell()

    async def until(self, holds: Callable[[RecordingScreen], bool], within: float = 30.0) -> None:
        """Wait until something was drawn or shown that makes `holds` true."""
        async with asyncio.timeout(within):
            while not holds(self):
                self._news.clear()
                await self._news.wait()

    @property
    def texts(self) -> list[str]:
        """The texts and captions shown, in order."""
        return [item.alt if isinstance(item, Picture) else item.text for item in self.shown]

    @property
    def text(self) -> str:
        """Everything a person could read, drawings included."""
        return "\n".join([*(progress.text for progress in self.drawn), *self.texts])

    @property
    def stages(self) -> list[str]:
        """The stages drawn, each once, in order."""
        return list(dict.fromkeys(progress.stage for progress in self.drawn))

    @property
    def file(self) -> File:
        """The one file delivered."""
        (file,) = (item for item in self.shown if isinstance(item, File))
        return file

    def button(self, act: str) -> Button:
        """Return the last shown or drawn button whose id names `act` ("export", "wish:…:slower" by its end)."""
        rows = [item.buttons for item in self.shown if isinstance(item, Text | File)]
        rows += [progress.buttons for progress in self.drawn[-1:]]
        found = [each for row in rows for each in row if f":{act}:" in each.id or each.id.endswith(f":{act}")]
        assert found, f"no button {act!r} among {[each.id for row in rows for each in row]}"
        return found[-1]

    def _refuse(self) -> None:
        if self.gone:
            raise PersonUnreachable

    def _tell(self) -> None:
        self._news.set()
