"""Messages at the terminal: one may fail, the conversation goes on."""

from __future__ import annotations

import asyncio
import io
import logging
from pathlib import Path

import pytest

from bots.console.screen import ConsoleScreen
from bots.console.speaker import Speaker
from bots.console.surface import PlainSurface
from bots.console.talk import Talk, say_once
from core.messages import Command, IncomingMessage, Outcome, Screen
from tests.support.scripted_bot import ScriptedBot


class Desk:
    """A terminal's parts around a scripted core; `shown` is what it has drawn."""

    def __init__(self, folder: Path, bot: ScriptedBot) -> None:
        self._output = io.StringIO()
        surface = PlainSurface(self._output)
        self.speaker = Speaker(folder / "console.json", None)
        self.talk = Talk(
            bot, self.speaker, lambda: ConsoleScreen(surface, self.speaker, folder, "en"), surface.idle, "en"
        )

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
    desk = Desk(folder, bot)
    with caplog.at_level(logging.ERROR):
        # It was there when the command line was read.
        assert await desk.talk.finish("calm piano", [folder / "gone.mp3"]) is Outcome.FAILED
    assert "Something went wrong, reference " in desk.shown
    reference = desk.shown.split("reference ")[1][:4]
    assert reference in caplog.text
    assert bot.heard == []
    assert await desk.talk.finish("calm piano") is Outcome.FULFILLED
    assert [said.text for said in bot.heard] == ["calm piano"]
    assert not desk.talk.busy


async def test_a_memory_that_can_not_be_written_holds_up_nothing(folder: Path) -> None:
    bot = ScriptedBot()
    desk = Desk(folder, bot)
    folder.rename(folder.with_name("away"))  # noqa: ASYNC240 - as on a full disk
    assert await desk.talk.finish("calm piano") is Outcome.FULFILLED
    assert [said.text for said in bot.heard] == ["calm piano"]
    assert not desk.talk.busy


async def test_who_is_asked_to_end_leaves_nothing_running(folder: Path) -> None:
    begun = asyncio.Event()

    class Frozen(ScriptedBot):
        async def handle(self, said: IncomingMessage, screen: Screen) -> Outcome:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError("unreachable")

    desk = Desk(folder, Frozen())
    ending = asyncio.create_task(say_once(desk.talk, "calm piano", ()))
    await begun.wait()
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert not desk.talk.busy
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert "went wrong" not in desk.shown


async def test_what_the_core_did_not_foresee_is_told_as_well(folder: Path) -> None:
    async def fail(said: IncomingMessage, screen: Screen) -> None:
        raise LookupError("nobody foresaw it")

    desk = Desk(folder, ScriptedBot(fail))
    assert await desk.talk.finish("calm piano") is Outcome.FAILED
    assert "reference" in desk.shown
    assert "nobody foresaw it" not in desk.shown


async def test_an_unknown_command_is_answered_with_help_and_refused(folder: Path) -> None:
    bot = ScriptedBot()
    desk = Desk(folder, bot)
    assert await desk.talk.finish("/exprot") is Outcome.REFUSED
    assert desk.shown == "There is no command /exprot. Did you mean /export?\n"
    assert [said.command for said in bot.heard] == [Command.HELP]


async def test_what_was_left_is_finished_for_the_person_at_this_terminal(folder: Path) -> None:
    bot = ScriptedBot()
    desk = Desk(folder, bot)
    desk.talk.resume()
    assert desk.talk.busy
    await desk.talk.finish("/status")
    assert bot.resumed == [(desk.speaker.person, desk.speaker.chat)]
    assert not desk.talk.busy
