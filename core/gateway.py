"""The gateway's side: what people say becomes jobs, or is answered at once, and what jobs show is brought to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from core.deck import Deck
from core.errors import BotError, PersonUnreachable, StoreUnavailable
from core.events import Item
from core.flows.cancel import cancel
from core.flows.credits import tell_credits
from core.flows.help import ask_for_words, decline_link, teach
from core.flows.request import Request
from core.flows.request_parsing import asked
from core.flows.smalltalk import chat
from core.flows.status import status
from core.flows.telling import wish
from core.flows.trouble import tell_trouble
from core.flows.turn import Services, Talk, Turn
from core.follow import Follower
from core.guard import guarded
from core.intent import Action, speaks
from core.jobs.notifier import Notifier
from core.jobs.worker import Timing
from core.messages import Chat, IncomingMessage, Outcome, Person, Reopen, Screen
from core.progress import Showing
from core.sanitize import sanitize, sanitize_chat, sanitize_person
from core.store import Conversation, Created, JobRecord, JobRef, Status, job_id_of
from core.texts import nearest
from core.tracing import about

log = logging.getLogger(__name__)

_AT_ONCE: dict[Action, Callable[[Turn], Awaitable[Outcome]]] = {
    Action.CREDITS: tell_credits,
    Action.STATUS: status,
    Action.CANCEL: cancel,
    Action.HELP: teach,
    Action.LINK: decline_link,
    Action.SMALLTALK: chat,
    Action.EMPTY: ask_for_words,
}


_LATEST = 24 * 3600.0
"""Seconds after a job was made, beyond which a platform that does not take what it shows is not waited for."""


class Gateway:
    """`core.messages.Bot`."""

    def __init__(self, services: Services, wakes: Notifier, pulse: Timing) -> None:
        """`wakes` sends workers to what is to be done."""
        self._services = services
        self._store = services.store
        self._wakes = wakes
        self._pulse = pulse
        self.follower = Follower(services.store, pulse, services.new_id)

    async def handle(self, said: IncomingMessage, screen: Screen) -> Outcome:
        """Handle one message to its end; see `core.messages.Bot`."""
        said = sanitize(said)
        conversation = Conversation.of(said.person, said.chat)
        deck = Deck(screen, self._services, conversation)
        async with Showing(deck) as showing:
            turn = self._turn(conversation, showing, nearest(said.person.language))
            async with self._beside(screen, conversation, showing):
                outcome = await guarded(turn, None, self._answer(turn, said, screen, showing))
                if outcome is Outcome.FULFILLED:
                    outcome = deck.outcome
        await _close(screen, showing)
        return outcome

    async def resume(self, person: Person, chat: Chat, screen: Screen) -> None:
        """Show what an earlier process left unfinished here; see `core.messages.Bot`."""
        conversation = Conversation.of(sanitize_person(person), sanitize_chat(chat))
        async with self._showing(screen, conversation) as showing:
            await self._show_left(conversation, showing)
        await _close(screen, showing)

    async def follow_left(self, platform: str, reopen: Reopen) -> None:
        """Go on showing what nobody shows any more; see `core.messages.Bot`."""
        async with asyncio.TaskGroup() as following:
            while True:
                try:
                    for name in await self._store.job_index.adopt(platform, self._pulse.screen_ms):
                        if not self.follower.holds(name):
                            following.create_task(self._reopened(name, reopen), name=f"job {name.job_id} once more")
                except StoreUnavailable as error:
                    log.warning("What nobody shows has to wait: %s", error.detail)
                await asyncio.sleep(self._pulse.screen / 2)

    async def _reopened(self, name: JobRef, reopen: Reopen) -> None:
        """Follow a job on the screen where its person saw it last."""
        try:
            record = await self._store.journal.load(name.conversation, name.job_id)
            screen = reopen(record.address) if record and record.address else None
            if record is None or screen is None:
                log.info("Nothing more to show of a job", extra={"job": name.job_id})
                await self._store.job_index.shown(name)
                return
            self._watch(screen, name)
            async with self._showing(screen, name.conversation) as showing:
                await self._follow_left(name, showing, record)
            await _close(screen, showing)
        except StoreUnavailable as error:
            log.warning("A screen is left for later: %s", error.detail, extra={"job": name.job_id})

    async def _show_left(self, conversation: Conversation, showing: Showing[Item]) -> None:
        """Follow, on this screen, what a process that is gone was showing in this conversation.

        A gateway that showed a sign of life lately may be there or not: the next sign, or its absence, tells. So this
        takes up to the lease of a screen where a process has just died.
        """
        known: dict[JobRef, float] = {}
        try:
            while True:
                here = await self._store.job_index.to_show(conversation.platform)
                left = {
                    n: until
                    for n, until in here.items()
                    if n.conversation == conversation and not self.follower.holds(n)
                }
                if not any(known.get(name, until) == until for name, until in left.items()):
                    return
                known |= {name: known.get(name, until) for name, until in left.items()}
                adopted = [
                    n
                    for n in await self._store.job_index.adopt(conversation.platform, self._pulse.screen_ms)
                    if n in left
                ]
                for name in adopted:
                    await self._follow_here(name, showing)
                    known.pop(name)
                if not adopted:
                    await asyncio.sleep(self._pulse.look)
        except StoreUnavailable as error:
            log.warning("What was left stays for later: %s", error.detail)

    @asynccontextmanager
    async def _beside(self, screen: Screen, conversation: Conversation, showing: Showing[Item]) -> AsyncIterator[None]:
        """Show what was left in a conversation whose screen can't be opened again, beside the block."""
        if screen.address is not None:
            yield
            return
        async with asyncio.TaskGroup() as both:
            both.create_task(self._show_left(conversation, showing))
            yield

    async def _follow_here(self, name: JobRef, showing: Showing[Item]) -> None:
        record = await self._store.journal.load(name.conversation, name.job_id)
        request = Request.from_json(record.request) if record else None
        seen = await self._store.event_log.watch(name.conversation, name.job_id, "")
        if request and seen and (seen.status is Status.OPEN or seen.entries):
            talk = Talk(showing, request.language)
            key = "left.open" if seen.status is Status.OPEN else "left.done"
            await talk.tell(key, wish=wish(talk, request))
        await self._follow_left(name, showing, record)

    async def _follow_left(self, name: JobRef, showing: Showing[Item], record: JobRecord | None) -> None:
        """Show the rest of a job that nobody showed; what can't be shown this time either is given up.

        Not so where the platform takes nothing now: that is tried again for a day, and once more by each new gateway.
        """
        language = _language(record)
        following = self.follower.follow(name, showing, Talk(showing, language, name.job_id))
        with about(name.job_id):
            await guarded(self._turn(name.conversation, showing, language), name.job_id, following)
        late = record is None or self._services.clock() - record.created / 1000 > _LATEST
        if not showing.left and (late or not showing.away):
            await self._store.job_index.shown(name)

    async def _answer(self, turn: Turn, said: IncomingMessage, screen: Screen, showing: Showing[Item]) -> Outcome:
        """Find out what is asked for and do it: small things at once, the others in line."""
        people = self._store.people
        person = await people.meet(turn.conversation.person)
        hint = person.language or said.person.language
        turn = replace(turn, talk=Talk(showing, nearest(speaks(said.text, hint))))
        try:
            request = await asked(self._services, turn.conversation, said, hint)
        except BotError as error:
            return await tell_trouble(turn, error, None)
        if said.text and request.language != person.language:
            await people.keep_language(person.who, request.language)
        turn = replace(turn, request=request, talk=Talk(showing, request.language))
        if request.action is Action.CANCEL and screen.address is None:
            # All screens are one conversation: what is answered here is read for the jobs that it takes back as well.
            self.follower.leave_unsaid(turn.conversation, request.about)
        if at_once := _AT_ONCE.get(request.action):
            return await guarded(turn, None, at_once(replace(turn, services=self._services.on(request.backend))))
        with about(job_id_of(said)):
            return await self._in_line(turn, said, screen, showing)

    async def _in_line(self, turn: Turn, said: IncomingMessage, screen: Screen, showing: Showing[Item]) -> Outcome:
        name = JobRef(turn.conversation, job_id_of(said))
        # The indexes are written before what they name, so that nothing can be overlooked.
        await self._store.job_index.mark_open(turn.conversation)
        await self._store.job_index.show(name, self._pulse.screen_ms)
        created, other = await self._store.journal.create(
            turn.conversation,
            name.job_id,
            self._services.new_id(),
            turn.request.to_json(),
            kind=turn.request.action.value,
            press=said.press,
            address=screen.address,
        )
        if created is Created.FULL:
            await self._store.job_index.shown(name)
            await turn.talk.tell("queue.full")
            return Outcome.REFUSED
        # It is kept: its platform needs not tell it again.
        self._watch(screen, name)
        if created is Created.NEW:
            return await self._begun(turn, name, screen, showing, wake=other == name.job_id)
        if created is Created.PRESSED:
            await self._store.job_index.shown(name)
        return await self.follower.outcome(JobRef(turn.conversation, other))

    async def _begun(self, turn: Turn, name: JobRef, screen: Screen, showing: Showing[Item], *, wake: bool) -> Outcome:
        talk = Talk(showing, turn.request.language, name.job_id)
        talk.progress("begun")
        try:
            # Behind another one it is woken for when that ends: ten wake-ups of one person would hold up the next's.
            if wake:
                await self._wakes.wake(name.conversation, name.job_id, "epoch 0")
        except StoreUnavailable as error:
            # It is in its line: the sweep finds it.
            log.warning("Nobody could be woken: %s", error.detail, extra={"job": name.job_id})
        try:
            return await self.follower.follow(name, showing, talk)
        except StoreUnavailable as error:
            log.warning("A job is left for later: %s", error.detail, extra={"job": name.job_id})
            await talk.tell("trouble.store")
            return Outcome.FAILED

    def _watch(self, screen: Screen, name: JobRef) -> None:
        """Keep in the journal where the job is shown."""

        async def moved(address: str) -> None:
            with suppress(StoreUnavailable):
                await self._store.journal.keep_address(name.conversation, name.job_id, address)

        screen.watch(moved)

    def _showing(self, screen: Screen, conversation: Conversation) -> Showing[Item]:
        return Showing(Deck(screen, self._services, conversation))

    def _turn(self, conversation: Conversation, showing: Showing[Item], language: str) -> Turn:
        blank = Request(action=Action.EMPTY, text="", language=language)
        return Turn(self._services, conversation, blank, Talk(showing, language))


def _language(record: JobRecord | None) -> str:
    request = Request.from_json(record.request) if record else None
    return request.language if request else nearest(None)


async def _close(screen: Screen, showing: Showing[Item]) -> None:
    """Tidy up, unless another gateway shows on this screen now, or the rest is to be shown there later."""
    if showing.left or showing.away:
        return
    with suppress(PersonUnreachable):
        await screen.close()
