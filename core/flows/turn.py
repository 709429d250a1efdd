"""What a flow has at hand: the services, the person's words and their screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakValueDictionary

from core.breaker import Breaker
from core.events import Item
from core.flows.buttons import Act, button
from core.flows.request import Request
from core.jobs.stages import Stages
from core.messages import Button, Fetch, Progress, Text
from core.nemo.port import Nemo
from core.progress import Showing
from core.store import Conversation, Store
from core.texts import say

Sleep = Callable[[float], Awaitable[None]]

_WORTH_TELLING = 2.0
"""Seconds; people need no estimate for less."""


@dataclass(frozen=True, slots=True)
class Services:
    """What all turns of one bot share.

    `fetches` are the ways to people's files, by platform; `work_dir` holds a folder for each job that has some;
    `clock` gives Unix time in seconds.
    """

    nemo: Nemo
    store: Store
    fetches: Mapping[str, Fetch]
    work_dir: Path
    sleep: Sleep
    clock: Callable[[], float]
    new_id: Callable[[], str]
    breaker: Breaker
    other: Services | None = None
    """The same on another service, which is offered where the usual one can't."""
    person_locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def on(self, backend: str | None) -> Services:
        """Return the services of the backend with this name; None is the usual one."""
        return self.other if backend and self.other else self

    def lock(self, who: str) -> asyncio.Lock:
        """Return the lock under which a person's token and session are made."""
        return self.person_locks.setdefault(who, asyncio.Lock())


class Talk:
    """Speaks to one person, in their language, on the screen of one message."""

    def __init__(
        self, showing: Showing[Item], language: str, job_id: str | None = None, stages: Stages | None = None
    ) -> None:
        """With `job_id` progress carries a button that cancels that job; `stages` measures and estimates."""
        self._stages = stages
        self._showing = showing
        self.language = language
        self._buttons = (button(language, Act.CANCEL, job_id),) if job_id else ()

    @property
    def gone(self) -> bool:
        """Whether the person can't be reached any more."""
        return self._showing.gone

    def say(self, key: str, **values: str | float) -> str:
        """Return the sentence `core.<key>`."""
        return say(self.language, f"core.{key}", **values)

    def button(self, act: Act, job_id: str, detail: str = "") -> Button:
        """Return a button with its label."""
        return button(self.language, act, job_id, detail)

    async def tell(self, key: str, *buttons: Button, **values: str | float) -> None:
        """Show the sentence `core.<key>`."""
        await self.show(Text(self.say(key, **values), buttons))

    async def show(self, item: Item, *, goes_on: bool = False) -> None:
        """Deliver something; `goes_on`: the work that progress tells of goes on behind it."""
        await self._showing.show(item, goes_on=goes_on)

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

        `words` names another sentence for this stage.

        `usually`: from how many seconds to how many it takes, where that is documented and was not measured yet.
        """
        text = self.say(f"stage.{words or stage}", **values)
        median = self._stages.enter(stage) if self._stages else None
        if median is not None and median >= _WORTH_TELLING:
            usually = (round(median), round(median))
        if fraction is not None:
            text = self.say("stage.percent", text=text, percent=round(fraction * 100))
        elif usually:
            low, high = usually
            span = f"{low:g}" if low == high else f"{low:g}–{high:g}"
            text = self.say("stage.usually", text=text.rstrip("…"), seconds=span)
        self._showing.post(
            Progress(stage, fraction, text, self._buttons),
            lambda silence: Progress(
                stage, fraction, self.say("stage.still", text=text, minutes=max(1, round(silence / 60))), self._buttons
            ),
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """One request of one person, and where its answers go."""

    services: Services
    conversation: Conversation
    request: Request
    talk: Talk

    def folder(self, job_id: str) -> Path:
        """Return the folder for the files of a job, made if need be."""
        path = self.services.work_dir / job_id
        path.mkdir(parents=True, exist_ok=True)
        return path
