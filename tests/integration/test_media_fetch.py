"""Addresses from strangers: nothing but the public web is ever connected to, and downloads are bounded."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

import pytest
from ssrfguard import Policy

from media import FetchFault, NotFetched
from media.fetching import PUBLIC, Fetched, Network, fetch
from tests.support.files import make_audio, make_image
from tests.support.scripted_api import refused_url

Answer = Callable[[str], list[bytes]]


@dataclass
class Server:
    """A loopback web server that counts what reaches it."""

    port: int = 0
    connections: int = 0
    paths: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://media.test:{self.port}/"


@asynccontextmanager
async def serving(answer: list[bytes] | Answer, *, pause: float = 0.0) -> AsyncIterator[Server]:
    server = Server()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            server.paths.append(path)
            for part in answer(path) if callable(answer) else answer:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield server


def loopback(port: int, *names: list[str]) -> Network:
    """Return a network for tests: loopback alone, one port; names resolve to the next list of addresses in turn."""
    answers = list(names)

    def resolve(host: str, asked: int, *_: object, **__: object) -> list[tuple]:
        addresses = answers.pop(0) if answers else ["127.0.0.1"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, asked)) for address in addresses]

    policy = replace(PUBLIC.policy, allowed_networks=(ip_network("127.0.0.0/8"),), allowed_ports=frozenset({port}))
    return Network(policy=policy, resolver=resolve)


def ok(body: bytes, *headers: str) -> list[bytes]:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return [("\r\n".join(lines) + "\r\n\r\n").encode() + body]


def redirect(to: str) -> list[bytes]:
    return [f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()]


@pytest.fixture
def song(tmp_path) -> bytes:
    return make_audio(tmp_path / "song.mp3", seconds=1).read_bytes()


async def got(server: Server, tmp_path, path: str = "") -> Fetched:
    to = tmp_path / "got"
    return await fetch(server.url + path, to, largest=10**6, seconds=5, network=loopback(server.port))


async def refused(where: Server | str, tmp_path, *names: list[str], **changes: object) -> FetchFault:
    to = tmp_path / "got"
    url = where if isinstance(where, str) else where.url
    if isinstance(where, Server):
        changes = {"network": loopback(where.port, *names), **changes}
    with pytest.raises(NotFetched) as error:
        await fetch(url, to, **{"largest": 10**6, "seconds": 5, **changes})
    assert not to.exists()
    assert not url or url not in str(error.value)
    return error.value.reason


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "10.0.0.1",
        "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
        "192.0.0.192", "198.18.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:8.8.8.8]", "[64:ff9b::7f00:1]", "[64:ff9b::808:808]",
        "[2002:7f00:1::]",
        "[2002:808:808::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "①②⑦.⓪.⓪.①", "127.0.0.1.",
    ],
)  # fmt: skip
async def test_addresses_that_are_not_public_are_never_connected_to(tmp_path, host):
    async with serving(ok(b"secret")) as server:
        open_port = Network(policy=replace(PUBLIC.policy, allowed_ports=frozenset({server.port})))
        assert await refused(f"http://{host}:{server.port}/a.mp3", tmp_path, network=open_port) is FetchFault.ADDRESS
        assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.com/a.mp3", "gopher://example.com/", "data:audio/mpeg;base64,AAAA",
        "http://user:password@example.com/a.mp3", "http://user@example.com/a.mp3", "http://example.com:22/a.mp3",
        "http://example.com:6379/", "//example.com/a.mp3", "example.com/a.mp3", "http://", "http:///a", "", "http://[::1",
        "http://exa mple.com/", "http://example.com\r\nHost: x/", "http://" + "a" * 9000,
    ],
)  # fmt: skip
async def test_addresses_that_are_no_plain_web_addresses_are_refused(tmp_path, url):
    assert await refused(url, tmp_path) is FetchFault.ADDRESS


@pytest.mark.parametrize("answers", [["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["::ffff:127.0.0.1"]])
async def test_a_name_that_points_inside_is_refused(tmp_path, answers, song):
    async with serving(ok(song)) as server:
        assert await refused(server, tmp_path, answers) is FetchFault.ADDRESS
        assert server.connections == 0


async def test_a_name_that_changes_its_mind_gains_nothing(tmp_path, song):
    """Each connection goes to the address that was checked for it: the second lookup is checked anew."""
    async with serving(lambda path: redirect("/next") if path == "/" else ok(song)) as server:
        assert await refused(server, tmp_path, ["127.0.0.1"], ["10.0.0.1"]) is FetchFault.ADDRESS
        assert server.paths == ["/"]


async def test_a_file_is_fetched_through_redirects(tmp_path, song):
    answers = {"/a": redirect("/b"), "/b": redirect("song%20of%20joy.bin?x=1")}
    async with serving(lambda path: answers.get(path) or ok(song)) as server:
        file = await got(server, tmp_path, "a")
    assert (file.path.read_bytes(), file.bytes) == (song, len(song))
    assert (file.name, file.mime) == ("song of joy.mp3", "audio/mpeg")


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://169.254.169.254/latest/", "file:///etc/passwd", "http://u:p@media.test/"]
)
async def test_a_redirect_inside_is_refused(tmp_path, target):
    async with serving(redirect(target)) as server:
        assert await refused(server, tmp_path) is FetchFault.ADDRESS
        assert server.connections == 1


async def test_redirects_are_bounded(tmp_path):
    async with serving(lambda path: redirect("/again" + path)) as server:
        assert await refused(server, tmp_path) is FetchFault.REDIRECTS
        assert len(server.paths) == 6


async def test_size_is_bounded_with_and_without_a_promise(tmp_path, song):
    chunked = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", *[song] * 20]
    for answer in (ok(song * 20), chunked):
        async with serving(answer) as server:
            assert await refused(server, tmp_path, largest=len(song) * 5) is FetchFault.TOO_LARGE


async def test_time_is_bounded(tmp_path, song):
    drip = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", *[song[:100]] * 100]
    async with serving(drip, pause=0.1) as server:
        assert await refused(server, tmp_path, seconds=0.4) is FetchFault.TOO_SLOW


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"], FetchFault.STATUS),
        ([b"HTTP/1.1 206 Partial\r\nContent-Length: 0\r\n\r\n"], FetchFault.STATUS),
        (ok(b"<html>not here</html>"), FetchFault.NOT_MEDIA),
        (ok(b""), FetchFault.NOT_MEDIA),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"ID3\x04"], FetchFault.UNREACHABLE),
        ([b"nonsense\r\n\r\n"], FetchFault.UNREACHABLE),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"], FetchFault.UNREACHABLE),
        ([], FetchFault.UNREACHABLE),
    ],
)
async def test_answers_that_are_no_file(tmp_path, answer, reason):
    async with serving(answer) as server:
        assert await refused(server, tmp_path) is reason


async def test_nobody_listens(tmp_path):
    port = int(refused_url().rpartition(":")[2])
    assert await refused(Server(port), tmp_path) is FetchFault.UNREACHABLE


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('Content-Disposition: attachment; filename="../../etc/passwd.png"', "passwd.jpg"),
        ("Content-Disposition: attachment; filename*=UTF-8''%E9%87%91%E8%89%B2.jpeg", "金色.jpg"),
        ('Content-Disposition: attachment; filename="..\\\\..\\\\a<b>.exe"', "a_b_.jpg"),
        ("X-Nothing: 1", "file.jpg"),
    ],
)
async def test_names_are_harmless_and_true(tmp_path, header, name):
    body = make_image(tmp_path / "a.jpg").read_bytes()
    async with serving(ok(body, header)) as server:
        assert (await got(server, tmp_path)).name == name


async def test_a_proxy_of_the_environment_is_not_used(tmp_path, song, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with serving(ok(song)) as server:
        assert (await got(server, tmp_path)).bytes == len(song)


def test_production_reaches_the_public_web_only():
    policy = PUBLIC.policy
    assert policy.allowed_networks == ()
    assert policy.allowed_ports == frozenset({80, 443})
    assert policy.max_redirects == Policy().max_redirects == 5
    assert PUBLIC.resolver is None
    assert policy.permits_address("93.184.215.14")
