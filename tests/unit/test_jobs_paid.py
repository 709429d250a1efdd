"""The table of a paid message, tested whole."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.jobs.paid import ENDS, Event, Paid, Stage, after

READS = 5
_SAID_BY_THE_JOURNAL = (Event.GO, Event.DONE, Event.UNKNOWN, Event.FENCED)
_SAID_BY_THE_STREAM = (
    Event.ANSWERED,
    Event.SILENT,
    Event.FAILED,
    Event.BROKEN,
    Event.REFUSED,
    Event.UNREACHABLE,
)
_SAID_BY_A_READ = (Event.CHANGED, Event.SAME, Event.UNREADABLE)
_POSSIBLE = {Stage.ASK: _SAID_BY_THE_JOURNAL, Stage.SEND: _SAID_BY_THE_STREAM, Stage.READ: _SAID_BY_A_READ}


def test_every_stage_takes_its_own_events_and_no_others() -> None:
    for stage, event in itertools.product(Stage, Event):
        paid = Paid(stage, reads=READS)
        if event in _POSSIBLE.get(stage, ()):
            assert after(paid, event, reads=READS).stage is not stage or stage is Stage.READ
        else:
            with pytest.raises(ValueError, match="can't happen"):
                after(paid, event, reads=READS)


def test_there_is_one_way_into_sending_and_none_back() -> None:
    into = [
        (stage, event)
        for stage, events in _POSSIBLE.items()
        for event in events
        if after(Paid(stage, reads=READS), event, reads=READS).stage is Stage.SEND
    ]
    assert into == [(Stage.ASK, Event.GO)]


@pytest.mark.parametrize(
    ("events", "end"),
    [
        ([Event.GO, Event.ANSWERED], Stage.ANSWERED),
        ([Event.GO, Event.REFUSED], Stage.REFUSED),
        ([Event.GO, Event.UNREACHABLE], Stage.NOT_SENT),
        ([Event.GO, Event.SILENT, Event.CHANGED], Stage.CHANGED),
        ([Event.GO, Event.BROKEN, Event.SAME, Event.UNREADABLE, Event.CHANGED], Stage.CHANGED),
        ([Event.GO, Event.BROKEN, *[Event.SAME] * READS], Stage.UNCHANGED),
        ([Event.GO, Event.FAILED, Event.SAME], Stage.UNCHANGED),
        ([Event.UNKNOWN, Event.CHANGED], Stage.CHANGED),
        ([Event.UNKNOWN, *[Event.UNREADABLE] * READS], Stage.UNCHANGED),
        ([Event.DONE], Stage.KNOWN),
        ([Event.FENCED], Stage.FENCED),
    ],
)
def test_stories(events: list[Event], end: Stage) -> None:
    paid = Paid()
    for event in events:
        assert paid.stage not in ENDS
        paid = after(paid, event, reads=READS)
    assert paid.stage is end


def test_the_pauses_are_the_ladder_of_the_service() -> None:
    broken = after(Paid(Stage.SEND), Event.BROKEN, reads=READS)
    assert (broken.waits, broken.reads) == ("first", 5)
    assert after(broken, Event.SAME, reads=READS).waits == "next"
    assert after(Paid(Stage.SEND), Event.SILENT, reads=READS).waits is None


@given(st.data())
def test_whatever_happens_it_ends_after_one_send_and_no_more_reads_than_allowed(data: st.DataObject) -> None:
    paid, sends, reads = Paid(), 0, 0
    while paid.stage not in ENDS:
        sends += paid.stage is Stage.SEND
        reads += paid.stage is Stage.READ
        paid = after(paid, data.draw(st.sampled_from(_POSSIBLE[paid.stage])), reads=READS)
    assert sends <= 1
    assert reads <= READS
