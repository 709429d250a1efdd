"""Plans messages in worker processes, so that no message, whatever its text, can block the studio.

A thread would not do: a regular expression holds the interpreter until it ends, and can't be cancelled.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from studio.agent.planner import Plan, PlanAction, plan_message
from studio.pool import JobFailed, Pool, Report
from studio.projects.project import Project

_log = logging.getLogger(__name__)

SECONDS = 20.0
"""How long planning may take once it has started; usually it takes some hundredths of a second."""

_WORKERS = 2
"""Separate from the pool that composes, so that no message waits behind a track only to be planned."""


@dataclass(frozen=True, slots=True)
class _PlanJob:
    message: str
    project: Project

    def __call__(self, report: Report, /) -> Plan:
        report("planning", 0.0)
        return plan_message(self.message, self.project)


class PlannerPool:
    """Plans messages, a few at a time."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """`seconds` is the time limit of one plan."""
        self._seconds = seconds
        self._pool = Pool(_WORKERS)

    async def plan(self, message: str, project: Project) -> Plan:
        """Return the plan for a message; one that takes too long becomes a free reply."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as deadline:

                def started(_stage: str, _fraction: float) -> None:
                    with suppress(RuntimeError):  # the deadline has passed meanwhile
                        deadline.reschedule(loop.time() + self._seconds)

                return await self._pool.run(_PlanJob(message, project), started)
        except (TimeoutError, JobFailed) as failure:
            _log.warning("Cannot plan a message of %d characters: %s", len(message), type(failure).__name__)
            return Plan(action=PlanAction.REPLY, reply_key="talk.unread")

    async def close(self) -> None:
        """Kill the plans in progress."""
        await self._pool.close()
