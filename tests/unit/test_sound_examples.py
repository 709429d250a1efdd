"""The examples in the documentation of the rooms of sound and mix are true."""

from __future__ import annotations

import doctest
from types import ModuleType

import numpy as np
import pytest

from studio.mix import balance, channel_strips, ducking, limiter, peaks
from studio.sound import envelopes, tone


@pytest.mark.parametrize(
    "module", [balance, channel_strips, ducking, limiter, peaks, envelopes, tone], ids=lambda module: module.__name__
)
def test_examples(module: ModuleType) -> None:
    failed, tried = doctest.testmod(module, extraglobs={"np": np})

    assert tried > 0
    assert failed == 0
