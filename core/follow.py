"""Following jobs: what they show is brought to the screens of this process, wherever they are worked on."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

from core.errors import StoreUnavailable
from core.events import Item, from_json
from core.flows.turn import Talk
from core.jobs.worker import Pulse
from core.progress import Showing
from core.store import Ahead, Entry, JobName, Place, Seen, Status, Store
from core.words import Outcome, Progress

log = logging.getLogger(__name__)

_SPOKEN_PLACES = 3
_LOST_AFTER = 60.0
"""Seconds for which Redis may be away until whoever waits is told to come back later."""


class Follower:
    """Follows many jobs at once, and keeps other gateways from showing them too."""

    def __init__(self, store: Store, pulse: Pulse) -> None:
        """`pulse` tells how often to look up without a hint."""
        self._store = store
        self._pulse = pulse
        self._held: dict[str, set[JobName]] = defaultdict(set)
        self._unsaid: set[JobName] = set()

    def holds(self, name: JobName) -> bool:
        """Whether this process shows the job."""
        return name in self._held[name.place.platform]

    def leave_unsaid(self, place: Place, job_id: str | None) -> None:
        """Don't say at its end that this job, or any that is shown in this place now, was cancelled."""
        here = (name for name in self._held[place.platform] if name.place == place)
        self._unsaid |= {name for name in here if job_id in (None, name.job_id)}

    async def follow(self, name: JobName, showing: Showing[Item], talk: Talk) -> Outcome:
        """Show what a job shows, from where its delivery stands to its end; return how it ended.

        `talk` says what only the one who waits can know. Raises `StoreUnavailable` where Redis stays away.
        """
        held = self._held[name.place.platform]
        held.add(name)
        try:
            outcome = await self._to_its_end(name, showing, talk)
            await self._store.index.shown(name)
            return outcome
        finally:
            held.discard(name)
            self._unsaid.discard(name)

    async def outcome(self, name: JobName) -> Outcome:
        """Wait quietly for the end of a job that is shown elsewhere."""
        with self._store.news.of(name.job_id) as rang:
            while True:
                rang.clear()
                seen = await self._store.shown.watch(name.place, name.job_id, "")
                if seen is None or seen.outcome:
                    return seen.outcome if seen and seen.outcome else Outcome.FAILED
                await self._pause(rang)

    async def hold(self) -> None:
        """Tell other gateways, until cancelled, that this one goes on showing what it shows."""
        while True:
            await asyncio.sleep(self._pulse.screen / 3)
            try:
                for platform, names in self._held.items():
                    await self._store.index.go_on_showing(platform, tuple(names), self._pulse.screen_ms)
            except StoreUnavailable as error:
                log.warning("Screens could not be held: %s", error.detail)

    async def _to_its_end(self, name: JobName, showing: Showing[Item], talk: Talk) -> Outcome:
        last = ""
        told = False
        answered = time.monotonic()
        with self._store.news.of(name.job_id) as rang:
            while not showing.gone:
                rang.clear()
                try:
                    seen = await self._store.shown.watch(name.place, name.job_id, last)
                    if seen is None:
                        return Outcome.FAILED
                    told = await self._bring(name, seen.entries, showing) or told
                except StoreUnavailable:
                    if time.monotonic() - answered > _LOST_AFTER:
                        raise
                    continue
                answered = time.monotonic()
                last = seen.entries[-1].id if seen.entries else last
                if seen.more:
                    continue
                if seen.status is not Status.OPEN:
                    return await self._close(name, seen, talk, told=told)
                if not last and seen.ahead:
                    await self._tell_place(seen.ahead, talk)
                await self._pause(rang)
        return Outcome.FAILED

    async def _bring(self, name: JobName, entries: Sequence[Entry], showing: Showing[Item]) -> bool:
        """Show events; returns whether a person has got something that stays."""
        told = False
        for entry in entries:
            event = from_json(entry.event) if entry.event else None
            if isinstance(event, Progress):
                showing.post(event)
            elif event is not None:
                await showing.show(event)
                told = True
                if not showing.gone:
                    await self._store.shown.delivered(name.place, name.job_id, entry.id)
        return told

    async def _close(self, name: JobName, seen: Seen, talk: Talk, *, told: bool) -> Outcome:
        outcome = seen.outcome or Outcome.FAILED
        if outcome is Outcome.CANCELLED:
            if name not in self._unsaid:
                await talk.tell("cancel.this")
        elif not told and not seen.delivered:
            # It ended without a word: its worker could not read it.
            await talk.tell("trouble.unreadable")
        return outcome

    async def _tell_place(self, ahead: Sequence[Ahead], talk: Talk) -> None:
        place = len(ahead) + 1
        ordinal = f"queue.place_{place}" if place <= _SPOKEN_PLACES else "queue.place_other"
        spoken = talk.say(ordinal, count=place)
        seconds = await self._about(ahead)
        if seconds is None:
            talk.progress("waiting", place=spoken)
        else:
            talk.progress("waiting_about", place=spoken, seconds=seconds)

    async def _about(self, ahead: Sequence[Ahead]) -> int | None:
        """Return how many seconds (in fives) the jobs ahead will take, None where that is not known yet."""
        total = 0.0
        for job in ahead:
            usually = await self._store.took.usually(job.kind)
            if usually is None:
                return None
            total += max(1.0, usually - (job.worked or 0.0))
        return max(5, round(total / 5) * 5)

    async def _pause(self, rang: asyncio.Event) -> None:
        with suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it may swallow a cancellation that comes with the event.
            async with asyncio.timeout(self._pulse.look):
                await rang.wait()
