"""A gateway that follows a script: what it was handed is kept, what it shows goes through the real outbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from core.delivery import Delivery, DeliveryState
from core.gateway import Gateway
from core.messages import Chat, Film, IncomingMessage, Item, Outcome, Person, Progress
from core.outbox import Outboxes
from core.sender import Limits, MediaFile, OutgoingMessage, Sender
from core.store import Pauses, job_id_of
from tests.support.waiting import until

FILM_BYTES = b"\0\0\0 ftypisom"
"""What every film is; it comes with a picture where its render is not "r"."""
Script = Callable[[IncomingMessage, "Answer"], Awaitable[None]]


class MemoryPauses(Pauses):
    """Pauses of chats, in memory: `kept` in seconds, by their names."""

    def __init__(self) -> None:
        self.kept: dict[str, float] = {}

    async def pause(self, name: str, seconds: float) -> None:
        self.kept[name] = seconds

    async def remaining(self, name: str) -> float:
        return self.kept.get(name, 0.0)


class Answer:
    """What a script shows in answer to one message."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery

    def draw(self, progress: Progress) -> None:
        """Show how far the work is."""
        self.delivery.post(progress)

    async def drawn(self, progress: Progress) -> None:
        """Show how far the work is, and wait until that stands in the chat."""
        self.draw(progress)
        await until(lambda: self.delivery.state.silent)

    async def show(self, item: Item) -> None:
        """Show a note or a result."""
        await self.delivery.show(item)


class ScriptedBot(Gateway):
    """Answers by a script; `cancelled` counts the answers that were cut off, `raised` keeps what they raised."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script
        self.heard: list[IncomingMessage] = []
        self.states: list[DeliveryState] = []
        self.caught_up: list[tuple[Person, Chat]] = []
        self.cancelled = 0
        self.raised: list[BaseException] = []
        self._out: Outboxes | None = None
        self._answering: set[asyncio.Task[Outcome]] = set()
        self._open: set[Delivery] = set()

    @asynccontextmanager
    async def serving(self, sender: Sender, audience: str | None = None) -> AsyncIterator[None]:
        self._out = Outboxes(sender, MemoryPauses())
        try:
            yield
        finally:
            for task in self._answering:
                task.cancel()
            await asyncio.gather(*self._answering, return_exceptions=True)
            await asyncio.gather(*(delivery.suspend() for delivery in self._open))

    async def accept(self, message: IncomingMessage) -> asyncio.Task[Outcome]:
        self.heard.append(message)
        state = DeliveryState(address=message.address or "", message=message.standing)
        delivery = self._delivery_of(state, job_id_of(message), message.person.language)
        task = asyncio.create_task(self._play(message, delivery))
        self._answering.add(task)
        self._open.add(delivery)
        task.add_done_callback(self._answering.discard)
        waiting = asyncio.create_task(delivery.answered.wait())
        try:
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        return task

    async def catch_up(self, person: Person, chat: Chat) -> None:
        self.caught_up.append((person, chat))

    def _delivery_of(self, state: DeliveryState, nonce: str, language: str | None = "en") -> Delivery:
        """Return a delivery as a gateway makes it for a job."""
        assert self._out
        delivery = Delivery(self._out, state, nonce, self._prepare)
        delivery.language = language or "en"
        delivery.keep = self._keep
        return delivery

    async def go_on(
        self, state: DeliveryState, nonce: str, script: Callable[[Answer], Awaitable[None]]
    ) -> DeliveryState:
        """Go on with an answer that another process began; return where it stands in the end."""
        await until(lambda: self._out)
        delivery = self._delivery_of(state, nonce)
        await script(Answer(delivery))
        await delivery.close()
        return delivery.state

    async def fails(self) -> None:
        """Wait until an answer raised something."""
        await until(lambda: self.raised, every=0.005)

    async def hears(self, count: int = 1) -> IncomingMessage:
        """Wait until `count` messages were heard; return the last."""
        await until(lambda: len(self.heard) >= count, every=0.005)
        return self.heard[-1]

    async def _play(self, message: IncomingMessage, delivery: Delivery) -> Outcome:
        try:
            if self.script is not None:
                await self.script(message, Answer(delivery))
            await delivery.close()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        except Exception as error:  # noqa: BLE001 the test looks at it
            self._open.discard(delivery)
            self.raised.append(error)
            return Outcome.FAILED
        finally:
            await delivery.stop()
        self._open.discard(delivery)
        return Outcome.FULFILLED

    async def _keep(self, state: str) -> None:
        self.states.append(DeliveryState.from_json(state))

    @asynccontextmanager
    async def _prepare(self, film: Film, limits: Limits, delivery: Delivery) -> AsyncIterator[OutgoingMessage]:
        with TemporaryDirectory() as folder:
            video, wave = Path(folder) / "made.mp4", Path(folder) / "wave.png"
            video.write_bytes(FILM_BYTES)
            wave.write_bytes(b"\x89PNG")
            files = (
                MediaFile(path=video, name=film.name, mime="video/mp4", size=12, seconds=4.5, width=1920, height=1080),
                MediaFile(path=wave, name="wave.png", mime="image/png", size=4, alt="A waveform"),
            )[: 1 if film.render_id == "r" else 2]
            yield OutgoingMessage(files=files, text=film.text, buttons=film.buttons, links=film.links)
