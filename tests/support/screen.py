"""What people see in chats of a platform of the tests' own: everything behind `core.sender` is real."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.messages import Button, Facts, Progress
from core.sender import Limits, MediaFile, OutgoingMessage
from tests.support.waiting import until


@dataclass(frozen=True, kw_only=True)
class FileShown(MediaFile):
    """A file as a person sees it; `text` holds the pages of its links as well."""

    text: str
    buttons: tuple[Button, ...]
    facts: Facts | None


@dataclass(eq=False)
class RecordingScreen:
    """What the person sees of one answer; delivered files are copied to `keep`, since they vanish afterwards."""

    keep: Path | None = None
    #: Where it is found again by another process; None: only one that stands in its chat shows anything on it.
    address: str | None = None
    largest_file: int | None = None
    drawn: list[Progress] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: The notes, texts and captions shown, in order.
    texts: list[str] = field(default_factory=list)
    #: Results, in their order.
    shown: list[OutgoingMessage] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    #: Everything to read in each view of a message, in their order.
    views: list[str] = field(default_factory=list)

    async def take(self, item: OutgoingMessage) -> None:
        """Take what a call draws."""
        self.record(item)

    def record(self, item: OutgoingMessage) -> None:
        """Record what a call draws."""
        self.views.append(item.body)
        fresh = item.notes[len(self.notes) :]
        self.notes += fresh
        self.texts += fresh
        if item.progress is not None:
            if item.progress.stage:
                self.drawn.append(item.progress)
        else:
            self.notes.clear()
            self.shown.append(item)
            self.texts += ["\n".join(filter(None, (item.text, *(link.url for link in item.links))))]
            for file in item.files if self.keep else ():
                assert self.keep
                self.keep.mkdir(parents=True, exist_ok=True)
                self.files.append(Path(shutil.copy(file.path, self.keep / f"{len(self.files)}-{file.name}")))

    async def until(self, holds: Callable[[RecordingScreen], bool]) -> None:
        """Wait until something was drawn or shown that makes `holds` true."""
        await until(lambda: holds(self), every=0.005)

    @property
    def text(self) -> str:
        """Everything a person could read, progress included."""
        return "\n".join([*(progress.text for progress in self.drawn), *self.texts])

    @property
    def stages(self) -> list[str]:
        """The stages drawn, each once, in order."""
        return list(dict.fromkeys(progress.stage for progress in self.drawn))

    @property
    def file(self) -> FileShown:
        """The one file delivered, with everything that stands beside it."""
        (item,) = (item for item in self.shown if item.files)
        (file,) = item.files
        fields = {name: getattr(file, name) for name in MediaFile.__dataclass_fields__}
        text = "\n".join([item.text, *(link.url for link in item.links)])
        return FileShown(**fields, text=text, buttons=item.buttons, facts=item.facts)

    def button(self, act: str) -> Button:
        """Return the last shown or drawn button whose id names `act` ("export", "wish:…:slower" by its end)."""
        rows = [item.buttons for item in self.shown] + [progress.buttons for progress in self.drawn[-1:]]
        found = [each for row in rows for each in row if f":{act}:" in each.id or each.id.endswith(f":{act}")]
        assert found, f"no button {act!r} among {[each.id for row in rows for each in row]}"
        return found[-1]


class RecordingSender:
    """A `core.sender.Sender`: an address is the name of a screen.

    Answers without an address go to the screen of their message, as known by its job, else to the `current` one.
    """

    def __init__(self, platform: str = "test", limits: Limits | None = None) -> None:
        self.platform = platform
        self.screens: dict[str, RecordingScreen] = {}
        self.jobs: dict[str, RecordingScreen] = {}
        self.current = RecordingScreen()
        self.silent: list[bool] = []
        self._limits = limits or Limits(pace=0.0, private=True)
        self._numbers = itertools.count(1)
        self._messages: dict[int, RecordingScreen] = {}

    def screen(self, address: str) -> RecordingScreen:
        """Return the screen of this name, made at its first use."""
        return self.screens.setdefault(address, RecordingScreen()) if address else self.current

    def destination(self, address: str) -> str:
        return address

    def limits(self, address: str) -> Limits:
        return replace(self._limits, largest_file=self.screen(address).largest_file)

    def delay(self, address: str, *, urgent: bool) -> float:
        return 0.0

    def markup(self, text: str) -> str:
        return text

    async def post(self, address: str, item: OutgoingMessage, *, nonce: str, silent: bool, reply: bool) -> int:
        screen = self.screen(address) if address else self.jobs.get(nonce.partition("-")[0], self.current)
        await screen.take(item)
        self.silent.append(silent)
        message = next(self._numbers)
        self._messages[message] = screen
        return message

    async def edit(self, address: str, message: int, item: OutgoingMessage) -> None:
        await self._messages.get(message, self.screen(address)).take(item)

    async def delete(self, address: str, message: int) -> None:
        pass

    async def elsewhere(self, address: str, refusal: Exception) -> str | None:
        return None


class GatedScreen(RecordingScreen):
    """A screen that is `asked` to show something, and does when its `gate` opens."""

    def __init__(self, keep: Path | None = None, address: str | None = None) -> None:
        super().__init__(keep, address)
        self.asked, self.gate = asyncio.Event(), asyncio.Event()

    async def take(self, item: OutgoingMessage) -> None:
        self.asked.set()
        await self.gate.wait()
        await super().take(item)
