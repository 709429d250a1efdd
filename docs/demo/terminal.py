"""A conversation as an animated SVG that needs no font in particular.

Every run of text is stretched to its columns, so that any monospaced font fits. Signs that many fonts lack (emoji) are
left out, the green tick is drawn. Where nothing may move or nothing can, the end of the conversation is seen.
"""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

COLUMNS = 96
CELL, LINE, MARGIN, BAR = 8.4, 20, 16, 34
TYPING = 0.045
"""Seconds for each character that is typed."""
STEP, PAUSE, END = 0.35, 1.2, 5.0
"""Seconds that a step of progress stays, that one reads an answer, that the end is seen."""
LEAST = 0.25
"""What a stage must have got on to be shown once more."""
TICK = "✅"
FONT = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace'


@dataclass(frozen=True)
class Exchange:
    """What was said, and the JSON objects of `chat --json` that came."""

    said: str
    shown: list[dict[str, Any]]


@dataclass
class _Film:
    """Elements with the seconds from and until which they are seen; None: to the end."""

    now: float = 0.8
    row: int = 0
    pieces: list[tuple[str, float, float | None]] = field(default_factory=list)
    covers: list[tuple[str, float, float, int]] = field(default_factory=list)

    def y(self) -> int:
        return BAR + MARGIN + self.row * LINE

    def put(self, markup: str, until: float | None = None) -> None:
        self.pieces.append((markup, self.now, until))


def draw(exchanges: list[Exchange], home: Path) -> str:
    """Return the SVG; `home` is the folder that is shown as `~/Videos`."""
    film = _Film()
    for exchange in exchanges:
        _type(film, exchange.said)
        _work(film, [item for item in exchange.shown if item["kind"] == "progress"])
        for item in exchange.shown:
            _answer(film, item, home)
        film.row += 1
        film.now += PAUSE
    return _svg(film, film.now + END - PAUSE)


def _type(film: _Film, said: str) -> None:
    film.put(_text("›", 0, film.y(), "b"))
    film.put(_text(said, 2, film.y(), "b"))
    x, width = MARGIN + 2 * CELL, len(said) * CELL + 2
    cover = f'x="{x:.1f}" y="{film.y() - 15}" width="{width:.1f}" height="{LINE}"'
    film.covers.append((cover, film.now, film.now + TYPING * len(said), len(said)))
    film.now += TYPING * len(said) + 0.4
    film.row += 1


def _work(film: _Film, progress: list[dict[str, Any]]) -> None:
    """Show the stages in time lapse, on the row in which the answer will stand."""
    last = ("", 0.0)
    for item in progress:
        text, fraction = _plain(item["text"]), item["fraction"] or 0.0
        if not text or (item["stage"] == last[0] and fraction < last[1] + LEAST):
            continue
        last = (item["stage"], fraction)
        bar = ""
        if item["fraction"] is not None:
            x, width = MARGIN + 50 * CELL, 20 * CELL
            bar = "".join(
                f'<rect class="{style}" x="{x:.1f}" y="{film.y() - 7}" width="{width * part:.1f}" height="3"/>'
                for style, part in (("rail", 1.0), ("done", item["fraction"]))
            )
        film.put(_text(text, 0, film.y(), "d") + bar, film.now + STEP)
        film.now += STEP


def _answer(film: _Film, item: dict[str, Any], home: Path) -> None:
    if item["kind"] == "buttons":
        column = 0
        for number, button in enumerate(item["buttons"], 1):
            label = _plain(button["label"])
            x = MARGIN + column * CELL
            chip = f'<rect class="chip" x="{x:.1f}" y="{film.y() - 15}" width="{3 * CELL:.1f}" height="{LINE - 1}"/>'
            film.put(chip + _text(str(number), column + 1, film.y(), "n") + _text(label, column + 4, film.y(), "c"))
            column += len(label) + 7
        film.row += 1
    elif item["kind"] in {"text", "file"}:
        _lines(film, item["text"])
        if item["kind"] == "file":
            film.put(_text("saved " + item["path"].replace(str(home), "~/Videos"), 0, film.y(), "g"))
            film.row += 1


def _lines(film: _Film, text: str) -> None:
    for paragraph in text.splitlines():
        ticked = paragraph.startswith(TICK)
        for index, line in enumerate(textwrap.wrap(_plain(paragraph), COLUMNS - 2 * ticked)):
            tick = ticked and index == 0
            film.put((_tick(film.y()) if tick else "") + _text(line, 2 * tick, film.y(), "t"))
            film.row += 1


def _plain(text: str) -> str:
    """Leave out the signs that only some fonts have."""
    kept = (char for char in text if unicodedata.category(char) not in {"So", "Mn", "Cf"})
    return " ".join("".join(kept).split())


def _text(text: str, column: int, y: int, style: str) -> str:
    if not text:
        return ""
    place = f'x="{MARGIN + column * CELL:.1f}" y="{y}" textLength="{len(text) * CELL:.1f}"'
    return f'<text class="{style}" {place} lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'


def _tick(y: int) -> str:
    return f'<path class="tick" d="M{MARGIN},{y - 5} l3,4 l6,-9"/>'


def _svg(film: _Film, total: float) -> str:
    width, height = int(2 * MARGIN + COLUMNS * CELL), BAR + MARGIN + film.row * LINE
    frames, body = [], []
    for number, (markup, start, until) in enumerate(film.pieces):
        steps = f"0%{{opacity:0}}{100 * start / total:.2f}%{{opacity:1}}"
        gone = "" if until is None else f"{100 * until / total:.2f}%{{opacity:0}}"
        frames.append(
            f"@keyframes p{number}{{{steps}{gone}}}#p{number}{{animation:p{number} {total:.1f}s step-end infinite}}"
        )
        hidden = "" if until is None else ' opacity="0"'
        body.append(f'<g id="p{number}"{hidden}>{markup}</g>')
    for number, (place, start, end, count) in enumerate(film.covers):
        begin, over = 100 * start / total, 100 * end / total
        frames.append(
            f"@keyframes c{number}{{0%{{opacity:1}}{begin:.2f}%{{opacity:1;transform:none;"
            f"animation-timing-function:steps({count})}}{over:.2f}%{{opacity:1;transform:translateX(100%)}}"
            f"{over + 0.01:.2f}%,100%{{opacity:0;transform:translateX(100%)}}}}"
            f"#c{number}{{transform-box:fill-box;animation:c{number} {total:.1f}s infinite}}"
        )
        body.append(f'<rect class="paper" id="c{number}" opacity="0" {place}/>')
    dots = "".join(
        f'<circle cx="{20 + 20 * index}" cy="17" r="6" fill="{colour}"/>'
        for index, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>A chat in the terminal</title>
<style>
text{{font:14px {FONT};white-space:pre}}
.t{{fill:#d4d4d8}}.d{{fill:#a1a1aa}}.b{{fill:#7ac9d6;font-weight:bold}}.g{{fill:#a3be5c;font-weight:bold}}.c{{fill:#7ac9d6}}
.n{{fill:#18181b}}.chip{{fill:#7ac9d6}}.rail{{fill:#3f3f46}}.done{{fill:#a3be5c}}.paper{{fill:#18181b}}
.tick{{fill:none;stroke:#6cc644;stroke-width:2.5}}
@media (prefers-reduced-motion: no-preference) {{
{chr(10).join(frames)}
}}
</style>
<clipPath id="window"><rect width="{width}" height="{height}" rx="8"/></clipPath>
<g clip-path="url(#window)"><rect class="paper" width="{width}" height="{height}"/>{dots}
{chr(10).join(body)}
</g></svg>
"""
