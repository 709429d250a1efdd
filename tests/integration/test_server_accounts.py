"""Tokens, sessions, credits and who may see what, over real HTTP."""

from __future__ import annotations

import re
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from studio import Prices, Quirks
from studio.server import api, run_stream, upload_endpoint
from tests.support.studio import running_studio
from tests.support.studio_client import Person, connect, message


def token(http: httpx.Client, client_id: str | None) -> httpx.Response:
    headers = {} if client_id is None else {"X-Client-Id": client_id}
    return http.post("/api/auth/anonymous-token", headers=headers)


def test_a_token_needs_a_client_id_and_has_the_documented_form_and_the_days_grant(studio_url: str) -> None:
    with connect(studio_url) as http:
        for answer in (token(http, None), token(http, ""), token(http, "not a uuid")):
            assert (answer.status_code, answer.json()["code"]) == (400, 400)
        answer = token(http, str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (200, 0)
    data = answer.json()["data"]
    assert data["token"].startswith("nmv_usr_")
    assert len(data["token"]) > 40
    assert (data["credits"], data["expires_in"]) == (100, 7 * 24 * 3600)


ADDRESSES = [
    (method, re.sub(r"\{.*?\}", "x", route.path))
    for route in (*api.ROUTES, *upload_endpoint.ROUTES, *run_stream.ROUTES)
    for method in sorted((route.methods or set()) - {"HEAD"})
    if route.path != "/api/auth/anonymous-token"
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
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
        assert again.token != person.token
        assert again.state(new["session_id"])["draft"] == {"t": [], "d": 0}
    secrets = [person.token.encode(), claim.encode(), person.client_id.encode()]
    for path in studio_directory.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path


def test_the_clouds_limits_on_tokens(tmp_path: Path) -> None:
    with running_studio(tmp_path / "s", quirks=Quirks(tokens_per_address=2)) as url, connect(url) as http:
        first, second, third = (str(uuid.uuid4()) for _ in range(3))
        assert token(http, first).status_code == 200
        again = token(http, first)
        assert (again.status_code, again.json()["code"]) == (429, 429)
        assert again.headers["retry-after"] == "30"
        assert [token(http, one).status_code for one in (second, third)] == [200, 429]


def test_a_session_of_nobody_or_of_another_person_is_told_as_documented(shared_piece: tuple[str, Person, str]) -> None:
    url, owner, session = shared_piece
    state = owner.state(session)
    assert owner.submit(session, "isolation", state["draft"]).status_code == 200
    owner.wait_for_render("isolation")
    sound = state["generated_media"][0]["url"]
    assert owner.http.get(sound).status_code == 200
    with Person(url) as stranger:
        for one in ("nowhere", session):
            answer = stranger.http.post("/run_sse", json=message(one, "undo"))
            assert (answer.status_code, answer.json()) == (404, {"detail": f"Session not found: {one}"})
            ids = {"task_id": state["task_id"], "session_id": one}
            for refused in (
                stranger.http.get(f"/api/state/nemo_agent/me/{one}/latest"),
                stranger.http.get(sound.replace(session, one)),
                stranger.upload(one, ("a.mp3", b"x")),
                stranger.submit(one, "r", state["draft"]),
                stranger.http.post("/api/auth/claim-token", json=ids),
            ):
                assert (refused.status_code, refused.json()["code"]) == (404, 1002), refused.url
        for path in ("/api/render/proxy/lambda/isolation", "/api/render/proxy/isolation/download"):
            assert stranger.http.get(path).status_code == 404
        refused = stranger.submit(stranger.session(), "r", state["draft"])
        assert refused.status_code == 422, "another person's piece in one's own draft"


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
    assert person.http.post("/run_sse", json=message(person.session(), "  ")).status_code == 422, "no words"


def test_credits_are_charged_as_priced(tmp_path: Path) -> None:
    prices = Prices(track=100, edit=50, export=20)
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
        for refused in (
            person.http.post("/run_sse", json=message(session, "another jazz track, 5 seconds")),
            person.submit(session, "r", person.state(session)["draft"]),
        ):
            assert (refused.status_code, refused.json()["code"]) == (200, 2001)
            assert refused.headers["content-type"] == "application/json"
        assert person.balance() == {"available": 10, "frozen": 0, "total": 10}
        with sqlite3.connect(tmp_path / "s" / "studio.sqlite3") as database:
            database.execute("update persons set day = '2020-01-01'")
        database.close()
        assert person.balance()["available"] == 260, "a new day refills"
