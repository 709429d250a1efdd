"""`python -m bots chat`: one message, lines from a pipe, or a conversation on a terminal."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from bots import logs
from bots.bootstrap import open_app
from bots.console.exchanges import Exchanges, say_lines
from bots.console.files import regular
from bots.console.sender import ConsoleSender
from bots.console.speaker import Speaker, locale_language
from bots.console.surface import JsonSurface, PlainSurface, Surface
from bots.errors import Explained
from bots.lifecycle import ENDING, on_signals
from bots.private import private_folder
from bots.settings import Settings
from core.messages import Outcome, Progress
from core.store import Conversation
from core.texts import say

_STATUS = {Outcome.FULFILLED: 0, Outcome.REFUSED: 1, Outcome.FAILED: 1, Outcome.CANCELLED: 130}
_TERMINATED = 128 + signal.SIGTERM


def chat(
    settings: Settings, language: str, message: str | None, files: Sequence[Path], out: Path, *, as_json: bool
) -> int:
    """Chat as the command line asks for, and return the exit status. Raises `Explained`."""
    out = out.expanduser().absolute()
    for path in files:
        regular(path)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Explained("console.out_refused", folder=str(out), reason=error.strerror or "?") from error
    private_folder(settings.data_dir)
    # The person reads the conversation; what the program has to say about itself goes to a file.
    logs.set_up(settings.log_level, settings.log_format, settings.secrets, settings.data_dir / "chat.log")
    try:
        return asyncio.run(_until_told_to_end(_chat(settings, language, message, files, out, as_json=as_json)))
    except asyncio.CancelledError:
        return _TERMINATED


async def _until_told_to_end(chatting: Coroutine[None, None, int]) -> int:
    """Tidy up when the terminal is closed or the process is asked to end: nothing embedded is left running."""
    task = asyncio.create_task(chatting)
    with on_signals(ENDING, task.cancel):
        return await task


async def _chat(
    settings: Settings, language: str, message: str | None, files: Sequence[Path], out: Path, *, as_json: bool
) -> int:
    hint = say(language, "console.cancel_hint")
    surface: Surface
    if as_json:
        surface = JsonSurface(sys.stdout)
    elif not sys.stdout.isatty():
        surface = PlainSurface(sys.stdout)
    else:
        from rich.console import Console

        from bots.console.styled import LiveSurface

        surface = LiveSurface(Console(), hint)
    typed_on = sys.stdin.isatty() and sys.stdout.isatty() and message is None and not as_json
    speaker = Speaker(settings.data_dir / "console.json", locale_language())
    opening = surface
    opening.progress(Progress("setup", None, say(language, "console.setting_up")))
    try:
        async with AsyncExitStack() as opened:
            app = await opened.enter_async_context(open_app(settings.model_copy(update={"drain_seconds": 0})))
            opening.idle()
            if typed_on:
                # Only a conversation needs the library that reads lines with a history; it loads slowly.
                from bots.console.prompt import PromptSurface, converse

                surface = prompt = PromptSurface(hint)
            sender = ConsoleSender(surface, speaker, out, language)
            here = Conversation.of(speaker.person, speaker.chat).chat
            await opened.enter_async_context(app.gateway.serving(sender, here))
            talk = Exchanges(app.gateway, speaker, surface, language)
            if message is not None:
                with on_signals([signal.SIGINT], talk.interrupt):
                    return _STATUS[await talk.finish(message, files)]
            if typed_on:
                prompt.text(say(language, "console.welcome"))
                if title := await app.gateway.open_project(speaker.person, speaker.chat):
                    prompt.text(say(language, "console.open_project", title=title))
                await converse(talk, prompt, settings.data_dir / "history", language, files)
            else:
                await say_lines(talk, sys.stdin, files)
            return 0
    finally:
        opening.idle()
