"""Tokens, sessions, credits and who may see what, over real HTTP."""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from studio import Prices, Quirks
from tests.support.studio import running_studio
from tests.support.studio_client import Person, connect, message


def test_a_token_needs_a_client_id(studio_url: str) -> None:
    with connect(studio_url) as http:
        for headers in ({}, {"X-Client-Id": ""}, {"X-Client-Id": "not a uuid"}):
            answer = http.post("/api/auth/anonymous-token", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (400, 400)


def test_a_token_has_the_documented_form_and_the_days_grant(studio_url: str) -> None:
    with connect(studio_url) as http:
        answer = http.post("/api/auth/anonymous-token", headers={"X-Client-Id": str(uuid.uuid4())})
    assert answer.status_code == 200
    body = answer.json()
    assert body["code"] == 0
    assert body["data"]["token"].startswith("nmv_usr_")
    assert len(body["data"]["token"]) > 40
    assert body["data"]["credits"] == 100
    assert body["data"]["expires_in"] == 7 * 24 * 3600


def test_the_same_client_id_is_the_same_person_again(studio_url: str) -> None:
    with Person(studio_url) as first, Person(studio_url, first.client_id) as again:
        assert first.token != again.token
        session = first.session()
        assert again.state(session)["draft"] == {"t": [], "d": 0}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/credits/balance/simple"),
        ("POST", "/api/tasks/me/with-session/nemo_agent"),
        ("POST", "/api/auth/claim-token"),
        ("POST", "/run_sse"),
        ("POST", "/api/upload-video/nemo_agent/me/x"),
        ("GET", "/api/state/nemo_agent/me/x/latest"),
        ("GET", "/api/media/nemo_agent/me/x/y"),
        ("POST", "/api/render/proxy/lambda"),
        ("GET", "/api/render/proxy/lambda/x"),
        ("GET", "/api/render/proxy/x/download"),
    ],
)
@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer nmv_usr_wrong", "Basic nmv_usr_wrong"])
def test_a_bad_token_is_1001_everywhere(studio_url: str, method: str, path: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    with connect(studio_url) as http:
        answer = http.request(method, path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, 1001)


def test_an_expired_token_is_1001_and_the_person_comes_back_and_nothing_secret_is_on_disk(
    studio_url: str, person: Person, studio_directory: Path
) -> None:
    new = person.new_session()
    claim = person.http.post("/api/auth/claim-token", json=new).json()["data"]["claim_token"]
    with closing(sqlite3.connect(studio_directory / "studio.sqlite3")) as database, database:
        database.execute("update tokens set expires = 0 where rowid = (select max(rowid) from tokens)")
    answer = person.http.get("/api/credits/balance/simple")
    assert (answer.status_code, answer.json()["code"]) == (401, 1001)
    with Person(studio_url, person.client_id) as again:
        assert again.state(new["session_id"])["draft"]["t"] == []
    secrets = [person.token.encode(), claim.encode(), person.client_id.encode()]
    for path in studio_directory.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path


def test_the_clouds_limits_on_tokens(tmp_path: Path) -> None:
    with running_studio(tmp_path / "s", quirks=Quirks(tokens_per_address=2)) as url, connect(url) as http:
        first = {"X-Client-Id": str(uuid.uuid4())}
        assert http.post("/api/auth/anonymous-token", headers=first).status_code == 200
        again = http.post("/api/auth/anonymous-token", headers=first)
        assert (again.status_code, again.json()["code"]) == (429, 429)
        assert again.headers["retry-after"] == "30"
        for status in (200, 429):
            answer = http.post("/api/auth/anonymous-token", headers={"X-Client-Id": str(uuid.uuid4())})
            assert answer.status_code == status


def test_a_session_that_does_not_exist_is_told_as_documented(person: Person) -> None:
    answer = person.http.post("/run_sse", json=message("nowhere", "calm piano"))
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Session not found: nowhere"}
    _refused_1002(person.http.get("/api/state/nemo_agent/me/nowhere/latest"))
    _refused_1002(person.upload("nowhere", ("a.mp3", b"x")))
    _refused_1002(person.submit("nowhere", "r", {"t": [], "d": 0}))
    _refused_1002(person.http.post("/api/auth/claim-token", json={"task_id": "a", "session_id": "nowhere"}))


def test_one_persons_things_are_out_of_reach_of_another(shared_piece: tuple[str, Person, str]) -> None:
    url, owner, session = shared_piece
    state = owner.state(session)
    render = "isolation"
    assert owner.submit(session, render, state["draft"]).status_code == 200
    owner.wait_for_render(render)
    sound = state["generated_media"][0]["url"]
    assert owner.http.get(sound).status_code == 200
    with Person(url) as stranger:
        assert stranger.http.post("/run_sse", json=message(session, "undo")).status_code == 404
        _refused_1002(stranger.http.get(f"/api/state/nemo_agent/me/{session}/latest"))
        _refused_1002(stranger.http.get(sound))
        _refused_1002(stranger.upload(session, ("a.mp3", b"x")))
        _refused_1002(stranger.submit(session, render, state["draft"]))
        ids = {"task_id": state["task_id"], "session_id": session}
        _refused_1002(stranger.http.post("/api/auth/claim-token", json=ids))
        for path in (f"/api/render/proxy/lambda/{render}", f"/api/render/proxy/{render}/download"):
            assert stranger.http.get(path).status_code == 404
        own = stranger.session()
        refused = stranger.submit(own, render, state["draft"])
        assert refused.status_code == 422, "another person's piece in one's own draft"


def _refused_1002(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (404, 1002)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/tasks/me/with-session/nemo_agent", b"not json"),
        ("/api/tasks/me/with-session/nemo_agent", b'{"language": 7}'),
        ("/api/tasks/me/with-session/nemo_agent", b'{"language": "' + b"x" * (3 * 2**20) + b'"}'),
        ("/api/auth/claim-token", b"{}"),
        ("/run_sse", b'{"session_id": "x"}'),
        ("/api/render/proxy/lambda", b'{"id": "", "sessionId": "x", "draft": {}}'),
        ("/api/render/proxy/lambda", b'{"id": "r", "session_id": "x", "draft": {}}'),
    ],
)
def test_a_request_of_another_shape_is_422(person: Person, path: str, body: bytes) -> None:
    answer = person.http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, 422)
    assert answer.json()["message"]


def test_a_run_without_words_is_422(person: Person) -> None:
    answer = person.http.post("/run_sse", json=message(person.session(), "  "))
    assert answer.status_code == 422


def test_credits_are_charged_as_priced(tmp_path: Path) -> None:
    prices = Prices(track=100, edit=50)
    with running_studio(tmp_path / "s", grant=260, prices=prices) as url, Person(url) as person:
        session = person.session()
        assert person.balance() == {"available": 260, "frozen": 0, "total": 260}
        with person.stream(session, "calm lofi, 5 seconds") as answer:
            lines = answer.iter_lines()
            next(lines)
            assert person.balance() == {"available": 160, "frozen": 100, "total": 260}
            assert list(lines)
        assert person.balance() == {"available": 160, "frozen": 0, "total": 160}
        person.say(session, 'title "One"')
        assert person.balance()["available"] == 110
        person.say(session, 'title "Two"')
        assert person.balance()["available"] == 110, "editing is paid once in a session"
        person.say(session, "hello")
        assert person.balance()["available"] == 110
        person.say(session, "a new epic track, 5 seconds")
        assert person.balance()["available"] == 10
        refused = person.http.post("/run_sse", json=message(session, "another jazz track, 5 seconds"))
        assert (refused.status_code, refused.json()["code"]) == (200, 2001)
        assert refused.headers["content-type"] == "application/json"
        assert person.balance() == {"available": 10, "frozen": 0, "total": 10}
        with sqlite3.connect(tmp_path / "s" / "studio.sqlite3") as database:
            database.execute("update persons set day = '2020-01-01'")
        database.close()
        assert person.balance()["available"] == 260, "a new day refills"
