"""What draws what is said: JSON lines and plain lines here, what moves on a terminal in `bots.console.styled`.

Texts of strangers are harmless there: what would steer a terminal is shown instead of obeyed.
"""

from __future__ import annotations

import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from core.messages import Button, Progress
from core.sender import MediaFile, OutgoingMessage

_PLAIN_SECONDS = 5.0
"""Least time between two lines of progress within one stage."""

_DELETE = 0x7F
_CONTROL_PICTURES = 0x2400

# C0 (but the line feed), DEL and C1 steer terminals (ECMA-48); the bidirectional marks turn the order of what is
# read (Unicode, UAX 9); lone surrogates stand for bytes that are not UTF-8 (PEP 383).
_HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Return `text` with control characters made visible; lines stay lines."""
    return _HIDDEN.sub(_shown, text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """Return `text` with control characters made visible, line feeds among them: a name, a label, a path."""
    return visible(text).replace("\n", "␊")


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == ord("\t"):
        return " "
    if code < ord(" "):
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return "␡"
    if code <= 0x9F:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}"


class Surface(ABC):
    """Where a screen draws; the files that it names are saved already."""

    @abstractmethod
    def progress(self, progress: Progress) -> None:
        """Draw how far the work is."""

    def idle(self) -> None:  # noqa: B027 - lines that were written stay
        """Take the progress away: nothing runs any more."""

    @abstractmethod
    def text(self, text: str) -> None:
        """Draw a text, where there is any."""

    def file(self, path: Path, file: MediaFile, item: OutgoingMessage) -> None:
        """Say what was delivered and where it was saved."""
        self.text(item.text)
        self._saved(f"saved {path}")

    def _saved(self, line: str) -> None:
        self.text(visible_line(line))

    @abstractmethod
    def buttons(self, buttons: Sequence[Button], first: int) -> None:
        """Draw buttons as choices numbered from `first`."""


class JsonSurface(Surface):
    """One JSON object per line for everything shown."""

    def __init__(self, output: TextIO) -> None:
        """`output` takes the lines."""
        self._output = output

    def progress(self, progress: Progress) -> None:
        self._line(kind="progress", stage=progress.stage, fraction=progress.fraction, text=progress.text)

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
        self._line(kind="buttons", buttons=list(map(asdict, buttons)))

    def _line(self, **fields: object) -> None:
        line = json.dumps(fields, ensure_ascii=False)
        try:
            line.encode(self._output.encoding or "utf-8")
        except UnicodeEncodeError:  # a path with bytes that are not UTF-8, or a terminal that knows less
            line = json.dumps(fields)
        self._output.write(line + "\n")
        self._output.flush()


class PlainSurface(Surface):
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
            self.text(visible_line(progress.text))

    def idle(self) -> None:
        self._drawn = ("", "")

    def text(self, text: str) -> None:
        if text:
            self._output.write(visible(text) + "\n")
            self._output.flush()

    def buttons(self, buttons: Sequence[Button], first: int) -> None:
        self.text("   ".join(f"{number} {visible_line(button.label)}" for number, button in enumerate(buttons, first)))
