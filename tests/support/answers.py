"""What scripts of the tests show: progress, a film, texts."""

from __future__ import annotations

from collections.abc import Callable

from core.messages import Button, Film, IncomingMessage, Item, Progress, Text
from tests.support.scripted_bot import Answer, Script

CANCEL = Button("cancel:17", "Cancel")
AGAIN = Button("again:1", "Again")
WORKING = Progress("compose", 0.1, "Composing…", (CANCEL,))
FILM = Film(render_id="r", job_id="j", language="en", name="upbeat.mp4", text="Here you are", buttons=(AGAIN,))


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
