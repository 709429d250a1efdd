"""What is drawn: JSON lines to the letter, plain lines without repeats, a progress line that fits."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bots.console.sender import ConsoleSender
from bots.console.speaker import Speaker
from bots.console.styled import LiveSurface, StyledSurface
from bots.console.surface import JsonSurface, PlainSurface, Surface
from core.errors import PersonUnreachable
from core.messages import Button, Facts, Link, Progress
from core.sender import MediaFile, OutgoingMessage

BUTTONS = (Button("slower", "Slower"), Button("export", "Make the MP4"))


@pytest.fixture
def made(tmp_path: Path) -> OutgoingMessage:
    path = tmp_path / "work.bin"
    path.write_bytes(b"1234")
    film = MediaFile(path=path, name="upbeat.mp4", mime="video/mp4", seconds=20.0, size=4)
    return OutgoingMessage(text="✅ Video ready!", files=(film,), buttons=BUTTONS)


class Drawn:
    """One message on a surface."""

    def __init__(self, surface: Surface, tmp_path: Path) -> None:
        out = tmp_path / "out"
        out.mkdir()
        self._sender = ConsoleSender(surface, Speaker(tmp_path / "console.json", None), out, "en")
        self._id: int | None = None

    async def draw(self, progress: Progress, *notes: str) -> None:
        """Draw the message as it stands while the work goes on."""
        await self._put(OutgoingMessage(text=progress.text, progress=progress, notes=notes))

    async def show(self, item: OutgoingMessage) -> None:
        """Draw the message as it stands in the end."""
        await self._put(item)
        self._id = None

    async def _put(self, item: OutgoingMessage) -> None:
        if self._id is None:
            self._id = await self._sender.post("", item, nonce="", silent=False, reply=False)
        else:
            await self._sender.edit("", self._id, item)


async def test_json_lines_are_those_of_the_description(made: OutgoingMessage, tmp_path: Path) -> None:
    output = io.StringIO()
    drawn = Drawn(JsonSurface(output), tmp_path)
    await drawn.draw(Progress("compose", 0.5, "Composing…", BUTTONS))
    await drawn.draw(Progress("render", None, "⏳"), "It will be lovely")
    links = (Link("https://example.com/p", "Editor"),)
    await drawn.show(OutgoingMessage(text="两行\n文字", notes=("It will be lovely",), buttons=BUTTONS, links=links))
    wave = replace(made.files[0], name="wave.png", mime="image/png", seconds=0.0, alt="a waveform")
    await drawn.show(replace(made, files=(*made.files, wave), facts=Facts(title="Upbeat", tempo=120)))
    buttons = {
        "kind": "buttons",
        "buttons": [{"id": "slower", "label": "Slower"}, {"id": "export", "label": "Make the MP4"}],
    }
    facts = {"title": "Upbeat", "tempo": 120}
    assert [json.loads(line) for line in output.getvalue().splitlines()] == [
        {"kind": "progress", "stage": "compose", "fraction": 0.5, "text": "Composing…"},
        {"kind": "text", "text": "It will be lovely"},
        {"kind": "progress", "stage": "render", "fraction": None, "text": "⏳"},
        {"kind": "text", "text": "两行\n文字"},
        {"kind": "text", "text": "Editor: https://example.com/p"},
        buttons,
        {
            "kind": "file",
            "path": str(tmp_path / "out" / "upbeat.mp4"),
            "mime": "video/mp4",
            "seconds": 20.0,
            "bytes": 4,
            "text": "✅ Video ready!",
            "facts": facts,
        },
        {
            "kind": "file",
            "path": str(tmp_path / "out" / "wave.png"),
            "mime": "image/png",
            "seconds": 0.0,
            "bytes": 4,
            "text": "",
            "facts": facts,
            "alt": "a waveform",
        },
        buttons,
    ]


async def test_plain_lines_tell_each_stage_and_now_and_then_how_far_it_is(
    made: OutgoingMessage, tmp_path: Path
) -> None:
    output = io.StringIO()
    now = 100.0
    drawn = Drawn(PlainSurface(output, lambda: now), tmp_path)
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


async def test_a_file_that_can_not_be_saved_is_said_and_the_screen_is_gone(
    made: OutgoingMessage, tmp_path: Path
) -> None:
    output = io.StringIO()
    drawn = Drawn(PlainSurface(output), tmp_path)
    (tmp_path / "out").rmdir()
    with pytest.raises(PersonUnreachable):
        await drawn.show(made)
    assert str(tmp_path / "out") in output.getvalue()
    assert "--out" in output.getvalue()


@pytest.mark.parametrize("width", [20, 40, 120])
@pytest.mark.parametrize("text", ["Composing…", "正在作曲，请稍候…" * 20, "⏳ " + "x" * 300])
def test_the_progress_line_is_one_line_at_any_width(width: int, text: str) -> None:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    line = StyledSurface(console, "Ctrl-C cancels")
    line.progress(Progress("compose", 0.5, text, BUTTONS))
    with console.capture() as drawn:
        console.print(line)
    assert drawn.get().count("\n") == 1
    assert console.measure(drawn.get().rstrip("\n")).maximum <= width


EVIL = "a\x1b]0;owned\x07b\rc\x9bd\x7f\u202ee\udcff"
SHOWN = "a␛]0;owned␇b␍c\\x9bd␡\\u202ee\\xff"


@pytest.mark.parametrize("kind", ["plain", "styled", "live"])
async def test_nothing_that_is_shown_steers_the_terminal(kind: str, tmp_path: Path, made: OutgoingMessage) -> None:
    output = io.StringIO()
    console = Console(file=output, width=200, color_system=None)
    surface: Surface = {
        "plain": PlainSurface(output),
        "styled": StyledSurface(console, "hint"),
        "live": LiveSurface(console, "hint"),
    }[kind]
    surface.text(f"{EVIL}\nnext line")
    surface.file(tmp_path / f"{EVIL}\n.png", made.files[0], replace(made, text=EVIL))
    surface.buttons([Button("x", EVIL)], 1)
    if kind == "plain":
        surface.progress(Progress("compose", None, EVIL))
    text = output.getvalue()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)
    assert text.count(SHOWN) >= 4
    assert f"{SHOWN}\nnext line" in text
    assert f"{SHOWN}␊.png" in text


def test_the_progress_line_does_not_steer_the_terminal() -> None:
    console = Console(file=io.StringIO(), width=200, color_system=None)
    line = StyledSurface(console, "hint")
    line.progress(Progress("compose", None, EVIL))
    with console.capture() as drawn:
        console.print(line)
    assert SHOWN in drawn.get()


def test_a_path_that_is_not_utf8_is_json_all_the_same(made: OutgoingMessage) -> None:
    raw = io.BytesIO()
    output = io.TextIOWrapper(raw, encoding="utf-8")
    JsonSurface(output).file(Path("/out/\udcff.png"), made.files[0], replace(made, text="波形"))
    line = json.loads(raw.getvalue())
    assert (line["path"], line["text"]) == ("/out/\udcff.png", "波形")


def test_a_path_is_never_broken_and_nothing_is_read_as_markup(tmp_path: Path, made: OutgoingMessage) -> None:
    output = io.StringIO()
    surface = StyledSurface(Console(file=output, width=30), "hint")
    path = tmp_path / ("x" * 100 + " [bold].mp4")
    surface.file(path, made.files[0], made)
    surface.text("[red]plain[/red] :smile:")
    assert f"saved {path}" in output.getvalue().splitlines()
    assert "[red]plain[/red] :smile:" in output.getvalue()


async def test_the_live_line_leaves_nothing_behind(tmp_path: Path, made: OutgoingMessage) -> None:
    output = io.StringIO()
    surface = LiveSurface(Console(file=output, width=60, force_terminal=True, color_system=None), "Ctrl-C cancels")
    drawn = Drawn(surface, tmp_path)
    await drawn.draw(Progress("compose", 0.5, "Composing…"))
    surface.idle()
    await drawn.show(made)
    last = output.getvalue().rsplit("\x1b", 1)[1]
    assert "Composing" not in last
    assert "saved" in last
