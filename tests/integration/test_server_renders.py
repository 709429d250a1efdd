"""Exports over real HTTP, and the pages that show them."""

from __future__ import annotations

import uuid
from pathlib import Path

import av
import pytest

from studio import Quirks
from tests.support.files import make
from tests.support.studio import running_studio
from tests.support.studio_client import ATTRIBUTION, Person, connect

EMPTY = {"t": [], "d": 0}


def test_a_render_is_made_once_told_and_downloaded(
    shared_piece: tuple[str, Person, str], studio_directory: Path, tmp_path: Path
) -> None:
    _, person, session = shared_piece
    draft = person.state(session)["draft"]
    for _ in range(3):
        submitted = person.submit(session, "render_1", draft)
        assert submitted.status_code == 200
        assert submitted.json()["status"] in {"pending", "processing"}
    status = person.wait_for_render("render_1")
    assert (status["status"], status["progress"]) == ("completed", 1)
    films = studio_directory / "projects" / session / "films"
    before = {film.name: film.stat().st_mtime_ns for film in films.iterdir()}
    assert person.submit(session, "render_1", draft).json()["status"] == "completed"
    assert {film.name: film.stat().st_mtime_ns for film in films.iterdir()} == before
    download = person.http.get("/api/render/proxy/render_1/download")
    assert person.http.get(status["output"]["url"]).content == download.content
    assert download.headers["content-type"] == "video/mp4"
    assert int(download.headers["content-length"]) == len(download.content)
    film = tmp_path / "film.mp4"
    film.write_bytes(download.content)
    with av.open(str(film)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert (picture.codec_context.name, picture.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (sound.codec_context.name, sound.codec_context.sample_rate) == ("aac", 48_000)
        assert sum(1 for _ in container.decode(video=0)) == 150
        tags = container.metadata
    assert tags["artist"] == tags["composer"] == "music-bot studio"
    assert "seed 7" in tags["comment"]
    assert "commercially" in tags["copyright"]
    assert tags["title"]
    assert "calm lofi, 5 seconds" not in " ".join(tags.values())


def test_renders_of_one_session_keep_their_order(shared_piece: tuple[str, Person, str]) -> None:
    _, person, session = shared_piece
    draft = person.state(session)["draft"]
    names = [f"order_{number}" for number in range(3)]
    for name in names:
        person.submit(session, name, draft)
    states = [""]
    while states[0] != "completed":
        # The last one is asked for first: what has begun by then has nothing unfinished before it.
        states = [person.status(name)["status"] for name in reversed(names)]
        begun = next((place for place, state in enumerate(states) if state != "pending"), len(states))
        assert set(states[begun + 1 :]) <= {"completed"}


@pytest.mark.parametrize("missing", sorted(ATTRIBUTION))
def test_a_missing_attribution_header_is_402_on_exports_only(person: Person, missing: str) -> None:
    del person.http.headers[missing]
    session = person.session()
    answer = person.submit(session, "r", EMPTY)
    assert (answer.status_code, answer.json()["code"]) == (402, 402)
    assert person.state(session)


@pytest.mark.parametrize(
    "draft",
    [
        EMPTY,
        None,
        [],
        "draft",
        {"t": [{"tt": 0, "sg": []}], "d": 0},
        {"t": [{"tt": 0, "sg": [{"d": 0, "m": {}}]}], "d": 0},
        {"t": [{"tt": 1, "sg": [{"d": 5000, "m": {"id": "../../../../etc/passwd"}}]}], "d": 5000},
        {"t": [{"tt": 0, "sg": [{"d": 5000, "m": {"id": "nope", "type": "video"}}]}], "d": 5000},
        {"t": [{"tt": 7, "sg": [{"d": -1, "m": {"text": "x"}}]}], "d": 5000},
        {"t": [{"tt": 7, "sg": [{"d": 1e12, "m": {"text": "x"}}]}], "d": 5000},
        {"t": [{"tt": 7, "sg": [{"d": 10}] * 200}], "d": 5000},
    ],
)
def test_a_draft_that_cant_be_exported_is_422(person: Person, draft: object) -> None:
    answer = person.submit(person.session(), "r", draft)
    assert (answer.status_code, answer.json()["code"]) == (422, 422)
    assert answer.json()["message"]
    assert person.http.get("/api/render/proxy/lambda/r").status_code == 404, "it was not taken"


def test_a_render_that_fails_says_so_and_the_next_one_works(
    person: Person, session: str, studio_directory: Path, tmp_path: Path
) -> None:
    person.upload(session, ("a.wav", make(tmp_path / "a.wav", seconds=1.0).read_bytes()))
    draft = person.state(session)["draft"]
    (file,) = (studio_directory / "projects" / session / "files").iterdir()
    content = file.read_bytes()
    file.write_bytes(b"gone bad")
    person.submit(session, "bad", draft)
    status = person.wait_for_render("bad")
    assert status["status"] == "failed"
    assert status["error"]
    assert str(studio_directory) not in status["error"]
    assert person.http.get("/api/render/proxy/bad/download").status_code == 404
    file.write_bytes(content)
    person.submit(session, "good", draft)
    assert person.wait_for_render("good")["status"] == "completed"


def test_the_claim_page_shows_the_project_and_nothing_runs_in_it(studio_url: str, tmp_path: Path) -> None:
    evil = '<img src=x onerror=alert(1)>"&'
    with Person(studio_url) as person:
        new = person.new_session()
        session = new["session_id"]
        person.upload(session, ('"><script>alert(2)</script>.wav', make(tmp_path / "a.wav", seconds=1.0).read_bytes()))
        person.say(session, "calm lofi, 5 seconds")
        person.say(session, f"title “{evil}”")
        person.export(session, tmp_path / "film.mp4")
        claim = person.http.post("/api/auth/claim-token", json=new).json()["data"]
        assert claim["claim_token"].startswith("clm_")
        assert claim["expires_in"] == 604_800
    with connect(studio_url) as browser:
        page = browser.get("/workspace/claim", params={"ct": claim["claim_token"]})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert "&lt;img src=x onerror=alert(1)&gt;" in page.text
        address = page.text.split('<video controls preload="metadata" src="')[1].split('"')[0].replace("&amp;", "&")
        film = browser.get(address)
        assert film.content == (tmp_path / "film.mp4").read_bytes()
        assert browser.get(address, headers={"Range": "bytes=0-9"}).status_code == 206
        assert "attachment" in browser.get(address + "&download").headers["content-disposition"]
        music = browser.get("/workspace/claim/music", params={"ct": claim["claim_token"]})
        assert (music.headers["content-type"], music.content[:4]) == ("audio/wav", b"RIFF")
        headers = {"Authorization": f"Bearer {claim['claim_token']}"}
        assert browser.get("/api/credits/balance/simple", headers=headers).status_code == 401, "no API access"


@pytest.mark.parametrize("path", ["/workspace/claim", "/workspace/claim?ct=clm_wrong"])
def test_a_bad_claim_link_says_what_to_do(studio_url: str, path: str) -> None:
    with connect(studio_url) as browser:
        page = browser.get(path)
        assert page.status_code == 404
        assert "chat" in page.text
        chinese = browser.get(path, headers={"Accept-Language": "zh-CN,zh;q=0.9"})
        assert '<html lang="zh">' in chinese.text
        assert browser.get(path.replace("/claim", "/claim/film")).status_code == 404


def test_registering_is_not_needed(studio_url: str) -> None:
    with connect(studio_url) as browser:
        page = browser.get("/register", params={"bind": uuid.uuid4().hex})
    assert page.status_code == 200
    assert "nothing to register" in page.text


def test_a_render_is_stopped(tmp_path: Path) -> None:
    with running_studio(tmp_path / "slow", quirks=Quirks(slow_stage=2)) as url, Person(url) as person:
        session = person.session()
        person.say(session, "calm lofi, 5 seconds")
        person.submit(session, "r1", person.state(session)["draft"])
        for _ in range(2):
            stopped = person.http.post("/api/render/proxy/lambda/r1/cancel").json()
            assert (stopped["status"], stopped["error"]) == ("failed", "cancelled")
        assert person.http.post("/api/render/proxy/lambda/nobody/cancel").status_code == 404
