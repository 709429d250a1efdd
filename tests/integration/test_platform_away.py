"""A chat platform that is away for longer than anybody insists: what was made is shown when it is back, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.store import Vault, open_store
from tests.support.conversation import BRIEF, opened
from tests.support.faults import Fault
from tests.support.gateway import serving
from tests.support.one_message import SECRET
from tests.support.scripted_api import RUN, ScriptedApi, calls, stream
from tests.support.telegram_server import refusal, telegram_server

AWAY = 12
"""Calls: about three times as many as a screen insists on."""


async def test_an_end_that_nobody_could_tell_is_told_once_the_platform_is_back(
    api: ScriptedApi, valkey_url: str, tmp_path: Path
) -> None:
    go = asyncio.Event()
    api.on("POST", RUN, stream(calls("generate_music"), go))
    async with (
        telegram_server() as server,
        opened(valkey_url, tmp_path / "work", api.url, BRIEF) as bot,
        open_store(valkey_url, Vault(SECRET)) as store,
        serving(server, bot),
    ):
        await server.say("/music calm piano")
        await api.receive("POST", RUN)
        await server.until(lambda: server.shown)
        away = refusal(502, "Bad Gateway")
        faults = [Fault(method, away, times=AWAY) for method in ("sendMessage", "editMessageText")]
        server.faults += faults
        (name,) = await store.index.to_show("telegram")
        await store.journal.park(name.place, name.job_id, 1, "three workers died over it")
        async with asyncio.timeout(30):
            while await store.index.to_show("telegram"):  # noqa: ASYNC110 the other side of a store is awaited
                await asyncio.sleep(0.05)
        told = [message.text for message in server.shown]
        assert len(told) == 1, told
        assert told[0].startswith("This request failed several times"), told
        assert len(api.asked("POST", RUN)) == 1
        go.set()
