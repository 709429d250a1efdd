"""The studio's disk: what goes when, what is spared, what is refused, and that each of it is said."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.requests import Request

from studio import Quirks, StudioSettings
from studio.projects.project import FileKind, ProjectFile
from studio.server.database import Database
from studio.server.responses import InsufficientStorage, NotFound, SessionNotFound, refuse_full_disk
from studio.server.services import StudioServices
from tests.support.files import make
from tests.support.projects import PIECE, file
from tests.support.studio import running_studio
from tests.support.studio_client import HEAD, TAIL, Person, message
from tests.support.waiting import wait_until

WISH = "calm lofi, 5 seconds, seed 7"
DAY = 24 * 3600
QUOTA = 1_000_000


def size(session_folder: Path) -> int:
    return sum(path.stat().st_size for path in session_folder.rglob("*") if path.is_file())


def refused_for_room(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (200, 507)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[StudioServices]:
    """The services of a studio that serves nobody."""
    opened = StudioServices(StudioSettings(data_dir=tmp_path, disk_quota=QUOTA), "http://127.0.0.1:1")
    yield opened
    asyncio.run(opened.close())


@pytest.fixture
def owner(services: StudioServices) -> str:
    return services.accounts.new_token(str(uuid.uuid4()), "")[1]


def filled(services: StudioServices, owner: str, count: int, used: float = 1000.0) -> list[str]:
    """Make projects with a film, an upload and a piece of a thousand bytes each, used one after the other."""
    projects, sessions = services.projects, []
    voice = file("voice.mp3")
    for number in range(count):
        project = services.sessions.create(owner, "en").with_file(voice).with_piece(PIECE)
        session = project.session
        projects.save(project.changed(replace(project.now, piece=PIECE.id)))
        services.database.execute("update sessions set used = ? where id = ?", used + number, session)
        services.database.execute(
            "insert into renders (person, id, session, draft, status, used) values (?, ?, ?, '{}', 'completed', ?)",
            *(owner, session, session, used + number),
        )
        for path in (projects.film(session, session), projects.file(session, voice), projects.music(session, PIECE)):
            path.write_bytes(bytes(1000))
        sessions.append(session)
    services.disk.measure_all()
    return sessions


def test_what_was_not_used_for_the_time_of_retention_goes(services: StudioServices, owner: str, caplog: Any) -> None:
    caplog.set_level("INFO")
    old, idle = (filled(services, owner, 1, time.time() - days * DAY)[0] for days in (31, 29))
    services.database.execute("update renders set used = 0 where session = ?", idle)
    services.accounts.new_claim(old)
    services.housekeeper.tidy()
    assert services.projects.names() == [idle]
    with pytest.raises(SessionNotFound):
        services.sessions.check(owner, old)
    for session in (old, idle):
        with pytest.raises(NotFound):
            services.renders.status(owner, session)
    assert len(services.projects.load(idle).pieces) == 1, "what was used stays"
    assert caplog.messages == [
        "Removed film: 1000 bytes (retention)",
        "Removed film: 1000 bytes (retention)",
        f"Removed project: {services.projects.size(idle)} bytes (retention)",
    ]


def test_beyond_the_quota_films_go_first_then_uploads_then_projects_least_recently_used_first(
    services: StudioServices, owner: str, tmp_path: Path, caplog: Any
) -> None:
    caplog.set_level("INFO")
    sessions = filled(services, owner, 3)
    folders = [tmp_path / "projects" / session for session in sessions]
    assert services.disk.used == sum(map(size, folders))

    def holds() -> str:
        """Return how many films, uploads and pieces each project has; "-" where it is gone."""
        patterns = ("films/*", "files/*", "music/*")
        return " ".join(
            "".join(str(len(list(folder.glob(one)))) for one in patterns) if folder.exists() else "-"
            for folder in folders
        )

    seen = [holds()]
    for more in (1, 1001, 1, 1, 1, 1, 1):
        services.housekeeper.make_room("work", QUOTA - services.disk.used + more)
        services.disk.release("work")
        seen.append(holds())
        assert services.disk.used == sum(map(size, folders))
    steps = "111 111 111, 011 111 111, 011 011 011, 001 011 011, 001 001 011, 001 001 001, - 001 001, - - 001"
    assert ", ".join(seen) == steps
    assert caplog.messages[0] == "Removed film: 1000 bytes (quota)"
    with pytest.raises(InsufficientStorage):
        services.housekeeper.make_room("work", QUOTA + 1)
    with services.disk.using(sessions[2]), pytest.raises(InsufficientStorage):
        services.housekeeper.make_room("work", QUOTA)
    assert seen[-1] == holds(), "nothing goes in vain, or while somebody uses it"
    services.housekeeper.make_room("work", QUOTA)
    assert holds() == "- - -"
    assert services.projects.names() == []


def test_a_project_that_can_not_be_read_does_not_keep_the_others_from_making_room(
    services: StudioServices, owner: str, tmp_path: Path
) -> None:
    damaged, whole = filled(services, owner, 2)
    (tmp_path / "projects" / damaged / "project.json").write_text("{")
    services.disk.measure_all()
    # Both films and the upload that is known are not enough: the damaged one, which was used first, goes as a whole.
    services.housekeeper.make_room("work", QUOTA - services.disk.used + 3500)
    assert services.projects.names() == [whole]
    assert [path.name for path in (tmp_path / "projects" / whole).rglob("*.wav")]


def test_what_a_crash_left_is_swept_and_what_is_unknown_is_kept(
    services: StudioServices, owner: str, tmp_path: Path, caplog: Any
) -> None:
    session, lost = filled(services, owner, 2)
    home = tmp_path / "projects"
    left = [home / session / name for name in ("music/x.wav", "files/half", "films/y.abc.part", "project.new")]
    kept = sorted(path for path in (home / session).rglob("*") if path.is_file())
    for path in left:
        path.write_bytes(b"half")
    (home / ".gone-z" / "music").mkdir(parents=True)
    (home / ".gone-z" / "music" / "a.wav").write_bytes(b"rest")
    for name in ("files", "music", "films"):
        (home / "just-made" / name).mkdir(parents=True)
    (home / "foreign" / "files").mkdir(parents=True)
    (home / "foreign" / "files" / "mine").write_bytes(b"whoever put this here may want it")
    (home / lost / "project.json").unlink()
    services.housekeeper.open()
    assert sorted(path for path in (home / session).rglob("*") if path.is_file()) == kept
    with pytest.raises(SessionNotFound):
        services.sessions.check(owner, lost)
    assert not any(path.exists() for path in left)
    assert {path.name for path in home.iterdir()} == {session, lost, "foreign"}
    assert (home / "foreign" / "files" / "mine").exists()
    assert "foreign" in caplog.text


def test_a_fresh_project_keeps_its_last_film_and_all_but_older_films(tmp_path: Path) -> None:
    with running_studio(tmp_path) as url, Person(url) as person:
        client, session = person.client_id, person.session()
        person.say(session, WISH)
        for render in ("older", "newer"):
            person.submit(session, render, person.state(session)["draft"])
            person.wait_for_render(render)
        folder = tmp_path / "projects" / session
    with running_studio(tmp_path, disk_quota=1) as url, Person(url, client) as person, Person(url) as other:
        hidden = other.http.post("/run_sse", json=message(session, WISH))
        assert hidden.status_code == 404, "nobody learns from a full disk that a session exists"
        assert person.http.get("/api/render/proxy/lambda/older").status_code == 404
        assert person.status("newer")["status"] == "completed"
        assert len(person.http.get("/api/render/proxy/newer/download").content) > 10_000
        assert len(list(folder.glob("music/*.wav"))) == 1
        for answer in (
            person.http.post("/run_sse", json=message(session, "jazz, 5 seconds, another one")),
            person.submit(session, "third", person.state(session)["draft"]),
            person.upload(session, ("a.wav", make(tmp_path / "a.wav", seconds=1.0).read_bytes())),
        ):
            assert refused_for_room(answer), answer.text
        assert person.http.get("/api/render/proxy/lambda/third").status_code == 404, "it was not taken"
        assert person.balance() == {"available": 99, "frozen": 0, "total": 99}
        assert "Dawn" in person.say(session, 'title "Dawn"').text, "what needs no room goes on"
        files = sorted(path.suffix for path in folder.rglob("*") if path.is_file())
        assert files == [".json", ".mp4", ".wav"], "nothing half-written stays"


def test_an_upload_of_unknown_length_ends_where_the_room_does(tmp_path: Path) -> None:
    sound = make(tmp_path / "long.wav", seconds=20.0).read_bytes()
    with running_studio(tmp_path, disk_quota=1_000_000) as url, Person(url) as person:
        session = person.session()

        def body() -> Any:
            yield HEAD
            for start in range(0, len(sound), 65536):
                yield sound[start : start + 65536]
            yield TAIL

        assert refused_for_room(person.upload_body(session, body()))
        assert list((tmp_path / "projects" / session / "files").iterdir()) == []
        short = make(tmp_path / "short.wav", seconds=1.0).read_bytes()
        assert person.upload(session, ("short.wav", short)).status_code == 200, "a smaller one finds room"


def test_what_somebody_uses_is_spared(tmp_path: Path) -> None:
    with (
        running_studio(tmp_path, housekeeping=0.05, quirks=Quirks(slow_stage=1.5)) as url,
        Person(url) as person,
    ):
        session = person.session()
        with person.stream(session, WISH) as answer:
            lines = answer.iter_lines()
            next(lines)
            with closing(sqlite3.connect(tmp_path / "studio.sqlite3")) as database, database:
                database.execute("update sessions set used = used - ?", (31 * DAY,))
            said = "".join(lines)
        assert "is ready" in said, "a project at work is not removed, however old its last use"
        wait_until(lambda: not (tmp_path / "projects" / session).exists())
        assert person.http.post("/run_sse", json=message(session, WISH)).status_code == 404


def test_a_full_database_is_no_room_and_any_other_fault_stays_one(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "small.sqlite3") as small:
        small.execute("create table t (x)")
        small.execute("pragma max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as full:
            small.execute("insert into t values (zeroblob(100000))")
        with pytest.raises(sqlite3.OperationalError) as other:
            small.execute("select nonsense")
    small.close()
    request = Request({"type": "http"})
    assert json.loads(bytes(refuse_full_disk(request, full.value).body))["code"] == 507
    with pytest.raises(sqlite3.OperationalError):
        refuse_full_disk(request, other.value)


def test_a_database_of_before_counts_everything_as_used_now(
    services: StudioServices, owner: str, tmp_path: Path
) -> None:
    filled(services, owner, 1)
    with sqlite3.connect(tmp_path / "studio.sqlite3") as database:
        for table in ("sessions", "renders"):
            database.execute(f"alter table {table} drop column used")
    database.close()
    before = time.time()
    Database(tmp_path / "studio.sqlite3").close()
    for table in ("sessions", "renders"):
        assert float(str(services.database.rows(f"select min(used) from {table}")[0][0])) >= before


@pytest.mark.parametrize("torn", [False, True], ids=["one piece", "the whole file"])
def test_a_project_that_can_not_be_read_is_set_aside_whole_and_goes_on(tmp_path: Path, torn: bool) -> None:
    with running_studio(tmp_path) as url, Person(url) as person:
        session = person.session()
        clip = make(tmp_path / "clip.mp4", seconds=2)
        person.upload(session, ("clip.mp4", clip.read_bytes()))
        person.say(session, "calm piano")
        folder = tmp_path / "projects" / session
        path = folder / "project.json"
        held = json.loads(path.read_text())
        held["pieces"][0]["bpm"] = None
        before = "{" if torn else json.dumps(held)
        path.write_text(before)
        run = person.say(session, "calm piano, 5 seconds")
        assert "was damaged" in run.text
        assert "is ready" in run.text
        assert ("clip.mp4" in run.text) is not torn
        assert "was damaged" not in person.say(session, "make it slower").text
        (aside,) = folder.glob("*.unreadable")
        assert aside.read_text() == before
    with running_studio(tmp_path) as url:
        # Nobody knows what belongs to it: nothing is swept.
        assert list((folder / "files").iterdir())


def test_what_could_not_be_read_again_is_not_saved(services: StudioServices, owner: str) -> None:
    project = services.sessions.create(owner, "en")
    file = ProjectFile(id="1", name="a.mp4", kind=FileKind.VIDEO, mime="video/mp4", size=1, seconds=float("inf"))
    with pytest.raises(ValidationError):
        services.projects.save(project.with_file(file))
    assert services.projects.load(project.session) == project
