"""Following jobs: what they show is brought to the screens of this process, wherever they are worked on."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from core.errors import StoreUnavailable
from core.events import Item, from_json
from core.flows.buttons import Act
from core.flows.turn import Talk
from core.jobs.worker import Timing
from core.messages import Outcome, Progress, Text
from core.progress import Showing
from core.store import Ahead, Conversation, Entry, FollowedElsewhere, JobRef, Seen, Status, Store
from core.tracing import trace

log = logging.getLogger(__name__)

_SPOKEN_PLACES = 3
_SELDOM = 8
"""Where nothing happens one looks up without a hint so many times less often: thousands may wait at once."""


@dataclass(slots=True)
class _Stand:
    """How far a job was brought to its screen by `by`, and how far that is noted in the store.

    `last` entry that was seen, `got` by the person, `ahead`: jobs ahead that the person knows of.
    """

    name: JobRef
    by: str
    last: str = ""
    got: str = ""
    ahead: int = 0
    end_told: bool = False
    noted: tuple[str, bool] = ("", False)


class Follower:
    """Follows many jobs at once, and keeps other gateways from showing them too."""

    def __init__(self, store: Store, pulse: Timing, new_id: Callable[[], str]) -> None:
        """`pulse` tells how often to look up without a hint; `new_id` makes ids that no one else makes."""
        self._store = store
        self._pulse = pulse
        self._new_id = new_id
        self._held: dict[str, set[JobRef]] = defaultdict(set)
        self._unsaid: set[JobRef] = set()

    def holds(self, name: JobRef) -> bool:
        """Whether this process shows the job."""
        return name in self._held.get(name.conversation.platform, ())

    def leave_unsaid(self, conversation: Conversation, job_id: str | None) -> None:
        """Don't say at its end that this job, or any that is shown in this conversation now, was cancelled."""
        here = (name for name in self._held[conversation.platform] if name.conversation == conversation)
        self._unsaid |= {name for name in here if job_id in (None, name.job_id)}

    async def follow(self, name: JobRef, showing: Showing[Item], talk: Talk) -> Outcome:
        """Show what a job shows, from where its delivery stands to its end; return how it ended.

        `talk` says what only the one who waits can know. Where another gateway takes over, its end is waited for
        quietly. What the platform does not take now stays to be shown: the screen is opened again for it.
        Raises `StoreUnavailable` where Redis stays away.
        """
        held = self._held[name.conversation.platform]
        held.add(name)
        stand = _Stand(name, self._new_id())
        try:
            await self._store.event_log.follow(name.conversation, name.job_id, stand.by)
            outcome = await self._to_its_end(stand, showing, talk)
        except FollowedElsewhere:
            log.info("Another gateway shows it now", extra={"job": name.job_id})
            showing.leave()
            outcome = None
        else:
            if showing.away:
                log.info("The rest of it is shown later", extra={"job": name.job_id})
            else:
                await self._store.job_index.shown(name)
        finally:
            held.discard(name)
            self._unsaid.discard(name)
        return outcome or await self.outcome(name)

    async def outcome(self, name: JobRef) -> Outcome:
        """Wait quietly for the end of a job that is shown elsewhere."""
        with self._store.pubsub.of(name.job_id) as rang:
            while True:
                rang.clear()
                seen = await self._store.event_log.watch(name.conversation, name.job_id, "")
                if seen is None or seen.outcome:
                    return seen.outcome if seen and seen.outcome else Outcome.FAILED
                await self._pause(rang, _SELDOM)

    async def hold(self) -> None:
        """Tell other gateways, until cancelled, that this one goes on showing what it shows."""
        while True:
            await asyncio.sleep(self._pulse.screen / 3)
            try:
                for platform, names in tuple(self._held.items()):
                    await self._store.job_index.go_on_showing(platform, tuple(names), self._pulse.screen_ms)
            except StoreUnavailable as error:
                log.warning("Screens could not be held: %s", error.detail)

    async def _to_its_end(self, stand: _Stand, showing: Showing[Item], talk: Talk) -> Outcome:
        answered = time.monotonic()
        looks = 1
        with self._store.pubsub.of(stand.name.job_id) as rang:
            while not showing.gone:
                rang.clear()
                before = stand.last
                try:
                    ended = await self._go_on(stand, showing, talk)
                    answered = time.monotonic()
                    looks = 1 if stand.last != before else min(2 * looks, _SELDOM)
                except StoreUnavailable:
                    if time.monotonic() - answered > self._pulse.lost:
                        raise
                    ended = None
                if ended:
                    return ended
                await self._pause(rang, looks)
        return Outcome.FAILED

    async def _go_on(self, stand: _Stand, showing: Showing[Item], talk: Talk) -> Outcome | None:
        """Show what came since the last look; return how the job has ended, None where it goes on."""
        await self._note(stand)
        while seen := await self._store.event_log.watch(
            stand.name.conversation, stand.name.job_id, stand.last, by=stand.by
        ):
            await self._bring(stand, seen.entries, showing)
            if not seen.more or showing.gone:
                break
        if seen is None:
            # Redis came back without it: its last second before a power cut, or all of it.
            await talk.tell("trouble.forgotten")
            return Outcome.FAILED
        if seen.status is not Status.OPEN:
            return await self._end(stand, seen, talk)
        if not stand.last and len(seen.ahead) != stand.ahead:
            stand.ahead = len(seen.ahead)
            await self._tell_place(seen.ahead, talk)
        return None

    async def _bring(self, stand: _Stand, entries: Sequence[Entry], showing: Showing[Item]) -> None:
        for entry in entries:
            event = from_json(entry.event) if entry.event else None
            if isinstance(event, Progress):
                showing.post(event)
                # What lasted a moment only is seen as well, where the screen bears it.
                await asyncio.sleep(0)
            elif event is not None:
                await self._show(stand.name, event, showing)
                if showing.gone:
                    return
                stand.got = entry.id
            stand.last = entry.id
            # Where that fails it is tried again, but what was shown is not shown again here.
            await self._note(stand)

    async def _show(self, name: JobRef, item: Item, showing: Showing[Item]) -> None:
        try:
            await showing.show(item)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 what this screen can't bear must not keep the rest back for ever
            # Not `exception`: its text may hold anything.
            log.error("Something could not be shown: %s", trace(error), extra={"job": name.job_id})  # noqa: TRY400

    async def _note(self, stand: _Stand) -> None:
        now = (stand.got, stand.end_told)
        if now != stand.noted:
            name = stand.name
            await self._store.event_log.delivered(
                name.conversation, name.job_id, stand.got, by=stand.by, end_told=stand.end_told
            )
            stand.noted = now

    async def _end(self, stand: _Stand, seen: Seen, talk: Talk) -> Outcome:
        if not stand.end_told and not seen.end_told:
            stand.end_told = await self._tell_end(stand, seen, talk)
        await self._note(stand)
        return seen.outcome or Outcome.FAILED

    async def _tell_end(self, stand: _Stand, seen: Seen, talk: Talk) -> bool:
        """Tell an end of which its worker said nothing; returns whether there was one to tell."""
        job_id = stand.name.job_id
        if seen.status is Status.DEAD_LETTER:
            text = talk.say("trouble.parked", reference=job_id[:4])
            await talk.show(Text(text, (talk.button(Act.AGAIN, job_id),)))
        elif seen.outcome is Outcome.CANCELLED:
            if stand.name not in self._unsaid:
                await talk.tell("cancel.this")
        elif not stand.got and not seen.delivered:
            # Its worker could not read it.
            await talk.tell("trouble.unreadable")
        else:
            return False
        return not talk.gone

    async def _tell_place(self, ahead: Sequence[Ahead], talk: Talk) -> None:
        if not ahead:
            return
        position = len(ahead) + 1
        ordinal = f"queue.place_{position}" if position <= _SPOKEN_PLACES else "queue.place_other"
        spoken = talk.say(ordinal, count=position)
        seconds = await self._about(ahead)
        if seconds is None:
            talk.progress("waiting", place=spoken)
        else:
            talk.progress("waiting", words="waiting_about", place=spoken, seconds=seconds)

    async def _about(self, ahead: Sequence[Ahead]) -> int | None:
        """Return how many seconds (in fives) the jobs ahead will take, None where that is not known yet."""
        total = 0.0
        for job in ahead:
            usually = await self._store.durations.usually(job.kind)
            if usually is None:
                return None
            total += max(1.0, usually - (job.worked or 0.0))
        return max(5, round(total / 5) * 5)

    async def _pause(self, rang: asyncio.Event, looks: int) -> None:
        with suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it may swallow a cancellation that comes with the event.
            async with asyncio.timeout(looks * self._pulse.look):
                await rang.wait()
