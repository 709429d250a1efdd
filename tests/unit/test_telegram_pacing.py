"""How much a Telegram chat bears."""

from __future__ import annotations

from bots.telegram.pacing import GROUP_PACE, Pacing


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_edits_of_all_jobs_share_a_chats_pace() -> None:
    clock = Clock()
    pacing = Pacing(clock)
    pacing.went_out(1)
    assert not pacing.may_draw(1, GROUP_PACE, first=False)
    assert pacing.may_draw(2, GROUP_PACE, first=False)
    clock.now = GROUP_PACE
    assert pacing.may_draw(1, GROUP_PACE, first=False)


def test_a_first_drawing_is_let_through_but_not_into_a_closed_chat() -> None:
    clock = Clock()
    pacing = Pacing(clock)
    pacing.went_out(1)
    assert pacing.may_draw(1, GROUP_PACE, first=True)
    pacing.closed(1, 30)
    clock.now = 29.9
    assert not pacing.may_draw(1, GROUP_PACE, first=True)
    assert pacing.may_draw(2, GROUP_PACE, first=True)
    clock.now = 30
    assert pacing.may_draw(1, GROUP_PACE, first=True)


def test_a_group_never_gets_more_than_telegram_allows_in_a_minute() -> None:
    clock = Clock()
    pacing = Pacing(clock)
    drawn = 0
    while clock.now < 60:
        if pacing.may_draw(1, GROUP_PACE, first=False):
            pacing.went_out(1)
            drawn += 1
        clock.now += 0.1
    # Twenty a minute, results included.
    assert drawn <= 14
