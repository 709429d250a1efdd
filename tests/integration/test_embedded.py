"""The embedded servers, with real processes: one for all, revived when killed, gone with their last user."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
import redis

from bots.embedded import EmbeddedError, EmbeddedStudio, EmbeddedValkey, head_of
from bots.embedded.server import inherited
from tests.support.embedded import ValkeyUser
from tests.support.studio_client import Person
from tests.support.waiting import until


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextlib.contextmanager
def users(data_dir: Path, count: int) -> Iterator[list[ValkeyUser]]:
    started = [ValkeyUser(data_dir) for _ in range(count)]
    try:
        yield started
    finally:
        for user in started:
            user.kill()


def server_pid(valkey: EmbeddedValkey) -> int:
    with redis.Redis.from_url(valkey.url) as client:
        return int(client.info()["process_id"])


async def test_five_at_once_share_one_server_that_the_last_one_shuts_down(tmp_path: Path) -> None:
    with users(tmp_path, 5) as started:
        served = [user.served() for user in started]
        (server,) = {pid for pid, _ in served}
        assert sorted(count for _, count in served) == [1, 2, 3, 4, 5]
        assert [user.leave() for user in started[1:]] == [0, 0, 0, 0]
        assert not gone(server)
        assert started[0].leave() == 0
        assert gone(server)


async def test_a_killed_starter_leaves_a_server_that_the_next_one_uses_and_ends(tmp_path: Path) -> None:
    with users(tmp_path, 1) as (starter,):
        server, _ = starter.served()
        starter.kill()
        assert not gone(server)
    valkey = EmbeddedValkey(tmp_path)
    async with valkey.shared():
        assert server_pid(valkey) == server
    assert gone(server)


async def test_a_killed_server_is_revived_with_its_data(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    async with valkey.shared():
        with redis.Redis.from_url(valkey.url) as client:
            client.set("track", "kept")
        first = server_pid(valkey)
        os.kill(first, signal.SIGKILL)
        await until(lambda: gone(first))
        await until(valkey.answers)
        assert server_pid(valkey) != first
        with redis.Redis.from_url(valkey.url) as client:
            assert client.get("track") == b"kept"


async def test_a_server_that_hangs_is_waited_for_and_never_doubled(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    async with valkey.shared():
        pid = server_pid(valkey)
        os.kill(pid, signal.SIGSTOP)
        try:
            impatient = EmbeddedValkey(tmp_path)
            impatient.patience = 0.1
            with pytest.raises(EmbeddedError):
                async with impatient.shared():
                    pass
        finally:
            os.kill(pid, signal.SIGCONT)
        assert server_pid(valkey) == pid


@pytest.mark.parametrize("name", ["with space %20 and ?", "x" * 120])
async def test_any_name_of_the_data_directory_will_do(tmp_path: Path, name: str) -> None:
    valkey = EmbeddedValkey(tmp_path / name)
    async with valkey.shared():
        with redis.Redis.from_url(valkey.url) as client:
            assert client.ping()
            assert client.config_get("appendonly") == {"appendonly": "yes"}
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("port") == {"port": "0"}
            client.set("track", "kept")
        assert stat.S_IMODE(valkey.socket.stat().st_mode) == 0o700
        assert len(os.fsencode(valkey.socket)) < 104
    # What is kept outlives the last user.
    again = EmbeddedValkey(tmp_path / name)
    async with again.shared():
        with redis.Redis.from_url(again.url) as client:
            assert client.get("track") == b"kept"


async def test_a_server_that_can_not_start_is_an_error_that_names_its_log(tmp_path: Path) -> None:
    (tmp_path / "valkey" / "appendonlydir").mkdir(parents=True)
    (tmp_path / "valkey" / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    valkey = EmbeddedValkey(tmp_path)
    with pytest.raises(EmbeddedError) as caught:
        async with valkey.shared():
            pass
    assert caught.value.values["log"] == str(valkey.log)
    assert "AOF" in valkey.log.read_text()


@contextlib.asynccontextmanager
async def using_studio(
    data_dir: Path, *, idle_exit: float = 2, watch_every: float = 1
) -> AsyncIterator[EmbeddedStudio]:
    settings = {"DATA_DIR": str(data_dir), "STUDIO_CHEAP_RENDER": "true", "STUDIO_IDLE_EXIT": str(idle_exit)}
    studio = EmbeddedStudio(data_dir, settings)
    studio.watch_every = watch_every
    async with studio.shared():
        yield studio


def studio_pid(url: str) -> int:
    port = int(url.rsplit(":", 1)[1])
    return next(
        connection.pid
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid
    )


async def test_one_studio_for_all_revived_at_its_address_and_gone_with_its_last_user(tmp_path: Path) -> None:
    async with using_studio(tmp_path) as one, using_studio(tmp_path) as other:
        url = one.url
        assert other.url == url
        first = studio_pid(url)
        os.kill(first, signal.SIGKILL)
        await until(lambda: gone(first))
        await until(one.answers)
        assert one.url == url
        second = studio_pid(url)
        assert second != first
    await until(lambda: gone(second))


async def test_a_studio_whose_users_are_silent_stays_and_one_without_users_goes(tmp_path: Path) -> None:
    async with using_studio(tmp_path, idle_exit=0.2, watch_every=3600) as studio:
        pid = studio_pid(studio.url)
        await asyncio.sleep(1.5)  # many times the idle time
        assert not gone(pid)
        assert await studio.answers()
    await until(lambda: gone(pid))


async def test_a_server_that_is_leaving_takes_no_new_user_and_one_with_users_does_not_leave(tmp_path: Path) -> None:
    async with using_studio(tmp_path) as studio:
        assert not studio.close_to_users()
    assert studio.close_to_users()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), using_studio(tmp_path):
            pass


@contextlib.asynccontextmanager
async def stranger(headers: str = "") -> AsyncIterator[str]:
    """Some other HTTP server, which says `headers`; gives its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\n{headers}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_another_server_at_the_studios_address_is_not_the_studio(tmp_path: Path) -> None:
    async with stranger() as url:
        studio = EmbeddedStudio(tmp_path, {})
        studio.folder.mkdir()
        studio.announce(url, "word")
        assert await head_of(url) is not None
        assert not await studio.answers()
        async with using_studio(tmp_path) as started:
            assert started.url != url
            assert await started.answers()


@pytest.mark.parametrize("old", [False, True], ids=["the right word without a studio", "a studio without a word"])
async def test_an_address_is_not_enough(tmp_path: Path, old: bool) -> None:
    studio = EmbeddedStudio(tmp_path, {})
    studio.folder.mkdir()
    async with stranger("X-Studio-Identity: word\r\n") as url:
        studio.announce(url, "word")
        if old:
            (studio.folder / "address.json").write_text(f'{{"url": "{url}"}}')
        assert not await studio.answers()


async def test_embedded_servers_get_no_token_and_leave_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = {name: f"secret-{name}" for name in ("DISCORD_TOKEN", "TELEGRAM_TOKEN", "NEMO_TOKEN", "SOME_API_KEY")}
    for name, value in tokens.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "valkey").mkdir(mode=0o755)
    valkey = EmbeddedValkey(tmp_path)
    async with valkey.shared(), using_studio(tmp_path) as studio:
        environment = psutil.Process(studio_pid(studio.url)).environ()
        assert environment["PATH"]
        # Valkey writes its title over what could be read of its environment.
        for seen in (environment, inherited(), psutil.Process(server_pid(valkey)).environ()):
            assert not set(tokens) & set(seen)
            assert not any("secret-" in value for value in seen.values())
        open_to_others = [
            path
            for folder in (valkey.folder, studio.folder)
            for path in (folder, *folder.rglob("*"))
            if not path.is_symlink() and path.stat().st_mode & 0o077
        ]
        assert open_to_others == []


async def test_no_module_of_the_studio_is_looked_for_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "studio"
    folder.mkdir()
    for name in ("uvicorn", "numpy", "secrets"):
        # With the folder searched first, the server would die of the one and its fork server of the other.
        (folder / f"{name}.py").write_text("raise SystemExit('found in the wrong place')\n")
    async with using_studio(tmp_path) as studio:
        with Person(studio.url) as person:
            assert person.say(person.session(), "hello").texts
    assert "wrong place" not in (folder / "studio.log").read_text()
