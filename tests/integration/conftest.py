"""What many tests share: a store, and a studio in which each of them is a person of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
import redis

from core.store import Store, Vault, open_store
from tests.support.conversation import BRIEF, Asking, Open, Talk, opened
from tests.support.endpoints import DOWNLOAD
from tests.support.files import make
from tests.support.one_message import SECRET
from tests.support.scripted_api import ScriptedApi, everyday_service
from tests.support.scripted_api import raw as raw_answer
from tests.support.studio import running_studio
from tests.support.studio_client import Person
from tests.support.telegram_server import TelegramServer, telegram_server


@pytest.fixture(scope="session")
def studio_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of the shared studio."""
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="session")
def studio_url(studio_directory: Path) -> Iterator[str]:
    """The base URL of a running studio with its own settings; renders are cheap."""
    with running_studio(studio_directory) as url:
        yield url


@pytest.fixture
def person(studio_url: str) -> Iterator[Person]:
    """Somebody new at the shared studio."""
    with Person(studio_url) as person:
        yield person


@pytest.fixture
def session(person: Person) -> str:
    """A session of that person with an empty project."""
    return person.session()


@pytest.fixture(scope="session")
def shared_piece(studio_url: str) -> Iterator[tuple[str, Person, str]]:
    """A studio, a person there and a session with a finished piece of 5 seconds, to be looked at but not changed."""
    with Person(studio_url) as person:
        session = person.session()
        person.say(session, "calm lofi, 5 seconds, seed 7")
        yield studio_url, person, session


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film of one second."""
    return make(tmp_path_factory.mktemp("film") / "film.mp4", seconds=1).read_bytes()


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    """The store on that Valkey."""
    async with open_store(valkey_url, Vault(SECRET)) as kept:
        yield kept


@pytest.fixture
def raw(valkey_url: str) -> Iterator[redis.Redis]:
    """What a client of that Valkey sees."""
    with redis.Redis.from_url(valkey_url, decode_responses=True) as client:
        yield client


@pytest.fixture
async def api(film: bytes) -> AsyncIterator[ScriptedApi]:
    """A scripted service on which nothing goes wrong, to be spoilt by the test."""
    async with everyday_service() as running:
        running.on("GET", DOWNLOAD, raw_answer(film, Content_Type="video/mp4"))
        yield running


@pytest.fixture
def open_it(api: ScriptedApi, valkey_url: str, tmp_path: Path) -> Open:
    """Open a bot on the scripted service, whose pauses are brief."""
    return partial(opened, valkey_url, tmp_path / "work", api.url, deadlines=BRIEF)


@pytest.fixture
async def talk(open_it: Open, tmp_path: Path) -> AsyncIterator[Talk]:
    """Somebody who talks to a bot on the scripted service."""
    async with open_it() as bot:
        yield Talk(bot, tmp_path / "out")


@pytest.fixture
def asking(open_it: Open, tmp_path: Path) -> Asking:
    """Somebody who says each thing to a bot on the scripted service that is opened for it."""
    return Asking(open_it, tmp_path / "out")


@pytest.fixture
def open_studio(studio_url: str, valkey_url: str, tmp_path: Path) -> Open:
    """Open a bot on the shared studio."""
    return partial(opened, valkey_url, tmp_path / "work", studio_url)


@pytest.fixture
async def at_studio(open_studio: Open, tmp_path: Path) -> AsyncIterator[Talk]:
    """Somebody who talks to a bot on the shared studio."""
    async with open_studio() as bot:
        yield Talk(bot, tmp_path / "out")


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """A Telegram that nobody is to annoy."""
    async with telegram_server() as running:
        yield running
        assert running.violations == []
        assert running.floods == 0
