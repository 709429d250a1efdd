"""What a flow works with: the services, what is asked for, and the person it talks to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from weakref import WeakValueDictionary

from pydantic import ValidationError

from core.breaker import Breaker
from core.commands import Action
from core.jobs.job import Job, Stages, adapter
from core.messages import Attachment, Button, Fetch, Item, Note, Progress, Text
from core.nemo import NemoClient
from core.progress import Still
from core.store import Conversation, Store
from core.texts import say
from language import Meaning, Reader

Sleep = Callable[[float], Awaitable[None]]

_WORTH_TELLING = 2.0
"""Seconds; people need no estimate for less."""
_BUTTON_VERSION = "j1"


@dataclass(frozen=True, slots=True)
class Services:
    """What all turns of one bot share."""

    nemo: NemoClient
    store: Store
    #: How people's files are fetched, by platform.
    fetches: Mapping[str, Fetch]
    #: Holds a folder for each job that has files.
    work_dir: Path
    sleep: Sleep
    #: Unix time in seconds.
    clock: Callable[[], float]
    new_id: Callable[[], str]
    breaker: Breaker
    reader: Reader
    #: The same on another backend, which is offered where the usual one can't serve.
    other: Services | None = None
    #: The name of the backend in requests and in Redis; None is the usual one.
    name: str | None = None
    #: Locks under which a person's token and session are made.
    locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def on(self, backend: str | None) -> Services:
        """Return the services of the backend with this name; None is the usual one."""
        return self.other if backend and self.other else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a person wants, in their words and language, as a job keeps it until it is done."""

    action: Action
    text: str
    language: str
    attachments: tuple[Attachment, ...] = ()
    #: Addresses of files in the text.
    urls: tuple[str, ...] = ()
    #: Advice about wording may help.
    vague: bool = False
    #: The finished file is asked for besides.
    wants_file: bool = False
    #: The kind of file that is asked for, where that is no film.
    sound_format: str | None = None
    #: The job whose button was pressed.
    about: str | None = None
    #: The piece under which that button stands, named by the job that began it; None where that is not known.
    piece: str | None = None
    #: A new piece in any case.
    fresh: bool = False
    #: The person was told how few credits are left, and goes on.
    agreed: bool = False
    #: How many things its message asked for; this is one of them.
    among: int = 1
    #: What small talk is about.
    topic: Meaning | None = None
    #: Another backend than the usual one.
    backend: str | None = None

    def to_json(self) -> str:
        """Return this as the journal keeps it."""
        return adapter(Request).dump_json(self).decode()

    @staticmethod
    def from_json(text: str) -> Request | None:
        """Return what the journal kept; None where another version of this program wrote it in another form."""
        try:
            return adapter(Request).validate_json(text)
        except ValidationError:
            return None


class Act(StrEnum):
    """What a press of a button asks for."""

    CANCEL = "cancel"
    EXPORT = "export"
    #: The same request once more, as a new job.
    AGAIN = "again"
    #: The same request, although few credits are left.
    CONTINUE = "continue"
    #: The same request at the other backend.
    FALLBACK = "fallback"
    #: A ready-made edit; the detail is its name (`core.wish.<name>`).
    WISH = "wish"
    #: The edit that the agent proposed in this job.
    PROPOSED = "proposed"
    #: Music like the audio file of this job.
    LIKE = "like"
    #: The audio file of this job under the video.
    UNDER = "under"
    #: Music that fits the video or picture of this job.
    FITTING = "fitting"
    #: The words of this job as a wish for new music.
    MUSIC = "music"
    #: The words of this job as a change.
    EDIT = "edit"
    #: The result of this job, among others of the same message; the detail is its number.
    KEEP = "keep"
    #: The result of this job, to go on with.
    REOPEN = "reopen"
    #: The operator is told about this job.
    REPORT = "report"


def pressed(button_id: str) -> tuple[Act, str, str] | None:
    """Return what a button asks for, its job and its detail ("" where it has none); None where it is not ours."""
    version, act, job_id, detail = (*button_id.split(":", 3), "", "", "", "")[:4]
    if act == "studio":
        # The ids of version 0.1 named the other backend; such buttons still stand in chats.
        act = Act.FALLBACK
    if version != _BUTTON_VERSION or act not in list(Act) or not job_id:
        return None
    return Act(act), job_id, detail


class Sink(Protocol):
    """Where what flows say goes: a job's event log, or straight into the chat."""

    def post(self, progress: Progress, still: Still | None = None) -> None:
        """Show how far the work is. Returns at once."""
        ...

    async def show(self, item: Item) -> None:
        """Show something that must arrive."""
        ...


@dataclass(frozen=True, slots=True)
class Talk:
    """Speaks to one person, in their language, in answer to one message."""

    sink: Sink
    language: str
    #: Progress carries a button that cancels this job.
    job_id: str | None = None
    #: Measures how long things take, and knows how long they usually do.
    stages: Stages | None = None

    def say(self, key: str, **values: str | float) -> str:
        """Return the sentence `core.<key>`."""
        return say(self.language, f"core.{key}", **values)

    def button(self, act: Act, job_id: str, detail: str = "", *, label: str = "") -> Button:
        """Return a button with its usual label, or with this one.

        Its id is `j1:<act>:<job>[:<detail>]`, at most 64 bytes, and outlives restarts: it names a job that is kept.
        """
        parts = [_BUTTON_VERSION, act.value, job_id, *([detail] if detail else [])]
        usual = f"button.{act.value}.{detail}" if act is Act.WISH else f"button.{act.value}"
        return Button(":".join(parts), label or self.say(usual))

    async def tell(self, key: str, **values: str | float) -> None:
        """Answer with the sentence `core.<key>`."""
        await self.show(Text(self.say(key, **values)))

    async def show(self, item: Item) -> None:
        """Say something that must arrive: the one answer that ends the work, or a note before it."""
        await self.sink.show(item)

    async def note(self, text: str) -> None:
        """Say something that must arrive while the work goes on."""
        await self.sink.show(Note(text))

    def progress(
        self,
        stage: str,
        fraction: float | None = None,
        *,
        usually: tuple[float, float] | None = None,
        words: str | None = None,
        **values: str | float,
    ) -> None:
        """Say how far things are: the sentence is `core.stage.<stage>`, with its percent where `fraction` is known.

        `words` names another sentence for this stage. `usually`: from how many seconds to how many it takes, where
        that is documented and was not measured yet.
        """
        text = self.say(f"stage.{words or stage}", **values)
        median = self.stages.enter(stage) if self.stages else None
        if median is not None and median >= _WORTH_TELLING:
            usually = (round(median), round(median))
        if fraction is not None:
            text = self.say("stage.percent", text=text, percent=round(fraction * 100))
        elif usually:
            low, high = usually
            span = f"{low:g}" if low == high else f"{low:g}–{high:g}"
            text = self.say("stage.usually", text=text.rstrip("…"), seconds=span)
        buttons = (self.button(Act.CANCEL, self.job_id),) if self.job_id else ()

        def still(silence: float) -> Progress:
            told = self.say("stage.still", text=text, minutes=max(1, round(silence / 60)))
            return Progress(stage, fraction, told, buttons)

        self.sink.post(Progress(stage, fraction, text, buttons), still)


@dataclass(frozen=True, slots=True)
class Turn:
    """One request of one person, and where its answers go."""

    services: Services
    conversation: Conversation
    request: Request
    talk: Talk
    #: The job that does it, whose steps are not done twice; None where it is answered at once.
    work: Job | None = None

    @property
    def job(self) -> Job:
        """The job of a flow that is not answered at once."""
        if self.work is None:
            raise LookupError("what is answered at once has no job")
        return self.work
