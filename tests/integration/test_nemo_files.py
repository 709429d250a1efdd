"""Files to and from the service, over sockets: streamed, resumed, and the token kept from strangers."""

from __future__ import annotations

import asyncio
import hashlib
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import FileTooLarge, OutcomeUnknown, ServiceError, ServiceFault, TokenRefused, UnsupportedFile
from core.nemo import NemoClient
from core.nemo.model import UploadedFile
from tests.support.scripted_api import (
    OURS,
    SECRET,
    Answer,
    End,
    ScriptedApi,
    data,
    nemo_at,
    raw,
    refused_url,
    reply,
    scripted_api,
)

UPLOAD = "/api/upload-video/nemo_agent/me/s1"
ENDPOINT = "/api/render/proxy/render_1/download"
FILM = hashlib.shake_128(b"film").digest(700_000)
MP4 = {"Content-Type": "video/mp4"}


Upload = Callable[..., Awaitable[tuple[UploadedFile, list[float]]]]


@pytest.fixture
async def elsewhere() -> AsyncIterator[ScriptedApi]:
    async with scripted_api() as running:
        yield running


@pytest.fixture
async def client(api: ScriptedApi) -> AsyncIterator[NemoClient]:
    async with nemo_at(api.url) as made:
        yield made


@pytest.fixture
def upload(client: NemoClient, tmp_path: Path) -> Upload:
    """Send a file of this body under this name; return what the service took it for, and the progress that was told."""

    async def send(body: bytes = b"x", name: str = "clip.mp4") -> tuple[UploadedFile, list[float]]:
        told: list[float] = []
        (tmp_path / "a").write_bytes(body)
        return await client.upload_file(OURS, "s1", tmp_path / "a", name, "video/mp4", told.append), told

    return send


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def fetch(client: NemoClient, url: str | None, to: Path) -> list[float]:
    told: list[float] = []
    assert await client.download(OURS, "render_1", url, to, told.append) == len(FILM)
    assert files_in(to.parent) == {to.name: FILM}, "no temporary file is left"
    return told


# Uploads


async def test_a_file_goes_out_as_one_part_of_a_form(api: ScriptedApi, upload: Upload) -> None:
    api.on("POST", UPLOAD, data({"files": [{"file_id": 7, "name": "clip-1.mp4", "duration": 2.5, "x": 1}]}))
    uploaded, told = await upload(FILM)
    assert uploaded == UploadedFile("clip-1.mp4", None, 2.5)
    assert told == sorted(told)
    assert told[-1] == 1.0
    (request,) = api.requests
    boundary = request.headers["content-type"].removeprefix("multipart/form-data; boundary=").encode()
    head, _, rest = request.body.partition(b"\r\n\r\n")
    assert head.startswith(b"--" + boundary + b"\r\n")
    assert b'name="files"; filename="clip.mp4"\r\nContent-Type: video/mp4' in head
    assert rest == FILM + b"\r\n--" + boundary + b"--\r\n"
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.headers["x-skill-source"] == "music-generator-free"
    assert "transfer-encoding" not in request.headers


@pytest.mark.parametrize("answer", [None, [], {"files": "x"}, {"name": 5.5, "files": None}])
async def test_any_answer_to_an_upload_leaves_a_name(api: ScriptedApi, upload: Upload, answer: object) -> None:
    api.on("POST", UPLOAD, data(answer))
    uploaded, _ = await upload(name="夏.mp4")
    assert uploaded.name in ("夏.mp4", "5.5")


async def test_an_upload_is_read_in_the_vendors_other_shapes(api: ScriptedApi, upload: Upload) -> None:
    told = {"filename": "clip (1).mp4", "file_type": "video/mp4", "cdn_url": "https://cdn.test/x", "duration": 2}
    api.on("POST", UPLOAD, data({"files": [told], "session_state_applied": True}))
    assert (await upload())[0] == UploadedFile("clip (1).mp4", "video/mp4", 2.0)
    api.on("POST", UPLOAD, data({"uploaded_files": [{"url": "https://cdn.test/y"}]}))
    assert (await upload(name="夏.mp4"))[0].name == "夏.mp4"


@pytest.mark.parametrize(
    "answer", [{"files": []}, {"uploaded_files": []}, {"files": [{"name": "a"}], "session_state_applied": False}]
)
async def test_a_file_that_is_not_in_the_session_is_no_success(
    api: ScriptedApi, upload: Upload, answer: object
) -> None:
    api.on("POST", UPLOAD, data(answer))
    with pytest.raises(ServiceFault, match="not in the session"):
        await upload()


async def test_a_name_can_not_break_out_of_its_header(api: ScriptedApi, upload: Upload) -> None:
    api.on("POST", UPLOAD, data({}))
    await upload(name='a".mp4"\r\nX-Evil: 1\r\n\r\n曲')
    head = api.requests[0].body.partition(b"\r\n\r\n")[0].decode()
    assert len(head.split("\r\n")) == 3
    assert 'filename="a%22.mp4%22%0D%0AX-Evil: 1%0D%0A%0D%0A曲"' in head


@pytest.mark.parametrize(
    ("body", "refusal", "error"),
    [
        (b"", reply({"code": 4001}), UnsupportedFile),
        (b"\0" * 3_000_000, replace(reply({"code": 4002}, 413), early=True), FileTooLarge),
    ],
    ids=["of an empty file", "in the middle"],
)
async def test_a_refusal_is_told(
    api: ScriptedApi, upload: Upload, body: bytes, refusal: Answer, error: type[ServiceError]
) -> None:
    api.on("POST", UPLOAD, refusal)
    with pytest.raises(error):
        await upload(body)


async def test_a_large_file_never_stands_in_memory(api: ScriptedApi, client: NemoClient, tmp_path: Path) -> None:
    api.on("POST", UPLOAD, data({}))
    size = 64_000_000
    with (tmp_path / "a").open("wb") as file:
        file.truncate(size)
    tracemalloc.start()
    await client.upload_file(OURS, "s1", tmp_path / "a", "clip.mp4", "video/mp4", lambda _: None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert api.requests[0].size > size
    assert peak < 12_000_000


async def test_an_upload_is_repeated_after_a_rate_limit_with_its_whole_body(api: ScriptedApi, upload: Upload) -> None:
    api.on("POST", UPLOAD, reply({}, 429), data({}))
    await upload(b"x" * 1000)
    assert [b"x" * 1000 in request.body for request in api.requests] == [True, True]


async def test_an_upload_that_broke_is_not_repeated(api: ScriptedApi, upload: Upload) -> None:
    api.on("POST", UPLOAD, raw(b"", end=End.CUT, **{"Content-Length": "9"}))
    with pytest.raises(OutcomeUnknown):
        await upload()
    assert len(api.requests) == 1


async def test_an_address_is_handed_on(api: ScriptedApi, client: NemoClient) -> None:
    api.on("POST", UPLOAD, data({}))
    uploaded = await client.upload_url(OURS, "s1", "https://people.example/films/a%20b.mp4?x=1")
    assert uploaded.name == "a b.mp4"
    assert api.requests[0].json == {"urls": ["https://people.example/films/a%20b.mp4?x=1"], "source_type": "url"}


# Downloads


async def test_the_file_comes_from_its_address(api: ScriptedApi, client: NemoClient, tmp_path: Path) -> None:
    api.on("GET", "/files/1.mp4", raw(FILM, **MP4))
    told = await fetch(client, "/files/1.mp4", tmp_path / "film.mp4")
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert api.requests[0].headers["authorization"] == f"Bearer {SECRET}"


async def test_a_stranger_gets_no_token(
    api: ScriptedApi, elsewhere: ScriptedApi, client: NemoClient, tmp_path: Path
) -> None:
    elsewhere.on("GET", "/bucket/1.mp4", raw(FILM, **MP4))
    api.on("GET", ENDPOINT, raw(b"", 302, Location=f"{elsewhere.url}/bucket/1.mp4"))
    await fetch(client, f"{elsewhere.url}/bucket/1.mp4?X-Amz-Signature=1", tmp_path / "film.mp4")
    await fetch(client, None, tmp_path / "film.mp4")
    assert len(elsewhere.requests) == 2
    for request in elsewhere.requests:
        assert SECRET not in str(request)
        assert "x-skill-source" not in request.headers


@pytest.mark.parametrize(
    "failing",
    [
        raw(b"<Error>Expired</Error>", 403, **{"Content-Type": "application/xml"}),
        raw(b"<html>", 200, **{"Content-Type": "text/html"}),
        reply({"code": 5}),
        raw(b"", **MP4),
        raw(b"", 302, Location="/1.mp4"),
        raw(FILM[:9], end=End.CUT, **MP4, **{"Content-Length": "700000"}),
        reply({}, 401),
        None,
    ],
)
async def test_where_the_address_fails_the_endpoint_helps(
    api: ScriptedApi, elsewhere: ScriptedApi, client: NemoClient, tmp_path: Path, failing: Answer | None
) -> None:
    if failing:
        elsewhere.on("GET", "/1.mp4", failing)
    api.on("GET", ENDPOINT, raw(FILM, **MP4))
    await fetch(client, f"{elsewhere.url if failing else refused_url()}/1.mp4", tmp_path / "film.mp4")


async def test_our_own_refused_token_is_told_at_once(api: ScriptedApi, client: NemoClient, tmp_path: Path) -> None:
    api.on("GET", "/1.mp4", reply({"code": 1001}, 401))
    with pytest.raises(TokenRefused):
        await fetch(client, "/1.mp4", tmp_path / "film.mp4")
    assert len(api.requests) == 1


async def test_a_broken_transfer_goes_on_where_it_broke(api: ScriptedApi, client: NemoClient, tmp_path: Path) -> None:
    tag = {"ETag": '"v1"', **MP4}
    rest = {"Content-Range": f"bytes 300000-699999/{len(FILM)}", **tag}
    broken = raw(FILM[:300_000], end=End.CLOSE, **{**tag, "Content-Length": str(len(FILM))})
    api.on("GET", ENDPOINT, broken, raw(FILM[300_000:], 206, **rest))
    told = await fetch(client, None, tmp_path / "film.mp4")
    assert told == sorted(told)
    assert api.requests[1].headers["range"] == "bytes=300000-"
    assert api.requests[1].headers["if-range"] == '"v1"'


@pytest.mark.parametrize("old", [{"ETag": '"v1"'}, {}], ids=["of a changed file", "without a tag"])
async def test_a_broken_transfer_begins_again(
    api: ScriptedApi, client: NemoClient, tmp_path: Path, old: dict[str, str]
) -> None:
    broken = raw(b"old" * 99, end=End.CLOSE, **MP4, **{**old, "Content-Length": "9999"})
    api.on("GET", ENDPOINT, broken, raw(FILM, **MP4, ETag='"v2"'))
    await fetch(client, None, tmp_path / "film.mp4")
    assert ("range" in api.requests[1].headers) is bool(old)


async def test_a_failed_download_leaves_what_was_there(api: ScriptedApi, client: NemoClient, tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    target.write_bytes(b"the one before")
    api.on("GET", ENDPOINT, reply({}, 500))
    with pytest.raises(ServiceFault):
        await fetch(client, None, target)
    assert files_in(tmp_path) == {"film.mp4": b"the one before"}


async def test_a_cancelled_download_leaves_nothing(api: ScriptedApi, client: NemoClient, tmp_path: Path) -> None:
    api.on("GET", ENDPOINT, raw(FILM[:9], end=End.HOLD, **MP4, **{"Content-Length": "99"}))
    task = asyncio.create_task(fetch(client, None, tmp_path / "film.mp4"))
    await api.receive("GET", ENDPOINT)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert files_in(tmp_path) == {}
    await api.all_closed()
