"""A studio that many tests share: each of them is a person of its own there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.studio import running_studio
from tests.support.studio_client import Person


@pytest.fixture(scope="session")
def studio_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of the shared studio."""
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="session")
def studio_url(studio_directory: Path) -> Iterator[str]:
    """The base URL of a running studio with its own settings; renders are cheap."""
    with running_studio(studio_directory) as url:
        yield url


@pytest.fixture(scope="session")
def shared_piece(studio_url: str) -> Iterator[tuple[str, Person, str]]:
    """A studio, a person there and a session with a finished piece of 5 seconds, to be looked at but not changed."""
    with Person(studio_url) as person:
        session = person.session()
        person.say(session, "calm lofi, 5 seconds, seed 7")
        yield studio_url, person, session
