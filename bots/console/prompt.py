"""The conversation on a terminal: a line to type on, the progress above it, the answers above that."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from prompt_toolkit import ANSI, PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import AnyFormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.text import Text as Styled

from bots.console.exchanges import Exchanges
from bots.console.styled import StyledSurface
from bots.console.surface import visible
from bots.lifecycle import on_signals
from bots.private import private_file
from core.commands import TYPED
from core.texts import say

_FRAME_SECONDS = 0.1
_PROMPT = "› "


class PromptSurface(StyledSurface):
    """Answers go above the line that is typed on; the progress stands right above that line."""

    def __init__(self, hint: str) -> None:
        """`hint` says how to stop what runs."""
        # The width and colours are those of the real terminal; the output is looked up late, when it is patched.
        super().__init__(Console(force_terminal=True), hint)
        self._drawn = Console(force_terminal=True)

    def above_prompt(self) -> str:
        """Return the progress as it stands, with colours, ending in a line break; empty where nothing runs."""
        with self._drawn.capture() as drawn:
            self._drawn.print(self, end="")
        return drawn.get()

    def echo(self, line: str) -> None:
        """Leave a typed line standing, apart from what was before."""
        self._console.print()
        self._console.print(Styled(_PROMPT, "bold cyan") + Styled(visible(line)))


class _History(FileHistory):
    """For its owner only; a line with bytes that are not UTF-8 is kept without them."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(private_file(path)))

    def store_string(self, string: str) -> None:
        super().store_string(string.encode("utf-8", "replace").decode())


class _Words(Completer):
    """Completes commands at the beginning and paths anywhere behind."""

    def __init__(self, language: str) -> None:
        self._commands = {f"/{command}": say(language, f"platform.command_{command}") for command in TYPED}
        self._paths = PathCompleter(expanduser=True)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Return what may be meant."""
        text = document.text_before_cursor
        if " " not in text and text.startswith("/"):
            for command, meaning in self._commands.items():
                if command.startswith(text.lower()):
                    yield Completion(command, -len(text), display_meta=meaning)
        word = text.rsplit(" ", 1)[-1]
        if word.startswith(("/", "~/", "./", "../")):
            yield from self._paths.get_completions(Document(word), complete_event)


async def converse(
    talk: Exchanges, surface: PromptSurface, history: Path, language: str, files: Sequence[Path]
) -> None:
    """Handle what the person says until they leave; the files go with the first message."""
    leave_armed = False
    bindings = KeyBindings()

    def interrupt() -> None:
        """Stop what runs, or with a second press leave."""
        nonlocal leave_armed
        if not talk.interrupt() and leave_armed:
            session.app.exit(exception=EOFError)
        else:
            surface.text(say(language, "console.cancelling" if talk.busy else "console.press_again"))
        leave_armed = True

    @bindings.add("c-c")
    def _(event: KeyPressEvent) -> None:
        event.app.current_buffer.reset()
        interrupt()

    session: PromptSession[str] = PromptSession(
        history=_History(history),
        completer=_Words(language),
        key_bindings=bindings,
        erase_when_done=True,
        complete_while_typing=True,
        reserve_space_for_menu=5,
    )

    def message() -> AnyFormattedText:
        return ANSI(f"{surface.above_prompt()}\x1b[1;36m{_PROMPT}\x1b[0m")

    with patch_stdout(raw=True), on_signals([signal.SIGINT], interrupt):
        moving = asyncio.create_task(_keep_moving(talk, session.app.invalidate))
        talk.resume()
        with suppress(EOFError):
            while True:
                line = (await session.prompt_async(message, handle_sigint=False)).strip()
                leave_armed = False
                if line or files:
                    surface.echo(line)
                    talk.start(line, files)
                    files = ()
        moving.cancel()
        await talk.close()
    sys.stdout.flush()


async def _keep_moving(talk: Exchanges, redraw: Callable[[], None]) -> None:
    """Redraw the prompt while something runs, and once after its end."""
    was_busy = False
    while True:
        if talk.busy or was_busy:
            redraw()
        was_busy = talk.busy
        await asyncio.sleep(_FRAME_SECONDS)
