"""Credits and disk where something goes wrong: a database that refuses, a junk file, holds of nobody, old music."""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import pytest

from studio import Prices, StudioSettings
from studio.server.database import BadDatabase, Database
from studio.server.services import StudioServices
from tests.support.studio import running_studio
from tests.support.studio_client import Person
from tests.support.waiting import wait_until

WISH = "calm lofi, 5 seconds"


def clear(database: sqlite3.Connection, person: Person) -> None:
    """Let the database take outcomes again, and wait until the studio has tried."""
    database.execute("drop trigger full")
    database.commit()
    wait_until(lambda: not person.balance()["frozen"])


def test_a_run_that_could_not_be_settled_is_told_as_it_was_and_settled_later(
    person: Person, session: str, studio_directory: Path
) -> None:
    with closing(sqlite3.connect(studio_directory / "studio.sqlite3")) as other:
        other.execute(
            "create trigger full before delete on runs begin select raise(abort, 'database or disk is full'); end"
        )
        other.commit()
        run = person.say(session, WISH)
        assert not any("error" in event for event in run.events), "the music is there, and that is what counts"
        assert "is ready" in run.text
        assert len(person.state(session)["generated_media"]) == 1
        assert person.balance()["frozen"] == 1
        clear(other, person)
        assert person.balance() == {"available": 99, "frozen": 0, "total": 99}


def test_a_render_that_could_not_be_settled_is_there_at_once_and_settled_later(tmp_path: Path) -> None:
    with (
        running_studio(tmp_path, prices=Prices(export=1)) as url,
        Person(url) as person,
        sqlite3.connect(tmp_path / "studio.sqlite3") as other,
    ):
        session = person.session()
        person.say(session, WISH)
        other.execute(
            "create trigger full before update on renders when new.status in ('completed', 'failed')"
            " begin select raise(abort, 'database or disk is full'); end"
        )
        other.commit()
        person.export(session, tmp_path / "film.mp4")
        assert (tmp_path / "film.mp4").stat().st_size > 10_000
        assert person.balance() == {"available": 98, "frozen": 1, "total": 99}
        clear(other, person)
        assert person.balance() == {"available": 98, "frozen": 0, "total": 98}


async def test_what_is_held_for_nobody_is_given_back_at_the_start(tmp_path: Path) -> None:
    services = StudioServices(StudioSettings(data_dir=tmp_path), "http://127.0.0.1:1")
    _, person = services.accounts.new_token(str(uuid.uuid4()), "")
    services.database.execute("insert into holds values ('gone', ?, 7)", person)
    assert services.ledger.balance(person).frozen == 7
    services.open()
    try:
        assert services.ledger.balance(person).frozen == 0
    finally:
        await services.close()


def test_a_junk_database_is_named_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "studio.sqlite3"
    path.write_bytes(b"junk " * 1000)
    with pytest.raises(BadDatabase, match="move the file away") as caught:
        Database(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"junk " * 1000


def test_only_what_undo_reaches_and_every_film_is_kept(
    person: Person, session: str, studio_directory: Path, tmp_path: Path
) -> None:
    home = studio_directory / "projects" / session
    person.say(session, WISH)
    (oldest,) = home.glob("music/*.wav")
    person.export(session, tmp_path / "film.mp4")
    person.say(session, "another one, 5 seconds")
    for number in range(10):
        assert oldest.exists(), "undo reaches it"
        person.say(session, f'title "{number}"')
    assert len(list(home.glob("music/*.wav"))) == 1
    assert not oldest.exists()
    assert len(list(home.glob("films/*.mp4"))) == 1
