"""What scripts of the tests show: progress, a film, texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.messages import Button, Film, IncomingMessage, Item, Progress, Text
from core.sender import MediaFile, OutgoingMessage
from tests.support.scripted_bot import Answer, Script

CANCEL = Button("cancel:17", "Cancel")
AGAIN = Button("again:1", "Again")
WORKING = Progress("compose", 0.1, "Composing…", (CANCEL,))
FILM = Film(render_id="r", job_id="j", language="en", name="upbeat.mp4", text="Here you are", buttons=(AGAIN,))
FILM_BYTES = b"\0\0\0 ftypisom"


def films_in(folder: Path) -> dict[str, OutgoingMessage]:
    """Return what `FILM` becomes when it is brought to this machine."""
    path = folder / "made.mp4"
    path.write_bytes(FILM_BYTES)
    file = MediaFile(path=path, name="upbeat.mp4", mime="video/mp4", size=12, seconds=4.5, width=1920, height=1080)
    return {"r": OutgoingMessage(files=(file,))}


def with_picture(films: dict[str, OutgoingMessage], folder: Path) -> None:
    """Let the film come with a picture that has a description."""
    path = folder / "wave.png"
    path.write_bytes(b"\x89PNG")
    wave = MediaFile(path=path, name="wave.png", mime="image/png", size=4, alt="A waveform")
    films["r"] = OutgoingMessage(files=(*films["r"].files, wave))


def after(happens: Callable[[], object], *items: Item) -> Script:
    """Return a script that works, lets something happen, and shows items."""

    async def script(_: IncomingMessage, answer: Answer) -> None:
        await answer.drawn(WORKING)
        happens()
        for item in items:
            await answer.show(item)

    return script


music = after(lambda: None, FILM)


def saying(text: str, *, private: bool = False) -> Script:
    """Return a script that says one thing."""

    async def script(_: IncomingMessage, answer: Answer) -> None:
        await answer.show(Text(text, private=private))

    return script
