"""Full garbage collections are put off while a worker works."""

from __future__ import annotations

import gc

from core.jobs.housekeeping import full_collections_put_off


def test_the_usual_way_comes_back() -> None:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    try:
        with full_collections_put_off():
            assert gc.get_threshold() == (700, 10, 10_000)
        assert gc.get_threshold() == (700, 10, 10)
    finally:
        gc.set_threshold(*before)
