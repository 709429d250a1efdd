"""The agent's output: its words and its tools' progress as events of a run, with the cloud's quirks where set."""

from __future__ import annotations

import asyncio
import random
import re
import uuid
from collections.abc import Callable

from pydantic import JsonValue

from studio.server.adk_events import AdkEvents
from studio.settings import Quirks
from studio.texts import say

TROUBLE = "I encountered a temporary issue"
"""What the cloud appends to normal answers (API: "Broken stream")."""

_PIECES = re.compile(r"\S+\s*(?:\S+\s*){0,3}")


class StreamedOutput:
    """Writes the agent's output into a run's stream."""

    def __init__(
        self, tell: Callable[[str], None], events: AdkEvents, quirks: Quirks, *, language: str, edits: bool
    ) -> None:
        """`tell` adds an event to the stream; `edits` tells whether the run edits, since only edits may be silent."""
        self._tell = tell
        self._events = events
        self._quirks = quirks
        self._language = language
        self._silent = edits and random.random() < quirks.silent_edits

    async def say(self, text: str) -> None:
        """Send a text in pieces and then as a whole."""
        if self._silent:
            return
        if self._quirks.gui_talk:
            text = f"{text} {say(self._language, 'quirk.gui')}"
        for piece in _PIECES.findall(text):
            self._tell(self._events.text(piece, partial=True))
            await asyncio.sleep(0)
        self._tell(self._events.text(text, last=True))

    def end(self) -> None:
        """Send what the cloud appends to its answers, if that quirk is set."""
        if self._quirks.trailing_error and not self._silent:
            self._tell(self._events.text(TROUBLE, last=True))

    async def stage(self) -> None:
        """Wait for as long as a slow service takes in each stage, if that quirk is set."""
        if self._quirks.slow_stage:
            await asyncio.sleep(self._quirks.slow_stage)

    def call(self, name: str, args: dict[str, JsonValue]) -> str:
        """Announce a tool call and return its id."""
        call_id = f"call-{uuid.uuid4().hex[:12]}"
        self._tell(self._events.call(call_id, name, args))
        return call_id

    def progress(self, call_id: str, name: str, stage: str, fraction: float) -> None:
        """Send a tool's progress, `fraction` 0..1."""
        response: dict[str, JsonValue] = {"status": "running", "stage": stage, "fraction": round(fraction, 3)}
        self._tell(self._events.response(call_id, name, response))

    def result(self, call_id: str, name: str, response: dict[str, JsonValue]) -> None:
        """Send a tool's result."""
        self._tell(self._events.response(call_id, name, response))
