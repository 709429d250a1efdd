"""Fixtures that every kind of test shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from hypothesis import settings

from tests.support.valkey import running_valkey

# A deadline would be a timed test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def _valkey_url() -> Iterator[str]:
    with running_valkey() as url:
        yield url


@pytest.fixture
def valkey_url(_valkey_url: str) -> str:
    """The URL of an empty, real Valkey."""
    with redis.Redis.from_url(_valkey_url) as client:
        client.flushall()
    return _valkey_url
