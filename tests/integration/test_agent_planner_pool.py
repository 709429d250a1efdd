"""Messages made to be hard to read: each is read, or given up, and nobody else waits for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from studio.agent.planner import PlanAction
from studio.agent.planner_pool import PlannerPool
from studio.projects.project import Project

EMPTY = Project(session="s", task="t", language="en")


@pytest.fixture
async def planner(seconds: float) -> AsyncIterator[PlannerPool]:
    planner = PlannerPool(seconds)
    yield planner
    await planner.close()


@pytest.mark.parametrize("seconds", [5.0])
@pytest.mark.parametrize(
    "message",
    [
        "calm piano, 20 seconds",
        "calm piano, title 'abcdefgh" + "'abcdefgh" * 40 + "'x",
        "piano and " * 400,
        "piano, " * 600,
    ],
    ids=["everyday", "apostrophes", "and", "commas"],
)
async def test_a_message_is_read_apart_from_the_server_in_no_time(planner: PlannerPool, message: str) -> None:
    plan = await planner.plan(message, EMPTY)
    assert plan.action is PlanAction.NEW
    assert message.startswith(plan.wish)


@pytest.mark.parametrize("seconds", [0.0])
async def test_what_cannot_be_read_in_time_is_answered_in_words_and_costs_nothing(planner: PlannerPool) -> None:
    plan = await planner.plan("calm piano", EMPTY)
    assert (plan.action, plan.reply_key) == (PlanAction.REPLY, "talk.unread")
    assert not plan.is_new
    assert not plan.is_edit
