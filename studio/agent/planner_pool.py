"""Reading messages in processes of their own: whatever somebody writes, the studio goes on serving the others.

A thread would not do: a regular expression holds the interpreter until it ends, and nothing can end it.
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
"""How long reading may take once it has begun; a wish takes some hundredths."""

_AT_ONCE = 2
"""Apart from the places for composing, so that nobody waits behind a track only to be read."""


@dataclass(frozen=True, slots=True)
class _Read:
    message: str
    project: Project

    def __call__(self, report: Report, /) -> Plan:
        report("reading", 0.0)
        return plan_message(self.message, self.project)


class PlannerPool:
    """Decides what messages ask for, a few at a time."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """`seconds` is the longest that reading may take."""
        self._seconds = seconds
        self._pool = Pool(_AT_ONCE)

    async def plan(self, message: str, project: Project) -> Plan:
        """Return what will be done about a message; one that can't be read in time is answered in words, for free."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as deadline:

                def begun(_stage: str, _fraction: float) -> None:
                    with suppress(RuntimeError):  # it was given up meanwhile
                        deadline.reschedule(loop.time() + self._seconds)

                return await self._pool.run(_Read(message, project), begun)
        except (TimeoutError, JobFailed) as failure:
            _log.warning("a message of %d letters could not be read: %s", len(message), type(failure).__name__)
            return Plan(action=PlanAction.REPLY, reply_key="talk.unread")

    async def close(self) -> None:
        """End what is being read."""
        await self._pool.close()
