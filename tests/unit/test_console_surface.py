"""What is drawn: JSON lines to the letter, plain lines without repeats, a progress line that fits."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bots.console.screen import ConsoleScreen
from bots.console.speaker import Speaker
from bots.console.surface import JsonSurface, LiveSurface, PlainSurface, ProgressLine, StyledSurface, Surface
from core.errors import PersonUnreachable
from core.messages import Button, File, Picture, Progress, Text

BUTTONS = (Button("slower", "Slower"), Button("export", "Make the MP4"))


@pytest.fixture
def made(tmp_path: Path) -> File:
    path = tmp_path / "work.bin"
    path.write_bytes(b"1234")
    return File(path, "upbeat.mp4", "video/mp4", 20.0, 4, "✅ Video ready!", buttons=BUTTONS)


def screen(surface: Surface, tmp_path: Path) -> ConsoleScreen:
    out = tmp_path / "out"
    out.mkdir()
    return ConsoleScreen(surface, Speaker(tmp_path / "console.json", None), out, "en")


async def test_json_lines_are_those_of_the_description(made: File, tmp_path: Path) -> None:
    output = io.StringIO()
    drawn = screen(JsonSurface(output), tmp_path)
    await drawn.draw(Progress("compose", 0.5, "Composing…", BUTTONS))
    await drawn.draw(Progress("render", None, "⏳"))
    await drawn.show(Text("两行\n文字", BUTTONS))
    await drawn.show(Picture(made.path, "a waveform"))
    await drawn.show(made)
    buttons = {
        "kind": "buttons",
        "buttons": [{"id": "slower", "label": "Slower"}, {"id": "export", "label": "Make the MP4"}],
    }
    assert [json.loads(line) for line in output.getvalue().splitlines()] == [
        {"kind": "progress", "stage": "compose", "fraction": 0.5, "text": "Composing…"},
        {"kind": "progress", "stage": "render", "fraction": None, "text": "⏳"},
        {"kind": "text", "text": "两行\n文字"},
        buttons,
        {"kind": "picture", "path": str(tmp_path / "out" / "work.bin"), "alt": "a waveform"},
        {
            "kind": "file",
            "path": str(tmp_path / "out" / "upbeat.mp4"),
            "mime": "video/mp4",
            "seconds": 20.0,
            "bytes": 4,
            "text": "✅ Video ready!",
        },
        buttons,
    ]


async def test_plain_lines_tell_each_stage_and_now_and_then_how_far_it_is(made: File, tmp_path: Path) -> None:
    output = io.StringIO()
    now = 100.0
    drawn = screen(PlainSurface(output, lambda: now), tmp_path)
    await drawn.draw(Progress("compose", None, "Composing…"))
    for second in range(12):
        now = 100.0 + second
        await drawn.draw(Progress("render", second / 12, f"Rendering… {second}/12"))
    await drawn.show(made)
    assert output.getvalue().splitlines() == [
        "Composing…",
        "Rendering… 0/12",
        "Rendering… 5/12",
        "Rendering… 10/12",
        "✅ Video ready!",
        f"saved {tmp_path / 'out' / 'upbeat.mp4'}",
        "1 Slower   2 Make the MP4",
    ]


async def test_a_file_that_can_not_be_saved_is_said_and_the_screen_is_gone(made: File, tmp_path: Path) -> None:
    output = io.StringIO()
    drawn = screen(PlainSurface(output), tmp_path)
    (tmp_path / "out").rmdir()
    with pytest.raises(PersonUnreachable):
        await drawn.show(made)
    assert str(tmp_path / "out") in output.getvalue()
    assert "--out" in output.getvalue()


@pytest.mark.parametrize("width", [20, 40, 120])
@pytest.mark.parametrize("text", ["Composing…", "正在作曲，请稍候…" * 20, "⏳ " + "x" * 300])
def test_the_progress_line_is_one_line_at_any_width(width: int, text: str) -> None:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    line = ProgressLine("Ctrl-C cancels")
    line.progress = Progress("compose", 0.5, text, BUTTONS)
    with console.capture() as drawn:
        console.print(line)
    assert drawn.get().count("\n") == 1
    assert console.measure(drawn.get().rstrip("\n")).maximum <= width


EVIL = "a\x1b]0;owned\x07b\rc\x9bd\x7f\u202ee\udcff"
SHOWN = "a␛]0;owned␇b␍c\\x9bd␡\\u202ee\\xff"


@pytest.mark.parametrize("kind", ["plain", "styled", "live"])
async def test_nothing_that_is_shown_steers_the_terminal(kind: str, tmp_path: Path, made: File) -> None:
    output = io.StringIO()
    console = Console(file=output, width=200, color_system=None)
    surface: Surface = {
        "plain": PlainSurface(output),
        "styled": StyledSurface(console),
        "live": LiveSurface(console, "hint"),
    }[kind]
    surface.text(f"{EVIL}\nnext line")
    surface.picture(tmp_path / f"{EVIL}\n.png", EVIL)
    surface.file(tmp_path / EVIL, replace(made, text=EVIL))
    surface.buttons([Button("x", EVIL)], 1)
    if kind == "plain":
        surface.progress(Progress("compose", None, EVIL))
    text = output.getvalue()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)
    assert text.count(SHOWN) >= 6
    assert f"{SHOWN}\nnext line" in text
    assert f"{SHOWN}␊.png" in text


def test_the_progress_line_does_not_steer_the_terminal() -> None:
    console = Console(file=io.StringIO(), width=200, color_system=None)
    line = ProgressLine("hint")
    line.progress = Progress("compose", None, EVIL)
    with console.capture() as drawn:
        console.print(line)
    assert SHOWN in drawn.get()


def test_a_path_that_is_not_utf8_is_json_all_the_same(tmp_path: Path) -> None:
    raw = io.BytesIO()
    output = io.TextIOWrapper(raw, encoding="utf-8")
    JsonSurface(output).picture(Path("/out/\udcff.png"), "波形")
    assert json.loads(raw.getvalue()) == {"kind": "picture", "path": "/out/\udcff.png", "alt": "波形"}


def test_a_path_is_never_broken_and_nothing_is_read_as_markup(tmp_path: Path, made: File) -> None:
    output = io.StringIO()
    surface = StyledSurface(Console(file=output, width=30))
    path = tmp_path / ("x" * 100 + " [bold].mp4")
    surface.file(path, made)
    surface.text("[red]plain[/red] :smile:")
    assert f"saved {path}" in output.getvalue().splitlines()
    assert "[red]plain[/red] :smile:" in output.getvalue()


async def test_the_live_line_leaves_nothing_behind(tmp_path: Path, made: File) -> None:
    output = io.StringIO()
    surface = LiveSurface(Console(file=output, width=60, force_terminal=True, color_system=None), "Ctrl-C cancels")
    drawn = screen(surface, tmp_path)
    await drawn.draw(Progress("compose", 0.5, "Composing…"))
    surface.idle()
    await drawn.show(made)
    last = output.getvalue().rsplit("\x1b", 1)[1]
    assert "Composing" not in last
    assert "saved" in last
