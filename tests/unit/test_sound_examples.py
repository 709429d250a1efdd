"""The examples in the documentation of the sound room are true."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from studio.sound import envelopes, tone


@pytest.mark.parametrize("module", [envelopes, tone], ids=lambda module: module.__name__)
def test_examples(module: ModuleType) -> None:
    failed, tried = doctest.testmod(module)

    assert tried > 0
    assert failed == 0
