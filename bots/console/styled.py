"""Colours on a terminal, and the one line that moves; loaded only where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text as Styled

from bots.console.surface import Surface, visible, visible_line
from core.messages import Button, Progress

_NO_BREAK = "\u00a0"


class StyledSurface(Surface):
    """Colours and line breaks for a terminal. Drawn itself, it is the one line that moves.

    On that stands a spinner, what is done, how far it is.
    """

    def __init__(self, console: Console, hint: str) -> None:
        """`console` is where it draws, `hint` says how to stop what runs."""
        self._console = console
        self._hint = hint
        self._spinner = Spinner("dots", style="cyan")
        self._progress: Progress | None = None

    def progress(self, progress: Progress) -> None:
        self._progress = progress

    def idle(self) -> None:
        self._progress = None

    def text(self, text: str) -> None:
        if text:
            self._console.print(Styled(visible(text)))

    def buttons(self, buttons: Sequence[Button], first: int) -> None:
        choices = Styled()
        for number, button in enumerate(buttons, first):
            choices.append("   " if choices else "")
            label = f" {visible_line(button.label)}".replace(" ", _NO_BREAK)
            choices.append(f" {number} ", "black on cyan").append(label, "cyan")
        self._console.print(choices)

    def _saved(self, line: str) -> None:
        # Never broken: a path is there to be copied.
        self._console.print(Styled(visible_line(line), "bold green"), soft_wrap=True)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the progress on one line, cut to the width of the terminal; nothing where nothing runs."""
        if self._progress is None:
            return
        line = Table.grid(padding=(0, 1))
        line.add_column(width=1)
        line.add_column(no_wrap=True, overflow="ellipsis")
        cells: list[Spinner | Styled | ProgressBar] = [self._spinner, Styled(visible_line(self._progress.text))]
        if self._progress.fraction is not None:
            line.add_column(width=max(4, min(24, options.max_width // 4)))
            cells.append(ProgressBar(total=1, completed=self._progress.fraction))
        if self._progress.buttons:
            line.add_column(no_wrap=True, overflow="ellipsis")
            cells.append(Styled(self._hint, "dim"))
        line.add_row(*cells)
        yield line


class LiveSurface(StyledSurface):
    """A terminal on which one message is handled: the progress line stays below what was said."""

    def __init__(self, console: Console, hint: str) -> None:
        super().__init__(console, hint)
        self._live = Live(self, console=console, transient=True, refresh_per_second=12)

    def progress(self, progress: Progress) -> None:
        super().progress(progress)
        self._live.start()

    def idle(self) -> None:
        super().idle()
        self._live.stop()
