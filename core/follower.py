"""Following jobs: what a job's log tells is delivered in its chat, wherever it is worked on."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from core.delivery import Delivery
from core.errors import PersonUnreachable, StoreUnavailable
from core.events import from_json
from core.flows.context import Act, Talk
from core.jobs.worker import Timing
from core.messages import Outcome, Progress, Text
from core.store import Conversation, FollowedElsewhere, JobRef, JobView, Store, order
from core.tracing import trace

log = logging.getLogger(__name__)

_SPOKEN_PLACES = 3
_SELDOM = 8
"""Where nothing happens a follower looks so many times less often without a hint: thousands may wait at once."""


class Follower:
    """Follows many jobs at once, and keeps other gateways from showing them too."""

    def __init__(self, store: Store, timing: Timing) -> None:
        """`timing` tells how often to look without a hint."""
        self._store = store
        self._timing = timing
        #: What this process shows or is about to show, by its audiences.
        self.held: dict[str, set[JobRef]] = defaultdict(set)
        self._unsaid: set[JobRef] = set()

    def holds(self, ref: JobRef) -> bool:
        """Whether this process shows the job."""
        return any(ref in held for held in self.held.values())

    @contextmanager
    def holding(self, ref: JobRef, audience: str) -> Iterator[None]:
        """Be known to show a job while the block runs; a job that is held already stays so."""
        held = self.held[audience]
        mine = ref not in held
        held.add(ref)
        try:
            yield
        finally:
            if mine:
                held.discard(ref)
                self._unsaid.discard(ref)

    def leave_unsaid(self, conversation: Conversation, job_id: str | None) -> None:
        """Don't say at its end that this job, or any that is shown in this conversation now, was cancelled."""
        here = (ref for held in self.held.values() for ref in held if ref.conversation == conversation)
        self._unsaid |= {ref for ref in here if job_id in (None, ref.job_id)}

    async def follow(self, ref: JobRef, audience: str, by: str, delivery: Delivery, talk: Talk) -> Outcome:
        """Deliver what a job that is held tells, from where its delivery stands to its end; return how it ended.

        `by` names this follower among all. `talk` says what only the one who waits can know. Where another gateway
        takes over, the end is waited for quietly. Raises `StoreUnavailable` where Redis stays away.
        """
        try:
            outcome = await _Following(self._store, self._timing, ref, by, delivery, talk).to_the_end(self._unsaid)
            await delivery.close()
        except FollowedElsewhere:
            log.info("Another gateway shows this job now", extra={"job": ref.job_id})
            await delivery.release()
            self.held[audience].discard(ref)
            return await self.outcome(ref)
        except PersonUnreachable as refused:
            # What was paid for stays on the timeline, to be fetched.
            log.info("Cannot reach the person: %s", refused.detail, extra={"job": ref.job_id})
            await delivery.stop()
            outcome = await self.outcome(ref)
        await self._store.job_index.shown(ref, audience)
        return outcome

    async def outcome(self, ref: JobRef) -> Outcome:
        """Wait quietly for the end of a job."""
        with self._store.pubsub.of(ref.job_id) as hint:
            while True:
                hint.clear()
                view = await self._store.event_log.read(ref, _END)
                if view is None or view.outcome:
                    return view.outcome if view and view.outcome else Outcome.FAILED
                await _pause(hint, _SELDOM * self._timing.look)


_END = "9999999999-0"
"""Behind every entry: a look that asks for none."""


@dataclass
class _Following:
    """One job on its way into its chat."""

    _store: Store
    _timing: Timing
    _ref: JobRef
    _by: str
    _delivery: Delivery
    _talk: Talk
    #: The last entry of its log that was handed over here.
    _read: str = ""
    _claimed: bool = False
    #: Something was shown or recalled.
    _told: bool = False
    #: How many jobs were ahead at the last look.
    _ahead: int = 0

    async def to_the_end(self, unsaid: set[JobRef]) -> Outcome:
        answered = time.monotonic()
        looks = 1
        with self._store.pubsub.of(self._ref.job_id) as hint:
            while True:
                # Progress comes along with its hint; whoever has seen all before it need not read the log.
                must_look = hint.rang or not hint.is_set()
                hint.clear()
                hint.rang = False
                before = self._read
                fresh = self._store.event_log.opened(self._ref, self._read, hint) if self._claimed else None
                for entry in fresh or ():
                    await self._bring(*entry)
                must_look = must_look or fresh is None
                try:
                    if must_look and (outcome := await self._look(unsaid)):
                        return outcome
                    answered = time.monotonic()
                    if self._store.pubsub.listening:
                        looks = _SELDOM
                    else:
                        looks = 1 if self._read != before else min(2 * looks, _SELDOM)
                except StoreUnavailable:
                    if time.monotonic() - answered > self._timing.lost:
                        raise
                await _pause(hint, looks * self._timing.look)

    async def _look(self, unsaid: set[JobRef]) -> Outcome | None:
        """Deliver what came since the last look; return how the job has ended, None where it goes on."""
        while view := await self._store.event_log.read(
            self._ref, self._read, follower=self._by, claim=not self._claimed
        ):
            self._claimed = True
            for entry in view.entries:
                await self._bring(*entry)
            if not view.more:
                break
        if view is None:
            # Redis came back without it: its last second before a power cut, or all of it.
            await self._talk.tell("trouble.forgotten")
            return Outcome.FAILED
        if view.status != "open":
            await self._tell_end(view, unsaid)
            return view.outcome or Outcome.FAILED
        if not self._read and len(view.ahead) != self._ahead:
            self._ahead = len(view.ahead)
            await self._tell_place(view.ahead)
        return None

    async def _bring(self, entry: str, kept: str | None) -> None:
        event = from_json(kept) if kept else None
        if isinstance(event, Progress):
            self._delivery.post(event)
            # What lasted a moment only is seen as well, where the chat bears it.
            await asyncio.sleep(0)
        elif event is not None and order(entry) <= order(self._delivery.state.seen):
            self._told = True
            self._delivery.recall(event)
        elif event is not None:
            self._told = True
            try:
                await self._delivery.show(event, entry)
            except (StoreUnavailable, FollowedElsewhere, PersonUnreachable):
                raise
            except Exception as error:  # noqa: BLE001 what this chat can't bear must not keep the rest back for ever
                # Not `exception`: its text may hold anything.
                log.error("Cannot show an item: %s", trace(error))  # noqa: TRY400
        self._read = entry

    async def _tell_end(self, view: JobView, unsaid: set[JobRef]) -> None:
        """Tell an end of which its worker said nothing."""
        job_id = self._ref.job_id
        # The epoch grows where a dead letter is put back: its next end is another one.
        end = f"{view.status} {view.epoch}"
        if self._delivery.state.end_told == end:
            return
        if view.status == "dead-letter":
            text = self._talk.say("trouble.dead_letter", reference=job_id[:4])
            await self._talk.show(
                Text(text, (self._talk.button(Act.AGAIN, job_id), self._talk.button(Act.REPORT, job_id)))
            )
        elif view.outcome is Outcome.CANCELLED:
            if self._ref in unsaid:
                return
            await self._talk.tell("cancel.this")
        elif not self._told:
            # Its worker could not read it.
            await self._talk.tell("trouble.unreadable")
        else:
            return
        await self._delivery.told_end(end)

    async def _tell_place(self, ahead: Sequence[tuple[str, float | None]]) -> None:
        if not ahead:
            return
        place = len(ahead) + 1
        ordinal = f"queue.place_{place}" if place <= _SPOKEN_PLACES else "queue.place_other"
        spoken = self._talk.say(ordinal, count=place)
        seconds = await self._wait_for(ahead)
        if seconds is None:
            self._talk.progress("waiting", place=spoken)
        else:
            self._talk.progress("waiting", words="waiting_about", place=spoken, seconds=seconds)

    async def _wait_for(self, ahead: Sequence[tuple[str, float | None]]) -> int | None:
        """Return how many seconds (in fives) the jobs ahead will take, None where that is not known yet."""
        total = 0.0
        for kind, worked in ahead:
            usually = await self._store.durations.usually(kind)
            if usually is None:
                return None
            total += max(1.0, usually - (worked or 0.0))
        return max(5, round(total / 5) * 5)


async def _pause(hint: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        # Not `wait_for`: before Python 3.12 it may swallow a cancellation that comes with the event.
        async with asyncio.timeout(seconds):
            await hint.wait()
