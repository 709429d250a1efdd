"""The core put together: one bot, whatever the platform."""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from core.errors import BotError, ServiceFault, StoreUnavailable
from core.flows.answer import cost_line
from core.flows.asked import asked
from core.flows.buttons import Act
from core.flows.cancel import cancel
from core.flows.credits import tell_credits
from core.flows.edit import edit
from core.flows.export import export
from core.flows.help import ask_for_words, decline_link, teach
from core.flows.music import music
from core.flows.new import new
from core.flows.request import Request
from core.flows.smalltalk import chat
from core.flows.status import status
from core.flows.trouble import tell_trouble
from core.flows.turn import Services, Sleep, Talk, Turn
from core.flows.upload import upload
from core.intent import Action
from core.jobs.job import Fenced, Job
from core.jobs.line import Adopt, Line, Pulse, Story
from core.nemo import NemoClient
from core.nemo.model import Backend
from core.progress import Showing
from core.store import Created, Place, Vault, job_id_of, key_from_file, open_store
from core.texts import nearest
from core.tracing import trace
from core.words import Bot, Chat, Outcome, Person, Said, Screen, Text

log = logging.getLogger(__name__)

_SPOKEN_PLACES = 3

_JOBS: dict[Action, Callable[[Turn, Job], Awaitable[Outcome]]] = {
    Action.MUSIC: music,
    Action.EDIT: edit,
    Action.EXPORT: export,
    Action.UPLOAD: upload,
    Action.NEW: new,
}
_AT_ONCE: dict[Action, Callable[[Turn], Awaitable[Outcome]]] = {
    Action.CREDITS: tell_credits,
    Action.STATUS: status,
    Action.CANCEL: cancel,
    Action.HELP: teach,
    Action.LINK: decline_link,
    Action.SMALLTALK: chat,
    Action.EMPTY: ask_for_words,
}


@asynccontextmanager
async def open_bot(
    redis_url: str,
    backend: Backend,
    work_dir: Path,
    *,
    secret_key: bytes | None = None,
    key_file: Path | None = None,
    pulse: Pulse | None = None,
    sleep: Sleep = asyncio.sleep,
) -> AsyncIterator[Bot]:
    """Open the bot on a Redis, a backend and a folder for files under way.

    Secrets are sealed with `secret_key`, else with the key in `key_file` (default: `work_dir/secret.key`), which is
    made at the first start and must be kept with the data. `pulse` sets how leases live. Raises `StoreUnavailable`.
    """
    if secret_key is None:
        secret_key = await asyncio.to_thread(key_from_file, key_file or work_dir / "secret.key")
    async with open_store(redis_url, Vault(secret_key)) as store, NemoClient(backend) as nemo:
        line = Line(store.journal, pulse or Pulse(), _new_id)
        yield _Core(Services(nemo, store, line, work_dir, sleep, time.time, _new_id), pulse or Pulse())


def _new_id() -> str:
    return uuid.uuid4().hex


class _Core:
    """`core.words.Bot`."""

    def __init__(self, services: Services, pulse: Pulse) -> None:
        self._services = services
        self._pulse = pulse

    async def handle(self, said: Said, screen: Screen) -> Outcome:
        """Handle one message to its end; see `core.words.Bot`."""
        place = Place.of(said.person, said.chat)
        language = nearest(said.person.language)
        still_after = self._services.nemo.backend.deadlines.still_working
        async with Showing(screen, still_after=still_after) as showing:
            blank = Request(action=Action.EMPTY, text="", language=language)
            turn = Turn(self._services, place, blank, Talk(showing, language), said.attachments)
            outcome = await self._guarded(turn, None, self._answer(turn, said, showing))
            await self._go_on(turn, showing)
            return outcome

    async def resume(self, person: Person, chat: Chat, screen: Screen) -> None:
        """Go on with what was left unfinished here; see `core.words.Bot`."""
        language = nearest(person.language)
        async with Showing(screen, still_after=self._services.nemo.backend.deadlines.still_working) as showing:
            blank = Request(action=Action.EMPTY, text="", language=language)
            turn = Turn(self._services, Place.of(person, chat), blank, Talk(showing, language))
            await self._go_on(turn, showing)

    async def _go_on(self, turn: Turn, showing: Showing, most: int | None = None) -> None:
        """Finish what a process that is gone has left in this place, on this screen."""
        found: list[str] = []
        story_of = self._adopting(turn, showing)

        async def adopt(job_id: str) -> Story | None:
            found.append(job_id)
            return await story_of(job_id)

        try:
            await self._services.line.go_on(turn.place, adopt, most=most)
        except StoreUnavailable as error:
            log.warning("What was left stays for later: %s", error.detail, extra={"jobs": found})
            if found:
                await turn.talk.tell("trouble.store")

    async def _answer(self, turn: Turn, said: Said, showing: Showing) -> Outcome:
        """Find out what is asked for and do it: small things at once, the others in line."""
        people = self._services.store.people
        person = await people.meet(turn.place.person)
        hint = person.language or said.person.language
        turn = replace(turn, talk=Talk(showing, nearest(hint)))
        try:
            request = await asked(self._services, turn.place, said, hint)
        except BotError as error:
            return await tell_trouble(turn, error, None)
        if said.text and request.language != person.language:
            await people.keep_language(person.who, request.language)
        turn = replace(turn, request=request, talk=Talk(showing, request.language))
        if at_once := _AT_ONCE.get(request.action):
            return await self._guarded(turn, None, at_once(turn))
        return await self._in_line(turn, said, showing)

    async def _in_line(self, turn: Turn, said: Said, showing: Showing) -> Outcome:
        job_id = job_id_of(said)
        created, job_id = await self._create(turn, said, job_id)
        if created is Created.FULL:
            # The line may be full of what a process that is gone has left: the first of it makes room.
            await self._go_on(turn, showing, most=1)
            created, job_id = await self._create(turn, said, job_id)
        if created is Created.FULL:
            await turn.talk.tell("queue.full")
            return Outcome.REFUSED
        talk = Talk(showing, turn.request.language, job_id)
        if created is Created.NEW:
            talk.progress("begun")

        async def waiting(place: int) -> None:
            ordinal = f"queue.place_{place}" if place <= _SPOKEN_PLACES else "queue.place_other"
            talk.progress("waiting", place=talk.say(ordinal, count=place))

        story, adopt = self._story(replace(turn, talk=talk)), self._adopting(turn, showing)
        try:
            outcome = await self._services.line.work(turn.place, job_id, story, waiting=waiting, adopt=adopt)
        except StoreUnavailable as error:
            # The journal has the job: whatever is said here next goes on with it.
            log.warning("A job was left for later: %s", error.detail, extra={"job": job_id})
            await talk.tell("trouble.store")
            return Outcome.FAILED
        if created is Created.NEW:
            await self._tidy(job_id)
            if outcome is Outcome.CANCELLED:
                await talk.tell("cancel.this")
        return outcome

    async def _create(self, turn: Turn, said: Said, job_id: str) -> tuple[Created, str]:
        return await self._services.store.journal.create(
            turn.place,
            job_id,
            self._services.new_id(),
            turn.request.to_json(),
            press=said.press,
            alive_ms=self._pulse.lease_ms,
        )

    async def _tidy(self, job_id: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self._services.work_dir / job_id, ignore_errors=True)

    def _story(self, turn: Turn) -> Story:
        async def tell(job: Job) -> Outcome:
            log.info("Begun", extra={"job": job.id, "action": turn.request.action.value})
            outcome = await self._guarded(turn, job.id, _JOBS[turn.request.action](turn, job))
            log.info("Ended: %s", outcome.value, extra={"job": job.id})
            await self._tidy(job.id)
            return outcome

        return tell

    def _adopting(self, turn: Turn, showing: Showing) -> Adopt:
        async def adopt(job_id: str) -> Story | None:
            """Return the story of a job whose worker is gone, to be told on this screen."""
            record = await self._services.store.journal.load(turn.place, job_id)
            if record is None:
                return None
            request = Request.from_json(record.request)
            talk = Talk(showing, request.language, job_id)
            story = self._story(replace(turn, request=request, talk=talk, attachments=()))

            async def resumed(job: Job) -> Outcome:
                talk.progress("resumed")
                return await story(job)

            return resumed

        return adopt

    async def _guarded(self, turn: Turn, job_id: str | None, doing: Awaitable[Outcome]) -> Outcome:
        """Turn whatever goes wrong into a sentence: the one place for the unexpected."""
        try:
            return await doing
        except (Fenced, StoreUnavailable) as error:
            if job_id:
                raise
            return await self._tell(turn, error, None)
        except ServiceFault as error:
            return await self._tell_reference(turn, error, job_id, "trouble.fault")
        except BotError as error:
            log.info("Told as a sentence: %s", type(error).__name__, extra={"job": job_id})
            return await self._tell(turn, error, job_id)
        except OSError as error:
            if isinstance(error, TimeoutError | ConnectionError):
                return await self._tell_reference(turn, error, job_id, "trouble.reference")
            # What is left of the system's errors here comes from the disk: full, read-only, taken away.
            return await self._tell_reference(turn, error, job_id, "trouble.disk")
        except Exception as error:  # noqa: BLE001 the one place that turns the unexpected into a sentence
            return await self._tell_reference(turn, error, job_id, "trouble.reference")

    async def _tell(self, turn: Turn, error: BotError, job_id: str | None) -> Outcome:
        try:
            return await tell_trouble(turn, error, job_id)
        except StoreUnavailable:
            await turn.talk.tell("trouble.store")
            return Outcome.FAILED

    async def _tell_reference(self, turn: Turn, error: Exception, job_id: str | None, key: str) -> Outcome:
        reference = secrets.token_hex(2)
        # The text of a stranger's exception may hold anything; its kind and place are enough to find it.
        log.error("Reference %s: %s", reference, trace(error), extra={"job": job_id, "reference": reference})
        again = (turn.talk.button(Act.AGAIN, job_id),) if job_id else ()
        cost = cost_line(turn, error.cost) if isinstance(error, ServiceFault) else ""
        lines = (turn.talk.say(key, reference=reference), cost)
        await turn.talk.show(Text("\n".join(line for line in lines if line), again))
        return Outcome.FAILED
