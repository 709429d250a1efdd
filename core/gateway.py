"""The gateway's side: what people say becomes jobs, or is answered at once, and what jobs tell is delivered."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from pydantic import ValidationError

from core.cancellation import cancel_and_wait
from core.commands import COMMANDS, Action
from core.delivery import Delivery, DeliveryState
from core.errors import BotError, PersonUnreachable, StoreUnavailable
from core.flows import FLOWS
from core.flows.context import Request, Services, Talk, Turn
from core.flows.export import fetch_film
from core.flows.request_parsing import parse_requests
from core.flows.wording import expected_cost, lines, wish
from core.follower import Follower
from core.guard import guarded, tell_trouble
from core.jobs.engine import Notify
from core.jobs.worker import Timing
from core.messages import Chat, Film, IncomingMessage, Note, Outcome, Person, Text, sanitize
from core.outbox import Outboxes
from core.sender import Limits, OutgoingMessage, Sender
from core.store import Conversation, JobRecord, JobRef, job_id_of
from core.texts import nearest
from core.tracing import about, tell_end
from language import language_of

log = logging.getLogger(__name__)

_LATEST = 24 * 3600.0
"""Seconds after a job was made, beyond which what its platform did not take is given up: it stays to be fetched."""
_ADOPTED = "adopted job "


class Gateway:
    """What adapters hand messages to. Each platform of this process has one sender, which `serving` makes known."""

    def __init__(self, services: Services, notify: Notify, timing: Timing) -> None:
        """`notify` sends workers to what is to be done."""
        self._services = services
        self._store = services.store
        self._notify = notify
        self._timing = timing
        self._outboxes: dict[str, Outboxes] = {}
        self._deliveries: dict[str, set[Delivery]] = defaultdict(set)
        self._tasks: dict[str, set[asyncio.Task[Outcome]]] = defaultdict(set)
        #: Held from the question for orphaned jobs to the start of their tasks.
        self._adopting = asyncio.Lock()
        self.follower = Follower(services.store, timing)

    @asynccontextmanager
    async def serving(self, sender: Sender, audience: str | None = None) -> AsyncIterator[None]:
        """Speak through `sender` while the block runs, and go on with what no other gateway shows any more.

        `audience` is the one chat in which this process stands; None: all chats of the platform. At the end no message
        claims that work goes on: the journal keeps the jobs.
        """
        self._outboxes[sender.platform] = Outboxes(sender, self._store.pauses)
        showing = asyncio.create_task(self._stay(audience or sender.platform), name=f"{sender.platform}: stay")
        showing.add_done_callback(tell_end)
        try:
            yield
        finally:
            await cancel_and_wait(showing)
            await asyncio.gather(*map(cancel_and_wait, self._tasks[sender.platform]))
            await asyncio.gather(*map(Delivery.suspend, self._deliveries.pop(sender.platform, ())))

    async def accept(self, message: IncomingMessage) -> asyncio.Task[Outcome]:
        """Take a message in; return, once it is kept or its answer is ready, the task that delivers to the end.

        Raises nothing that a person, a file, the service or Redis did: such things end in a sentence in the chat.
        """
        message = sanitize(message)
        conversation = Conversation.of(message.person, message.chat)
        state = DeliveryState(address=message.address or "", message=message.standing)
        delivery = self._delivery(conversation, state, job_id_of(message), nearest(message.person.language))
        work = self._handle(conversation, delivery, delivery.language, self._answer(conversation, message, delivery))
        return await self._answered(delivery, self._start(message.chat.platform, work, f"message {message.message_id}"))

    async def catch_up(self, person: Person, chat: Chat) -> None:
        """Deliver what an earlier process left unfinished in a chat in which this one stands, at a start.

        A gateway that showed a sign of life lately may be there or not: the next sign, or its absence, tells. So this
        takes up to a gateway's lease where a process has just died. Delivers nothing where there is nothing.
        """
        somebody = sanitize(IncomingMessage(person, chat, ""))
        conversation = Conversation.of(somebody.person, somebody.chat)
        known: dict[JobRef, float] = {}
        try:
            while True:
                here = await self._store.job_index.to_show(conversation.chat)
                left = {ref: until for ref, until in here.items() if not self.follower.holds(ref)}
                known = left | known
                if not left.items() & known.items():
                    break
                await asyncio.sleep(self._timing.look)
            async with self._adopting:
                adopted = [task for task in self._tasks[chat.platform] if task.get_name().startswith(_ADOPTED)]
            if adopted:
                await asyncio.wait(adopted)
        except StoreUnavailable as error:
            log.warning("Cannot look for what was left unfinished: %s", error.detail)

    async def open_project(self, person: Person, chat: Chat) -> str | None:
        """Return the title of what this person may go on with in a chat; None where nothing is open."""
        somebody = sanitize(IncomingMessage(person, chat, ""))
        conversation, sessions = Conversation.of(somebody.person, somebody.chat), self._store.sessions
        try:
            session = await sessions.load(conversation)
            past = await sessions.past(conversation) if session and session.piece else []
        except StoreUnavailable as error:
            log.warning("Cannot look for an open project: %s", error.detail)
            return None
        return next((it.title for it in past if session and it.session.session_id == session.session_id), None)

    # One message.

    async def _answered(self, delivery: Delivery, task: asyncio.Task[Outcome]) -> asyncio.Task[Outcome]:
        """Wait until what was asked for is kept or its answer is ready."""
        waiting = asyncio.create_task(delivery.answered.wait())
        try:
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        return task

    async def _handle(
        self, conversation: Conversation, delivery: Delivery, language: str, answer: Coroutine[object, object, Outcome]
    ) -> Outcome:
        """Give an answer to its end, whatever happens to it."""
        turn = self._turn(conversation, delivery, language)
        outcome = Outcome.FAILED
        try:
            outcome = await guarded(turn, None, answer)
            await delivery.close()
        except PersonUnreachable as refused:
            # A job behind it was done all the same.
            log.info("Cannot reach the person: %s", refused.detail)
        finally:
            await delivery.stop()
        self._deliveries[conversation.platform].discard(delivery)
        return delivery.outcome if outcome is Outcome.FULFILLED else outcome

    async def _answer(self, conversation: Conversation, message: IncomingMessage, delivery: Delivery) -> Outcome:
        """Find out what is asked for and do it: small things at once, the others as jobs."""
        turn = self._turn(conversation, delivery, delivery.language)
        people = self._store.people
        person = await people.meet(turn.conversation.person)
        hint = person.language or message.person.language
        turn = replace(turn, talk=Talk(delivery, nearest(language_of(message.text, hint))))
        try:
            requests = await parse_requests(self._services, turn.conversation, message, hint)
        except BotError as error:
            return await tell_trouble(turn, error, None)
        request = requests[0]
        if message.text and request.language != person.language:
            await people.keep_language(person.who, request.language)
        turn = replace(turn, request=request, talk=Talk(delivery, request.language))
        delivery.language = request.language
        command = COMMANDS[request.action]
        delivery.private = command.private
        if request.action is Action.CANCEL and message.address is None:
            # In a terminal, what is answered here is read for the jobs that it takes back as well.
            self.follower.leave_unsaid(turn.conversation, request.about)
        if command.at_once:
            flow = FLOWS[request.action](replace(turn, services=self._services.on(request.backend)))
            return await guarded(turn, None, flow)
        if command.costs and not (message.rights.send and message.rights.attach):
            await turn.talk.tell("rights.attach" if message.rights.send else "rights.send")
            return Outcome.REFUSED
        if len(requests) > 1:
            return await self._as_jobs(turn, message, requests, delivery)
        with about(job_id_of(message)):
            return await self._as_job(turn, message, delivery)

    async def _as_jobs(
        self, turn: Turn, message: IncomingMessage, requests: tuple[Request, ...], delivery: Delivery
    ) -> Outcome:
        """Tell that several things will be made, and make each of them a job with a message of its own.

        Its platform may forget the message (`delivery.answered`) once all of them are kept.
        """
        told = self._delivery(turn.conversation, delivery.state, job_id_of(message), turn.request.language)
        delivery.state = replace(delivery.state, message=None)
        talk = Talk(told, turn.request.language)
        listed = [f"{number}. {wish(talk, request)}" for number, request in enumerate(requests, 1)]
        cost = expected_cost(turn, len(requests))
        await talk.show(Text(lines(talk.say("several.list", count=len(requests)), *listed, cost)))
        self._deliveries[turn.conversation.platform].discard(told)
        tasks = []
        for number, request in enumerate(requests, 1):
            mine = replace(message, message_id=f"{message.message_id}.{number}", standing=None)
            with about(job_id_of(mine)):
                state = DeliveryState(address=mine.address or "")
                own = self._delivery(turn.conversation, state, job_id_of(mine), request.language)
                job = self._as_job(replace(turn, request=request, talk=Talk(own, request.language)), mine, own)
                work = self._handle(turn.conversation, own, request.language, job)
                task = self._start(turn.conversation.platform, work, f"message {mine.message_id}")
                # One after the other, so that they stand in line as they were said.
                tasks.append(await self._answered(own, task))
        delivery.answered.set()
        outcomes = [await task for task in tasks]
        return next((it for it in outcomes if it is not Outcome.FULFILLED), Outcome.FULFILLED)

    async def _as_job(self, turn: Turn, message: IncomingMessage, delivery: Delivery) -> Outcome:
        ref = JobRef(turn.conversation, job_id_of(message))
        audience = ref.conversation.audience(message.address)
        # From before it can be found: else this gateway might adopt it while a worker is being notified.
        with self.follower.holding(ref, audience):
            created, other = await self._store.journal.create(
                ref.conversation,
                ref.job_id,
                self._services.new_id(),
                turn.request.to_json(),
                kind=turn.request.action.value,
                press=message.press,
                address=message.address,
                delivery=delivery.state.to_json(),
                lease_ms=int(self._timing.gateway * 1000),
            )
            if created in ("full", "pressed"):
                await self._store.job_index.shown(ref, audience)
            if created == "full":
                await turn.talk.tell("queue.full")
                return Outcome.REFUSED
            # It is kept: its platform needs not tell it again.
            delivery.answered.set()
            if created == "new":
                talk = Talk(delivery, turn.request.language, ref.job_id)
                talk.progress("begun")
                if other == ref.job_id:
                    await self._tell_worker(ref)
                return await self._follow(ref, audience, delivery, talk)
        return await self.follower.outcome(JobRef(turn.conversation, other))

    async def _tell_worker(self, ref: JobRef) -> None:
        """Notify a worker of a job; behind another one that is done when that ends: so people take turns."""
        try:
            await self._notify(ref.conversation, ref.job_id, "epoch 0")
        except StoreUnavailable as error:
            # It is in its queue: the sweep finds it.
            log.warning("Cannot notify a worker: %s", error.detail, extra={"job": ref.job_id})

    async def _follow(self, ref: JobRef, audience: str, delivery: Delivery, talk: Talk) -> Outcome:
        by = self._services.new_id()
        delivery.keep = partial(self._store.event_log.keep_delivery, ref, by)
        try:
            return await self.follower.follow(ref, audience, by, delivery, talk)
        except StoreUnavailable as error:
            log.warning("Cannot follow a job: %s", error.detail, extra={"job": ref.job_id})
            await talk.tell("trouble.store")
            return Outcome.FAILED

    # What other gateways left.

    async def _stay(self, audience: str) -> None:
        """Tell other gateways that this one goes on showing what it shows, and adopt what no other one does."""
        shown, lease_ms = self.follower.held[audience], int(self._timing.gateway * 1000)
        while True:
            try:
                await self._store.job_index.go_on_showing(audience, tuple(shown), lease_ms)
                async with self._adopting:
                    for ref in await self._store.job_index.adopt(audience, lease_ms):
                        if not self.follower.holds(ref):
                            name = f"{_ADOPTED}{ref.job_id}"
                            self._start(ref.conversation.platform, self._adopted(ref, audience), name)
            except StoreUnavailable as error:
                log.warning("Cannot renew what this gateway shows, nor adopt orphaned jobs: %s", error.detail)
            await asyncio.sleep(self._timing.gateway / 3)

    async def _adopted(self, ref: JobRef, audience: str) -> Outcome:
        """Go on with a job where its person saw it last; what is too old stays to be fetched."""
        with about(ref.job_id), self.follower.holding(ref, audience):
            try:
                record = await self._store.journal.load(ref.conversation, ref.job_id)
                state = _kept(record)
                late = record is None or self._services.clock() - record.created / 1000 > _LATEST
                if record is None or state is None or (late and record.status != "open"):
                    log.info("Gave up what nobody was shown of a job")
                    await self._store.job_index.shown(ref, audience)
                    return Outcome.FAILED
                return await self._go_on(ref, audience, record, state)
            except StoreUnavailable as error:
                log.warning("Cannot go on with a job: %s", error.detail)
            except PersonUnreachable as refused:
                log.info("Cannot reach the person: %s", refused.detail)
                await self._store.job_index.shown(ref, audience)
        return Outcome.FAILED

    async def _go_on(self, ref: JobRef, audience: str, record: JobRecord, state: DeliveryState) -> Outcome:
        conversation = ref.conversation
        request = Request.from_json(record.request)
        delivery = self._delivery(conversation, state, ref.job_id, request.language if request else None)
        talk = Talk(delivery, delivery.language, ref.job_id)
        try:
            if not record.address and request:
                key = "left.open" if record.status == "open" else "left.done"
                await delivery.show(Note(talk.say(key, wish=wish(talk, request))))
            turn = self._turn(conversation, delivery, delivery.language)
            outcome = await guarded(turn, ref.job_id, self._follow(ref, audience, delivery, talk))
        except (StoreUnavailable, PersonUnreachable):
            self._deliveries[conversation.platform].discard(delivery)
            raise
        self._deliveries[conversation.platform].discard(delivery)
        return outcome

    # The ways out.

    def _start(self, platform: str, work: Coroutine[object, object, Outcome], name: str) -> asyncio.Task[Outcome]:
        task = asyncio.create_task(work, name=name)
        self._tasks[platform].add(task)
        task.add_done_callback(self._tasks[platform].discard)
        return task

    def _delivery(self, conversation: Conversation, state: DeliveryState, nonce: str, language: str | None) -> Delivery:
        delivery = Delivery(self._outboxes[conversation.platform], state, nonce, partial(self._film, conversation))
        delivery.language = nearest(language)
        self._deliveries[conversation.platform].add(delivery)
        return delivery

    @asynccontextmanager
    async def _film(
        self, conversation: Conversation, film: Film, limits: Limits, delivery: Delivery
    ) -> AsyncIterator[OutgoingMessage]:
        """Bring a film to this machine while the block runs."""
        folder = self._services.work_dir / f"{film.job_id}-film"
        request = Request(action=Action.EXPORT, text="", language=film.language)
        turn = Turn(self._services.on(film.backend), conversation, request, Talk(delivery, film.language))
        try:
            message, delivery.outcome = await fetch_film(turn, film, limits.largest_file, folder)
            yield message
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _turn(self, conversation: Conversation, delivery: Delivery, language: str) -> Turn:
        blank = Request(action=Action.EMPTY, text="", language=language)
        return Turn(self._services, conversation, blank, Talk(delivery, language))


def _kept(record: JobRecord | None) -> DeliveryState | None:
    """Return where a job's delivery stands; None where another version of this program wrote it in another form."""
    try:
        return DeliveryState.from_json(record.delivery) if record and record.delivery else None
    except ValidationError:
        return None
