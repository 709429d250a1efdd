"""How the studio ends: it drains when asked, ends at once when asked twice, and loses nothing when it is killed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio import Prices, Quirks
from tests.support.files import make
from tests.support.studio import running_studio, start_studio
from tests.support.studio_client import Person, Run, message
from tests.support.waiting import wait_until

WISH = "calm lofi, 5 seconds, seed 7"


def test_while_it_drains_what_runs_goes_on_and_new_work_is_sent_away(tmp_path: Path) -> None:
    sound = make(tmp_path / "a.wav", seconds=1.0).read_bytes()
    studio = start_studio(tmp_path / "s", quirks=Quirks(slow_stage=2.0), drain=60)
    with Person(studio.url) as person, Person(studio.url) as other:
        session, elsewhere = person.session(), other.session()
        other.upload(elsewhere, ("a.wav", sound))
        draft = other.state(elsewhere)["draft"]
        with person.stream(session, WISH) as answer:
            lines = answer.iter_lines()
            first = next(lines)
            assert other.http.get("/readyz").status_code == 200
            studio.process.terminate()
            wait_until(lambda: other.http.get("/readyz").status_code == 503)
            assert other.http.get("/healthz").status_code == 200
            assert other.http.get("/readyz").json()["serving"] is False
            for refused in (other.submit(elsewhere, "r", draft), other.upload(elsewhere, ("b.wav", sound))):
                assert (refused.status_code, refused.json()["code"]) == (503, 503)
                assert int(refused.headers["retry-after"]) > 0
            sent_away = other.http.post("/run_sse", json=message(elsewhere, WISH))
            assert (sent_away.status_code, sent_away.json()["code"]) == (429, 429), "and never a 5xx to what is paid"
            assert int(sent_away.headers["retry-after"]) > 0
            assert other.balance() == {"available": 100, "frozen": 0, "total": 100}
            assert len(other.state(elsewhere)["video_infos"]) == 1, "what is there can still be asked for"
            events = [json.loads(line[6:]) for line in (first, *lines) if line.startswith("data: ")]
    assert "is ready" in Run(events).text
    assert studio.wait() == 0
    with pytest.raises(httpx.ConnectError):
        Person(studio.url)
    with running_studio(tmp_path / "s") as url, Person(url, person.client_id) as again:
        assert len(again.state(session)["generated_media"]) == 1, "what was finished is on disk"
        assert again.balance() == {"available": 99, "frozen": 0, "total": 99}


@pytest.mark.parametrize(
    "twice", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["a second signal", "the time is over"]
)
def test_it_ends_although_work_is_under_way_and_goes_on_with_it_later(tmp_path: Path, twice: bool) -> None:
    studio = start_studio(tmp_path / "s", quirks=Quirks(slow_stage=600), drain=600 if twice else 0.2)
    with Person(studio.url) as person:
        session = person.session()
        with person.stream(session, WISH) as answer:
            lines = answer.iter_lines()
            next(lines)
            studio.process.terminate()
            if twice:
                wait_until(lambda: person.http.get("/readyz").status_code == 503)
                studio.process.terminate()
            with pytest.raises(httpx.RemoteProtocolError):
                list(lines)  # it breaks off, so that nobody takes this for the end of the work
    assert studio.wait() == 0
    with running_studio(tmp_path / "s") as url, Person(url, person.client_id) as again:
        wait_until(lambda: again.state(session)["generated_media"])
        wait_until(lambda: again.balance() == {"available": 99, "frozen": 0, "total": 99})


@pytest.mark.parametrize(
    "moment", ['"success"', *(pytest.param(at, marks=pytest.mark.slow) for at in ("functionCall", '"turnComplete"'))]
)
def test_killed_in_the_middle_of_a_piece_it_makes_it_once(tmp_path: Path, moment: str) -> None:
    studio = start_studio(tmp_path / "s")
    with Person(studio.url) as person:
        session = person.session()
        with person.stream(session, WISH) as answer:
            assert any(moment in line for line in answer.iter_lines())
        studio.kill()
    with running_studio(tmp_path / "s") as url, Person(url, person.client_id) as again:
        wait_until(lambda: again.balance() == {"available": 99, "frozen": 0, "total": 99})
        state = again.state(session)
        assert len(state["generated_media"]) == 1
        assert_consistent(tmp_path / "s", session, state)


def test_killed_in_the_middle_of_a_film_it_makes_it_again(tmp_path: Path) -> None:
    studio = start_studio(tmp_path / "s", prices=Prices(export=1))
    with Person(studio.url) as person:
        session = person.session()
        person.say(session, WISH)
        films = tmp_path / "s" / "projects" / session / "films"
        person.submit(session, "r", person.state(session)["draft"])
        wait_until(lambda: list(films.iterdir()))
        studio.kill()
    with running_studio(tmp_path / "s", prices=Prices(export=1)) as url, Person(url, person.client_id) as again:
        assert again.wait_for_render("r")["status"] == "completed"
        assert again.http.get("/api/render/proxy/r/download").status_code == 200
        assert again.balance() == {"available": 98, "frozen": 0, "total": 98}
        assert len(list(films.iterdir())) == 1
        assert_consistent(tmp_path / "s", session, again.state(session))


@pytest.mark.slow
def test_what_kills_it_three_times_is_given_up_and_its_credits_come_back(tmp_path: Path) -> None:
    prices, quirks = Prices(export=1), Quirks(slow_stage=0.4)
    with running_studio(tmp_path / "s") as url, Person(url) as person:
        session = person.session()
        person.say(session, WISH)
        draft = person.state(session)["draft"]
    for death in range(3):
        studio = start_studio(tmp_path / "s", prices=prices, quirks=quirks)
        with Person(studio.url, person.client_id) as again:
            if death == 0:
                again.submit(session, "r", draft)
            wait_until(lambda: again.status("r")["status"] == "processing")
            studio.kill()
    with running_studio(tmp_path / "s", prices=prices) as url, Person(url, person.client_id) as again:
        assert again.wait_for_render("r")["status"] == "failed"
        wait_until(lambda: again.balance() == {"available": 99, "frozen": 0, "total": 99})


def assert_consistent(data_dir: Path, session: str, state: dict[str, Any]) -> None:
    """The folder holds what the state names, whole, and nothing else."""
    home = data_dir / "projects" / session
    assert {path.stem for path in home.glob("music/*")} == {
        piece["url"].rsplit("/", 1)[1] for piece in state["generated_media"]
    }
    assert {path.name for path in home.glob("files/*")} == {file["file_id"] for file in state["video_infos"]}
    assert not list(home.glob("films/*.part"))
    assert not list(home.glob("*.new"))
