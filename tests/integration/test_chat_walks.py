"""The main job from end to end on both platforms: chat server, adapter, core, Valkey, studio, and the file back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from bots import discord, telegram
from core.app import CoreConfig, Work
from core.nemo.model import Backend
from tests.support import discord_wire, telegram_server
from tests.support.conversation import QUICK, open_bot
from tests.support.decode import watch
from tests.support.discord_server import DiscordServer, discord_server
from tests.support.files import make_video
from tests.support.gateway import serving
from tests.support.telegram_server import TelegramServer


@dataclass(frozen=True)
class Heard:
    """One message of the bot as a person has it on the screen; `buttons` are ids by labels."""

    text: str
    file: bytes | None
    buttons: dict[str, str]


class OnDiscord:
    """A person there."""

    def __init__(self, server: DiscordServer) -> None:
        self.server = server

    async def music(self, prompt: str) -> None:
        await self.server.slash("music", prompt=prompt, guild=False)

    async def say(self, text: str, file: bytes | None = None) -> None:
        await self.server.say(text, files=(("clip.mp4", file, "video/mp4"),) if file else ())

    async def press(self, heard: Heard, label: str) -> None:
        (message,) = (one for one in self.server.shown if heard.buttons[label] in one.buttons)
        await self.server.press(message, heard.buttons[label])

    def heard(self) -> list[Heard]:
        return [
            Heard(
                one.content, one.files[0][1] if one.files else None, {label: key for key, label in one.buttons.items()}
            )
            for one in self.server.shown
        ]


class OnTelegram:
    """A person there."""

    def __init__(self, server: TelegramServer) -> None:
        self.server = server

    async def music(self, prompt: str) -> None:
        await self.server.say(f"/music {prompt}")

    async def say(self, text: str, file: bytes | None = None) -> None:
        sent = self.server.file("video", file, "clip.mp4", "video/mp4") if file else {}
        await self.server.say(**{"caption" if file else "text": text}, **sent)

    async def press(self, heard: Heard, label: str) -> None:
        (message,) = (one for one in self.server.shown if one.text == heard.text)
        await self.server.press(message, heard.buttons[label])

    def heard(self) -> list[Heard]:
        return [
            Heard(
                one.text,
                one.file[1] if one.file else None,
                {button["text"]: button["callback_data"] for button in one.buttons},
            )
            for one in self.server.shown
        ]


Someone = OnDiscord | OnTelegram


@pytest.fixture(params=["discord", "telegram"])
async def someone(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, valkey_url: str, studio_url: str, tmp_path: Path
) -> AsyncIterator[Someone]:
    backend = Backend(api_url=studio_url, web_url=None, platform="test", deadlines=QUICK)
    config = CoreConfig(redis_url=valkey_url, backend=backend, work_dir=tmp_path / "work")
    async with AsyncExitStack() as stack:
        person: Someone
        if request.param == "discord":
            person = OnDiscord(await stack.enter_async_context(discord_server(monkeypatch)))
            files = discord.DiscordFiles(SecretStr(discord_wire.TOKEN))
        else:
            person = OnTelegram(await stack.enter_async_context(telegram_server.telegram_server()))
            url = person.server.base
            files = telegram.TelegramFiles(SecretStr(telegram_server.TOKEN), url, telegram.download_limit(url))
        fetch = (await stack.enter_async_context(files)).fetch
        bot = await stack.enter_async_context(open_bot(config, Work(fetches={request.param: fetch})))
        async with serving(person.server, bot.gateway):
            yield person
        assert person.server.violations == []


async def hears(someone: Someone, holds: Callable[[Heard], object], after: int = 0) -> Heard:
    """Wait for a message that makes `holds` true, behind the first `after` ones."""

    def found() -> list[Heard]:
        return [one for one in someone.heard()[after:] if holds(one)]

    try:
        await someone.server.until(found)
    except TimeoutError:
        raise AssertionError("\n".join(one.text for one in someone.heard())) from None
    return found()[0]


def is_film(heard: Heard) -> bool:
    return heard.file is not None


def check_film(heard: Heard, path: Path, seconds: float) -> None:
    """Decode a whole MP4: its picture and its sound are so long, and the sound is more than silence."""
    assert heard.file
    path.write_bytes(heard.file)
    seen = watch(path)
    assert seen.times[-1] == pytest.approx(seconds, abs=0.1)
    assert len(seen.sound) / 48_000 == pytest.approx(seconds, abs=0.1)
    assert abs(seen.sound).max() > 0.05


async def test_a_first_conversation(someone: Someone, tmp_path: Path) -> None:
    await someone.music("upbeat energetic 5s")
    made = await hears(someone, is_film)
    check_film(made, tmp_path / "made.mp4", 5)

    before = len(someone.heard())
    await someone.press(made, next(iter(made.buttons)))
    await hears(someone, lambda one: "BPM" in one.text or is_film(one), before)
    assert made in someone.heard()

    before = len(someone.heard())
    await someone.say("make it slower and add the title 'Golden Hour'")
    edited = await hears(someone, lambda one: "Golden Hour" in one.text, before)
    assert "BPM" in edited.text

    before = len(someone.heard())
    await someone.say("导出")
    exported = await hears(someone, is_film, before)
    assert "Golden Hour" in exported.text
    assert exported.file != made.file

    # Nothing unfinished is left standing: no progress, no Cancel button.
    assert not any({"Cancel", "取消"} & one.buttons.keys() for one in someone.heard())


async def test_music_under_a_video_of_ones_own(someone: Someone, tmp_path: Path) -> None:
    clip = make_video(tmp_path / "clip.mp4", seconds=3)
    await someone.say("put calm piano under this", clip.read_bytes())
    check_film(await hears(someone, is_film), tmp_path / "scored.mp4", 3)
