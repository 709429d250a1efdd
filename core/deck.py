"""A platform's screen as the core shows on it: finished films are fetched by the process that has the screen."""

from __future__ import annotations

import asyncio
import shutil

from core.events import Film, Item
from core.flows.deliver import fetch_film
from core.flows.request import Request
from core.flows.turn import Services, Talk, Turn
from core.intent import Action
from core.messages import Outcome, Progress, Screen, Text
from core.progress import Showing
from core.store import Conversation


class Deck:
    """`core.progress.Board` on a screen."""

    def __init__(self, screen: Screen, services: Services, conversation: Conversation) -> None:
        """The screen is one in `conversation`."""
        self.pace = screen.pace
        self._screen = screen
        self._services = services
        self._place = conversation
        self._in_turn = asyncio.Lock()
        self.outcome = Outcome.FULFILLED
        """How the last film came out."""

    async def draw(self, progress: Progress) -> None:
        """Draw progress."""
        await self._screen.draw(progress)

    async def show(self, item: Item) -> None:
        """Show an item, in the order of the calls; a film is fetched and fitted first.

        Raises `PersonUnreachable`, `StoreUnavailable`.
        """
        async with self._in_turn:
            if isinstance(item, Text):
                await self._screen.show(item)
            else:
                await self._bring(item)

    async def _bring(self, item: Film) -> None:
        folder = self._services.work_dir / f"{item.job_id}-film"
        try:
            async with Showing(self) as showing:
                request = Request(action=Action.EXPORT, text="", language=item.language)
                turn = Turn(self._services.on(item.backend), self._place, request, Talk(showing, item.language))
                file, self.outcome = await fetch_film(turn, item, self._screen.largest_file, folder)
            await self._screen.show(file)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
