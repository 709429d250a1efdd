"""Fixtures that every kind of test shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.support.valkey import running_valkey


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
