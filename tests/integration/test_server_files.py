"""Uploads over real HTTP: what is taken, what is refused, and that nothing of it is held in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from studio.server import multipart_upload
from studio.server.responses import UploadTimeout
from studio.server.upload_endpoint import safe_name
from tests.support.files import make
from tests.support.studio import start_studio
from tests.support.studio_client import HEAD, MULTIPART, TAIL, Person, tracks

FORMATS = ("mp4", "mov", "avi", "webm", "mkv", "jpg", "png", "gif", "webp", "mp3", "wav", "m4a", "aac")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    directory = tmp_path_factory.mktemp("samples")
    return {suffix: make(directory / f"x.{suffix}", seconds=1.0).read_bytes() for suffix in FORMATS}


def test_every_documented_format_is_taken(person: Person, session: str, samples: dict[str, bytes]) -> None:
    for suffix, content in samples.items():
        answer = person.upload(session, (f"my {suffix}.{suffix}", content))
        assert answer.status_code == 200, (suffix, answer.text)
        (file,) = answer.json()["data"]["files"]
        assert file["name"] == f"my {suffix}.{suffix}"
        assert file["mime_type"].split("/")[0] in {"video", "image", "audio"}
        pictures = {"jpg", "png", "gif", "webp"}
        assert (file["duration"] == 0) if suffix in pictures else (0.8 < file["duration"] < 1.3), file
        assert person.http.get(file["url"]).content == content
    assert len(person.state(session)["video_infos"]) == len(FORMATS)


def test_uploads_lie_on_the_timeline_at_once(person: Person, session: str, samples: dict[str, bytes]) -> None:
    person.upload(session, ("cover.png", samples["png"]), ("voice.mp3", samples["mp3"]))
    assert tracks(person.state(session)) == [("image", "cover.png"), ("audio", "voice.mp3")]
    person.upload(session, ("clip.mp4", samples["mp4"]))
    state = person.state(session)
    assert tracks(state) == [("video", "clip.mp4"), ("audio", "voice.mp3")]
    assert state["draft"]["d"] == pytest.approx(1000, abs=60)


def test_two_files_of_one_name_can_be_told_apart(person: Person, session: str, samples: dict[str, bytes]) -> None:
    names = [person.upload(session, ("a.mp3", samples["mp3"])).json()["data"]["files"][0]["name"] for _ in range(2)]
    assert names == ["a.mp3", "a (2).mp3"]


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"<html><script>alert(1)</script>", b"%PDF-1.7\n", b"MZ\x90\x00" + b"\0" * 600, b"\0" * 5000, None],
    ids=["empty", "text", "html", "pdf", "exe", "zeros", "cut"],
)
def test_other_content_is_4001_whatever_its_name_and_takes_the_others_with_it(
    person: Person, session: str, studio_directory: Path, samples: dict[str, bytes], content: bytes | None
) -> None:
    bad = samples["mp4"][:300] if content is None else content
    answer = person.upload(session, ("good.mp3", samples["mp3"]), ("fine.mp4", bad))
    assert (answer.status_code, answer.json()["code"]) == (422, 4001)
    assert person.state(session)["video_infos"] == []
    assert _left_behind(studio_directory, session) == []


def test_201_megabytes_are_4002_and_never_in_memory(person: Person, session: str, studio_directory: Path) -> None:
    studio = _studio_process(studio_directory)
    before = highest = studio.memory_info().rss

    def body() -> Iterator[bytes]:
        nonlocal highest
        yield HEAD
        for number in range(201):
            yield b"\0" * 2**20
            if number % 20 == 0:
                highest = max(highest, studio.memory_info().rss)
        yield TAIL

    answer = person.upload_body(session, body())
    assert (answer.status_code, answer.json()["code"]) == (413, 4002)
    assert person.state(session)["video_infos"] == []
    assert highest - before < 60 * 2**20
    assert _left_behind(studio_directory, session) == []


def test_hostile_names_stay_names(
    person: Person, session: str, studio_directory: Path, samples: dict[str, bytes]
) -> None:
    answer = person.upload(session, ("../../x\\a\r\nSet-Cookie: 音乐=1.mp3", samples["mp3"]))
    (file,) = answer.json()["data"]["files"]
    assert file["name"] == "a%0D%0ASet-Cookie: 音乐=1.mp3"
    assert (studio_directory / "projects" / session / "files" / file["file_id"]).read_bytes() == samples["mp3"]
    got = person.http.get(file["url"])
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in got.headers


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/x.mp3", "x.mp3"),
        ("C:\\music\\a.mp3", "a.mp3"),
        ("\x00\x1b[31mred.wav", "[31mred.wav"),
        ("a\r\nSet-Cookie: x=1.mp3", "aSet-Cookie: x=1.mp3"),
        ("..", "file"),
        ("", "file"),
        ("." * 300 + "mp3", "mp3"),
        ("x" * 500 + ".mp4", "x" * 116 + ".mp4"),
    ],
)
def test_safe_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("session", ["..", "%2e%2e", "..%2f..%2fetc", "a/b"])
def test_a_session_id_is_never_a_path(person: Person, session: str) -> None:
    for path in (f"/api/state/nemo_agent/me/{session}/latest", f"/api/media/nemo_agent/me/{session}/passwd"):
        assert person.http.get(path).status_code == 404


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", b"x"),
        ("multipart/form-data", b"x"),
        (f"multipart/form-data; boundary={'x' * 300}", b"--x"),
        (MULTIPART, b"--b\r\nbroken"),
        (MULTIPART, b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n'),
        ("application/json", b'{"urls": []}'),
        ("application/json", b'{"urls": ["http://127.0.0.1:1/a.mp4"], "source_type": "url"}'),
        ("application/json", b'{"urls": ["file:///etc/passwd"], "source_type": "url"}'),
    ],
)
def test_an_upload_of_another_shape_or_from_a_private_address_is_422(
    person: Person, content_type: str, body: bytes
) -> None:
    answer = person.upload_body(person.session(), body, content_type)
    assert (answer.status_code, answer.json()["code"]) == (422, 422), answer.text


def test_a_client_that_hangs_up_leaves_neither_a_file_nor_a_traceback(tmp_path: Path) -> None:
    def body() -> Iterator[bytes]:
        yield HEAD + b"\0" * 100_000
        raise httpx.ReadError("gone")

    with start_studio(tmp_path) as studio, Person(studio.url) as person:
        session = person.session()
        with pytest.raises(httpx.ReadError):
            person.upload_body(session, body())
        assert person.state(session)["video_infos"] == []
    assert _left_behind(tmp_path, session) == []
    assert "Traceback" not in (tmp_path / "studio.log").read_text()


async def test_an_upload_that_stalls_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield HEAD + b"abc"
        await asyncio.Event().wait()

    monkeypatch.setattr(multipart_upload, "STALLED", 0.05)
    with pytest.raises(UploadTimeout):
        await multipart_upload.receive(MULTIPART, body(), lambda: tmp_path / "a", lambda _: None)
    assert not (tmp_path / "a").exists()


def _left_behind(studio_directory: Path, session: str) -> list[str]:
    return [path.name for path in (studio_directory / "projects" / session / "files").iterdir()]


def _studio_process(studio_directory: Path) -> psutil.Process:
    lock = str(studio_directory / "studio.lock")
    for process in psutil.Process().children(recursive=True):
        if any(file.path == lock for file in process.open_files()):
            return process
    raise AssertionError("the studio is not among this process's children")
