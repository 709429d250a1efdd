"""The core put together: one bot, whatever the platform."""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
import time
import traceback
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
from core.flows.help import ask_for_words, decline_link, greet, teach
from core.flows.music import music
from core.flows.new import new
from core.flows.request import Request
from core.flows.status import status
from core.flows.trouble import tell_trouble
from core.flows.turn import Services, Sleep, Talk, Turn
from core.flows.upload import upload
from core.intent import Action
from core.jobs.job import Fenced, Job
from core.jobs.line import Line, Pulse, Story
from core.nemo import NemoClient
from core.nemo.model import Backend
from core.progress import Showing
from core.store import Created, Place, Vault, job_id_of, key_from_file, open_store
from core.texts import nearest
from core.words import Bot, Outcome, Said, Screen, Text

log = logging.getLogger(__name__)

_SPOKEN_PLACES = 3
_FRAMES = 8

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
    Action.SMALLTALK: greet,
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
            return await self._guarded(turn, None, self._answer(turn, said, showing))

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
        created, job_id = await self._services.store.journal.create(
            turn.place,
            job_id,
            self._services.new_id(),
            turn.request.to_json(),
            press=said.press,
            alive_ms=self._pulse.lease_ms,
        )
        if created is Created.FULL:
            await turn.talk.tell("queue.full")
            return Outcome.REFUSED
        talk = Talk(showing, turn.request.language, job_id)
        if created is Created.NEW:
            talk.progress("begun")

        async def waiting(place: int) -> None:
            ordinal = f"queue.place_{place}" if place <= _SPOKEN_PLACES else "queue.place_other"
            talk.progress("waiting", place=talk.say(ordinal, count=place))

        async def adopt(left: str) -> Story | None:
            return await self._left_behind(turn, left, showing)

        story = self._story(replace(turn, talk=talk))
        outcome = await self._services.line.work(turn.place, job_id, story, waiting=waiting, adopt=adopt)
        if created is Created.NEW:
            await self._tidy(job_id)
            if outcome is Outcome.CANCELLED:
                await talk.tell("cancel.this")
        return outcome

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

    async def _left_behind(self, turn: Turn, job_id: str, showing: Showing) -> Story | None:
        """Return the story of a job whose worker is gone, to be told on this screen."""
        record = await self._services.store.journal.load(turn.place, job_id)
        if record is None or record.done:
            return None
        request = Request.from_json(record.request)
        talk = Talk(showing, request.language, job_id)
        talk.progress("resumed")
        return self._story(replace(turn, request=request, talk=talk, attachments=()))

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
        log.error("Reference %s: %s", reference, _trace(error), extra={"job": job_id, "reference": reference})
        again = (turn.talk.button(Act.AGAIN, job_id),) if job_id else ()
        cost = cost_line(turn, error.cost) if isinstance(error, ServiceFault) else ""
        lines = (turn.talk.say(key, reference=reference), cost)
        await turn.talk.show(Text("\n".join(line for line in lines if line), again))
        return Outcome.FAILED


def _trace(error: Exception) -> str:
    """Return where an error came from, without the words of strangers that its text may hold."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = (f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    detail = f" ({error.detail})" if isinstance(error, BotError) and error.detail else ""
    return f"{type(error).__name__}{detail} at {', '.join(places)}"
