"""Full garbage collections when there is time for them."""

from __future__ import annotations

import gc
import weakref

from core.jobs.collector import Collector


class _Knot:
    """Something that only the garbage collector takes away."""

    def __init__(self) -> None:
        self.itself = self


def _knot() -> weakref.ref[_Knot]:
    knot = _Knot()
    found = weakref.ref(knot)
    # As old as what an open stream holds on to.
    gc.collect()
    return found


def test_what_is_old_is_collected_at_rest_and_only_after_work() -> None:
    collector = Collector()
    with collector.waiting_for_time():
        knot = _knot()
        collector.rest()
        assert knot() is not None
        collector.worked()
        collector.rest()
        assert knot() is None


def test_the_usual_way_comes_back() -> None:
    before = gc.get_threshold()
    with Collector().waiting_for_time():
        assert gc.get_threshold() != before
    assert gc.get_threshold() == before
