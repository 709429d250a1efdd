"""Messages at the terminal: one may fail, the conversation goes on."""

from __future__ import annotations

import asyncio
import io
import logging
import subprocess
import sys
from pathlib import Path
from typing import Self

import pytest

from bots.console.exchanges import Exchanges
from bots.console.sender import ConsoleSender
from bots.console.speaker import Speaker
from bots.console.surface import PlainSurface
from core.commands import Action
from core.messages import Button, IncomingMessage, Outcome, Text
from tests.support.scripted_bot import Answer, ScriptedBot


class Desk:
    """A terminal's parts around a scripted core; `shown` is what it has drawn."""

    def __init__(self, folder: Path, bot: ScriptedBot) -> None:
        self._output = io.StringIO()
        surface = PlainSurface(self._output)
        self.speaker = Speaker(folder / "console.json", None)
        self.sender = ConsoleSender(surface, self.speaker, folder, "en")
        self.talk = Exchanges(bot, self.speaker, surface, "en")
        self._bot = bot

    async def __aenter__(self) -> Self:
        self._serving = self._bot.serving(self.sender)
        await self._serving.__aenter__()
        return self

    async def __aexit__(self, *trouble: object) -> None:
        await self._serving.__aexit__(None, None, None)

    @property
    def shown(self) -> str:
        return self._output.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.mkdir()
    return path


async def test_a_line_that_can_not_be_heard_is_told_and_the_next_one_is_handled(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bot = ScriptedBot()
    async with Desk(folder, bot) as desk:
        with caplog.at_level(logging.ERROR):
            # It was there when the command line was read.
            assert await desk.talk.finish("calm piano", [folder / "gone.mp3"]) is Outcome.FAILED
        assert "Something went wrong, reference " in desk.shown
        assert desk.shown.split("reference ")[1][:4] in caplog.text
        assert bot.heard == []
        assert await desk.talk.finish("calm piano") is Outcome.FULFILLED
        assert not desk.talk.busy
    assert [said.text for said in bot.heard] == ["calm piano"]


async def test_a_memory_that_can_not_be_written_holds_up_nothing(folder: Path) -> None:
    async def script(_: IncomingMessage, answer: Answer) -> None:
        await answer.show(Text("Here is …", (Button("again:1", "Again"),)))

    async with Desk(folder, ScriptedBot(script)) as desk:
        folder.rename(folder.with_name("away"))  # noqa: ASYNC240 - as on a full disk
        assert await desk.talk.finish("calm piano") is Outcome.FULFILLED
    assert desk.shown == "Here is …\n1 Again\n"


async def test_who_is_asked_to_end_leaves_nothing_running(folder: Path) -> None:
    async def script(_: IncomingMessage, answer: Answer) -> None:
        await asyncio.Event().wait()

    bot = ScriptedBot(script)
    async with Desk(folder, bot) as desk:
        ending = asyncio.create_task(desk.talk.finish("calm piano"))
        await bot.hears()
        ending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ending
        assert not desk.talk.busy
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert "went wrong" not in desk.shown


async def test_what_the_core_did_not_foresee_is_told_as_well(folder: Path) -> None:
    class Failing(ScriptedBot):
        async def accept(self, message: IncomingMessage) -> asyncio.Task[Outcome]:
            raise LookupError("nobody foresaw it")

    async with Desk(folder, Failing()) as desk:
        assert await desk.talk.finish("calm piano") is Outcome.FAILED
    assert "reference" in desk.shown
    assert "nobody foresaw it" not in desk.shown


async def test_an_unknown_command_is_answered_with_help_and_refused(folder: Path) -> None:
    bot = ScriptedBot()
    async with Desk(folder, bot) as desk:
        assert await desk.talk.finish("/exprot") is Outcome.REFUSED
    assert desk.shown == "There is no command /exprot. Did you mean /export?\n"
    assert [said.command for said in bot.heard] == [Action.HELP]


async def test_what_was_left_is_finished_for_the_person_at_this_terminal(folder: Path) -> None:
    bot = ScriptedBot()
    async with Desk(folder, bot) as desk:
        desk.talk.resume()
        assert desk.talk.busy
        await desk.talk.finish("/status")
        assert not desk.talk.busy
    assert set(bot.caught_up) == {(desk.speaker.person, desk.speaker.chat)}


def test_a_chat_in_the_terminal_loads_no_other_platform() -> None:
    look = "import sys, bots.cli_chat; print(*sorted({'discord', 'telegram', 'aiohttp'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
