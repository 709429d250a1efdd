"""Whole conversations over the real core, a real Valkey and the real studio over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core.app import open_bot
from core.jobs.line import Pulse
from core.nemo.model import Backend, Deadlines
from core.words import Bot, Chat, Command, Outcome, Person, Said
from tests.support.screen import RecordingScreen
from tests.support.studio import running_studio

ME = Person("test", "7", "en")
HERE = Chat("test", "42")
QUICK = Deadlines(
    recover_first=0.2, recover_next=0.2, render_first=0.05, render_every=0.1, render_polls=300, rate_limit_wait=0.1
)


@pytest.fixture(scope="session")
def studio_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_studio(tmp_path_factory.mktemp("studio")) as url:
        yield url


@pytest.fixture
async def bot(valkey_url: str, studio_url: str, tmp_path: Path) -> AsyncIterator[Bot]:
    backend = Backend(api_url=studio_url, web_url=None, platform="test", deadlines=QUICK)
    async with open_bot(valkey_url, backend, tmp_path / "work", pulse=Pulse(lease=2, look=0.05)) as opened:
        yield opened


def said(text: str = "", command: Command | None = None, *, message: str = "1", **rest: object) -> Said:
    return Said(ME, HERE, message, text, command, **rest)  # type: ignore[arg-type]


async def test_one_message_gives_one_mp4(bot: Bot, tmp_path: Path) -> None:
    screen = RecordingScreen(tmp_path / "out")
    outcome = await bot.handle(said("upbeat energetic 5 seconds", Command.MUSIC), screen)
    print(screen.text)
    assert outcome is Outcome.FULFILLED
    assert screen.file.name == "upbeat-energetic-5-seconds.mp4"
    assert screen.files[0].stat().st_size == screen.file.size > 10_000
    assert "setup" in screen.stages
    assert "nmv_usr_" not in screen.text
