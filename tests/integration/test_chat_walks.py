"""The main job from end to end on both platforms: chat server, adapter, core, Valkey, studio, and the file back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Protocol

import av
import pytest
from pydantic import SecretStr

from bots import discord, telegram
from bots.telegram.service import CLOUD
from core.app import CoreConfig, Work
from core.nemo.model import Backend, Deadlines
from tests.support import discord_server as discord_side
from tests.support import telegram_server as telegram_side
from tests.support.conversation import open_bot
from tests.support.discord_wire import TOKEN as DISCORD_TOKEN
from tests.support.files import make_video

QUICK = Deadlines(render_first=0.05, render_every=0.1, render_polls=600)


@dataclass(frozen=True)
class Heard:
    """One message of the bot as a person has it on the screen."""

    text: str
    file: bytes | None
    buttons: tuple[str, ...]


class Someone(Protocol):
    """A person on a platform."""

    async def music(self, prompt: str) -> None: ...
    async def say(self, text: str, file: bytes | None = None) -> None: ...
    async def press(self, label: str) -> None: ...
    def heard(self) -> list[Heard]: ...
    async def until(self, holds: Callable[[], bool]) -> None: ...
    def violations(self) -> list[str]: ...


class OnDiscord:
    def __init__(self, server: discord_side.DiscordServer) -> None:
        self.server = server

    async def music(self, prompt: str) -> None:
        await self.server.slash("music", prompt=prompt, guild=False)

    async def say(self, text: str, file: bytes | None = None) -> None:
        files = (("clip.mp4", file, "video/mp4"),) if file else ()
        await self.server.say(text, files=files)

    async def press(self, label: str) -> None:
        for message in reversed(self.server.shown):
            for button, name in message.buttons.items():
                if name == label:
                    await self.server.press(message, button)
                    return
        raise AssertionError(f"no button {label}")

    def heard(self) -> list[Heard]:
        return [
            Heard(one.content, one.files[0][1] if one.files else None, tuple(one.buttons.values()))
            for one in self.server.shown
        ]

    async def until(self, holds: Callable[[], bool]) -> None:
        await self.server.until(holds)

    def violations(self) -> list[str]:
        return self.server.violations


class OnTelegram:
    def __init__(self, server: telegram_side.TelegramServer) -> None:
        self.server = server

    async def music(self, prompt: str) -> None:
        await self.server.say(f"/music {prompt}")

    async def say(self, text: str, file: bytes | None = None) -> None:
        if file is None:
            await self.server.say(text)
        else:
            sent = self.server.file("video", file, "clip.mp4", "video/mp4")
            await self.server.say(caption=text, **sent)

    async def press(self, label: str) -> None:
        for message in reversed(self.server.shown):
            for button in message.buttons:
                if button["text"] == label:
                    await self.server.press(message, button["callback_data"])
                    return
        raise AssertionError(f"no button {label}")

    def heard(self) -> list[Heard]:
        return [
            Heard(one.text, one.file[1] if one.file else None, tuple(button["text"] for button in one.buttons))
            for one in self.server.shown
        ]

    async def until(self, holds: Callable[[], bool]) -> None:
        await self.server.until(holds)

    def violations(self) -> list[str]:
        return self.server.violations


@pytest.fixture(params=["discord", "telegram"])
async def someone(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    valkey_url: str,
    studio_url: str,
    tmp_path: Path,
) -> AsyncIterator[Someone]:
    backend = Backend(api_url=studio_url, web_url=None, platform="test", deadlines=QUICK)
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        token: SecretStr
        if request.param == "discord":
            discord_there = await stack.enter_async_context(discord_side.discord_server(monkeypatch))
            token = SecretStr(DISCORD_TOKEN)
            files = await stack.enter_async_context(discord.DiscordFiles(token))
            fetches = {discord.PLATFORM: files.fetch}
            serve = partial(discord.serve, token, stop=stop)
            person: Someone = OnDiscord(discord_there)
        else:
            telegram_there = await stack.enter_async_context(telegram_side.telegram_server())
            token, url = SecretStr(telegram_side.TOKEN), telegram_there.base
            sent = await stack.enter_async_context(telegram.TelegramFiles(token, url, telegram.download_limit(url)))
            fetches = {telegram.PLATFORM: sent.fetch}
            limits = replace(CLOUD, album_wait=0.05)
            serve = partial(telegram.serve, token, api_url=url, stop=stop, limits=limits)
            person = OnTelegram(telegram_there)
        config = CoreConfig(redis_url=valkey_url, backend=backend, work_dir=tmp_path / "work")
        bot = await stack.enter_async_context(open_bot(config, Work(fetches=fetches)))
        served = asyncio.create_task(serve(gateway=bot.gateway))
        yield person
        stop.set()
        async with asyncio.timeout(120):
            await served
        assert person.violations() == []


async def hears(someone: Someone, holds: Callable[[Heard], bool], after: int) -> Heard:
    """Wait for a message that makes `holds` true, behind the first `after` ones."""

    def found() -> list[Heard]:
        return [one for one in someone.heard()[after:] if holds(one)]

    try:
        await someone.until(lambda: bool(found()))
    except TimeoutError:
        raise AssertionError("\n".join(one.text for one in someone.heard())) from None
    return found()[0]


def is_video(heard: Heard) -> bool:
    return heard.file is not None


def look(data: bytes | None) -> tuple[float, float, bool]:
    """Decode a whole MP4; return the seconds of picture and sound, and whether the sound is more than silence."""
    assert data is not None
    with av.open(BytesIO(data)) as file:
        assert [stream.codec_context.name for stream in file.streams] == ["h264", "aac"]
        pictures = 0
        samples = 0
        loud = False
        for frame in file.decode():
            if isinstance(frame, av.VideoFrame):
                pictures += 1
            elif isinstance(frame, av.AudioFrame):
                samples += frame.samples
                loud = loud or bool(abs(frame.to_ndarray()).max() > 0.05)
        rate = file.streams.video[0].average_rate
        assert rate is not None
        return float(pictures / rate), samples / file.streams.audio[0].rate, loud


async def test_a_first_conversation(someone: Someone, tmp_path: Path) -> None:
    await someone.music("upbeat energetic 5s")
    made = await hears(someone, is_video, 0)
    picture, sound, loud = look(made.file)
    assert picture == pytest.approx(5, abs=0.04)
    assert sound == pytest.approx(5, abs=0.05)
    assert loud
    assert made.buttons

    before = len(someone.heard())
    await someone.say("make it slower and add the title 'Golden Hour'")
    edited = await hears(someone, lambda one: "Golden Hour" in one.text, before)
    assert "BPM" in edited.text

    before = len(someone.heard())
    await someone.say("导出")
    exported = await hears(someone, is_video, before)
    assert "Golden Hour" in exported.text
    assert look(exported.file)[2]
    assert exported.file != made.file

    # Nothing unfinished is left standing: no progress, no Cancel button.
    assert all("Cancel" not in one.buttons and "取消" not in one.buttons for one in someone.heard())


async def test_the_balance_is_told_in_words(someone: Someone) -> None:
    await someone.say("how many credits do I have left?")
    await hears(someone, lambda one: "100" in one.text and "credits" in one.text, 0)
    await someone.say("/credits")
    await hears(someone, lambda one: "100" in one.text and "credits" in one.text, 1)


async def test_music_under_a_video_of_ones_own(someone: Someone, tmp_path: Path) -> None:
    clip = make_video(tmp_path / "clip.mp4", seconds=3)
    await someone.say("put calm piano under this", clip.read_bytes())
    scored = await hears(someone, is_video, 0)
    picture, sound, loud = look(scored.file)
    assert picture == pytest.approx(3, abs=0.1)
    assert sound == pytest.approx(3, abs=0.1)
    assert loud


async def test_a_button_under_the_result_goes_on_with_the_piece(someone: Someone) -> None:
    await someone.music("calm lofi 5s")
    made = await hears(someone, is_video, 0)
    before = len(someone.heard())
    await someone.press(made.buttons[0])
    changed = await hears(someone, lambda one: "BPM" in one.text or one.file is not None, before)
    assert changed.text != made.text
    assert made in someone.heard()
