"""Messages made to be hard to read: each is read, or given up, and nobody else waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from studio.agent.planner import PlanAction
from studio.agent.planner_pool import PlannerPool
from studio.compose import parse_brief, revise, wants_new_piece
from studio.compose.title_parser import find_title
from studio.pool import Pool, Report
from studio.projects.project import Project
from tests.support.waiting import PATIENCE

QUOTES = "calm piano, title 'abcdefgh" + "'abcdefgh" * 40 + "'x"
EMPTY = Project(session="s", task="t", language="en")


@dataclass(frozen=True)
class _Titles:
    def __call__(self, report: Report, /) -> str | None:
        return find_title(QUOTES).title


@dataclass(frozen=True)
class _Lists:
    """Reads one list of players again and again, as many people would."""

    wish: str
    times: int = 150

    def __call__(self, report: Report, /) -> int:
        brief = parse_brief("calm piano", seed=1).brief
        for _ in range(self.times):
            parse_brief(self.wish, seed=1)
            revise(brief, self.wish)
            wants_new_piece(self.wish)
        return self.times


async def test_a_title_of_many_apostrophes_is_read_at_once() -> None:
    pool = Pool(1)
    try:
        async with asyncio.timeout(PATIENCE):
            assert await pool.run(_Titles(), lambda stage, fraction: None) is None
    finally:
        await pool.close()


@pytest.mark.parametrize("wish", ["piano and " * 400, "piano, " * 600], ids=["and", "commas"])
async def test_endless_lists_of_players_are_read_at_once(wish: str) -> None:
    pool = Pool(1)
    try:
        async with asyncio.timeout(PATIENCE):
            assert await pool.run(_Lists(wish), lambda stage, fraction: None) == _Lists.times
    finally:
        await pool.close()


async def test_what_cannot_be_read_in_time_is_answered_in_words_and_costs_nothing() -> None:
    reader = PlannerPool(seconds=0.0)
    try:
        plan = await reader.plan("calm piano", EMPTY)
    finally:
        await reader.close()
    assert (plan.action, plan.reply_key) == (PlanAction.REPLY, "talk.unread")
    assert not plan.is_track
    assert not plan.is_edit


async def test_a_message_is_read_apart_from_the_server() -> None:
    reader = PlannerPool()
    try:
        plan = await reader.plan("calm piano, 20 seconds", EMPTY)
    finally:
        await reader.close()
    assert plan.action is PlanAction.NEW
    assert plan.wish == "calm piano, 20 seconds"
