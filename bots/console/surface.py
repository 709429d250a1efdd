"""The ways to draw on a terminal, or into a pipe: JSON lines, plain lines, and a live line that moves."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol, TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text as Styled

from bots.console.visible import visible, visible_line
from core.messages import Button, Progress
from core.sender import MediaFile, OutgoingMessage

_PLAIN_SECONDS = 5.0
"""Least time between two lines of progress within one stage."""

_NO_BREAK = "\u00a0"


class Surface(Protocol):
    """Where a screen draws; the files that it names are saved already."""

    def progress(self, progress: Progress) -> None:
        """Draw how far the work is."""
        ...

    def idle(self) -> None:
        """Take the progress away: nothing runs any more."""
        ...

    def text(self, text: str) -> None:
        """Draw a text."""
        ...

    def file(self, path: Path, file: MediaFile, item: OutgoingMessage) -> None:
        """Say what was delivered and where it was saved."""
        ...

    def buttons(self, buttons: Sequence[Button], first: int) -> None:
        """Draw buttons as choices numbered from `first`."""
        ...


class JsonSurface:
    """One JSON object per line for everything shown."""

    def __init__(self, output: TextIO) -> None:
        """`output` takes the lines."""
        self._output = output

    def progress(self, progress: Progress) -> None:
        self._line(kind="progress", stage=progress.stage, fraction=progress.fraction, text=progress.text)

    def idle(self) -> None:
        pass

    def text(self, text: str) -> None:
        self._line(kind="text", text=text)

    def file(self, path: Path, file: MediaFile, item: OutgoingMessage) -> None:
        facts = {name: value for name, value in asdict(item.facts).items() if value is not None} if item.facts else {}
        self._line(
            kind="file",
            path=str(path),
            mime=file.mime,
            seconds=file.seconds,
            bytes=file.size,
            text=item.text,
            facts=facts,
            **({"alt": file.alt} if file.alt else {}),
        )

    def buttons(self, buttons: Sequence[Button], first: int) -> None:
        del first
        self._line(kind="buttons", buttons=[{"id": button.id, "label": button.label} for button in buttons])

    def _line(self, **fields: object) -> None:
        line = json.dumps(fields, ensure_ascii=False)
        try:
            line.encode(self._output.encoding or "utf-8")
        except UnicodeEncodeError:  # a path with bytes that are not UTF-8, or a terminal that knows less
            line = json.dumps(fields)
        self._output.write(line + "\n")
        self._output.flush()


class PlainSurface:
    """Lines of text for a pipe or a file; progress is a line for each new stage, and now and then within one."""

    def __init__(self, output: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """`output` takes the lines; `clock` gives seconds."""
        self._output = output
        self._clock = clock
        self._drawn = ("", "")
        self._drawn_at = 0.0

    def progress(self, progress: Progress) -> None:
        new = (progress.stage, progress.text)
        late = self._clock() - self._drawn_at >= _PLAIN_SECONDS
        if new[0] != self._drawn[0] or (late and new != self._drawn):
            self._drawn, self._drawn_at = new, self._clock()
            self._line(visible_line(progress.text))

    def idle(self) -> None:
        self._drawn = ("", "")

    def text(self, text: str) -> None:
        self._line(text)

    def file(self, path: Path, file: MediaFile, item: OutgoingMessage) -> None:
        self._line(item.text)
        self._line(visible_line(f"saved {path}"))

    def buttons(self, buttons: Sequence[Button], first: int) -> None:
        choices = (f"{number} {visible_line(button.label)}" for number, button in enumerate(buttons, first))
        self._line("   ".join(choices))

    def _line(self, text: str) -> None:
        if text:
            self._output.write(visible(text) + "\n")
            self._output.flush()


class StyledSurface:
    """Colours and line breaks for a terminal; how progress is drawn is left to those who inherit."""

    def __init__(self, console: Console) -> None:
        """`console` is where it draws."""
        self._console = console

    def text(self, text: str) -> None:
        if text:
            self._console.print(Styled(visible(text)))

    def file(self, path: Path, file: MediaFile, item: OutgoingMessage) -> None:
        self.text(item.text)
        self._saved(path)

    def buttons(self, buttons: Sequence[Button], first: int) -> None:
        choices = Styled()
        for number, button in enumerate(buttons, first):
            choices.append("   " if choices else "")
            label = f" {visible_line(button.label)}".replace(" ", _NO_BREAK)
            choices.append(f" {number} ", "black on cyan").append(label, "cyan")
        self._console.print(choices)

    def _saved(self, path: Path) -> None:
        # Never broken: a path is there to be copied.
        self._console.print(Styled(visible_line(f"saved {path}"), "bold green"), soft_wrap=True)


class ProgressLine:
    """The one line that moves: a spinner, what is done, how far it is."""

    def __init__(self, hint: str) -> None:
        """`hint` says how to stop it."""
        self._hint = hint
        self._spinner = Spinner("dots", style="cyan")
        self.progress: Progress | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it on one line, cut to the width of the terminal."""
        if self.progress is None:
            return
        line = Table.grid(padding=(0, 1))
        line.add_column(width=1)
        line.add_column(no_wrap=True, overflow="ellipsis")
        cells: list[Spinner | Styled | ProgressBar] = [self._spinner, Styled(visible_line(self.progress.text))]
        if self.progress.fraction is not None:
            line.add_column(width=max(4, min(24, options.max_width // 4)))
            cells.append(ProgressBar(total=1, completed=self.progress.fraction))
        if self.progress.buttons:
            line.add_column(no_wrap=True, overflow="ellipsis")
            cells.append(Styled(self._hint, "dim"))
        line.add_row(*cells)
        yield line


class LiveSurface(StyledSurface):
    """A terminal on which one message is handled: the progress line stays below what was said."""

    def __init__(self, console: Console, hint: str) -> None:
        """`hint` says how to stop what runs."""
        super().__init__(console)
        self._line = ProgressLine(hint)
        self._live = Live(self._line, console=console, transient=True, refresh_per_second=12)

    def progress(self, progress: Progress) -> None:
        self._line.progress = progress
        self._live.start()

    def idle(self) -> None:
        self._line.progress = None
        self._live.stop()
