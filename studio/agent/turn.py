"""One turn of the agent: it does what was decided, tells how far it is, saves the project and says what was made."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue

from studio.agent.decide import Plan
from studio.agent.jobs import MakeTrack
from studio.model import Brief
from studio.pool import Pool
from studio.projects.model import Piece, Project
from studio.projects.store import Projects
from studio.texts import say


class Voice(Protocol):
    """Where the agent's words and its tools' progress go."""

    async def say(self, text: str) -> None:
        """Say something whole."""
        ...

    def call(self, name: str, args: dict[str, JsonValue]) -> str:
        """Begin to use a tool; return the call's id."""
        ...

    def progress(self, call_id: str, name: str, stage: str, fraction: float) -> None:
        """Tell how far a tool is, `fraction` 0..1."""
        ...

    def result(self, call_id: str, name: str, response: dict[str, JsonValue]) -> None:
        """Tell what a tool made."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Everything that a turn needs. `project` is as it was when the turn began."""

    run: str
    message: str
    seed: int
    project: Project
    projects: Projects
    pool: Pool
    soundfont: Path | None
    voice: Voice
    tell_soundfont_once: Callable[[], bool]


async def act(plan: Plan, turn: Turn) -> None:
    """Do what was decided. Raises `studio.pool.JobFailed` where the work fails; the project is unchanged then."""
    brief = Brief(style="lofi", seconds=5.0, seed=turn.seed)
    piece = await _make(brief, turn)
    project = turn.projects.load(turn.project.session).with_piece(piece)
    project = replace(project.changed(replace(project.now, piece=piece.id)), last_run=turn.run)
    turn.projects.save(project)
    text = say(
        project.language,
        "track.ready",
        name=piece.name,
        style=piece.brief.style,
        bpm=round(piece.bpm),
        key=piece.key,
        length=f"{piece.seconds:g} s",
    )
    await turn.voice.say(text)


async def _make(brief: Brief, turn: Turn) -> Piece:
    call = turn.voice.call("generate_music", {"style": brief.style, "seconds": brief.seconds})
    piece_id = uuid.uuid4().hex
    job = MakeTrack(piece_id, brief, turn.projects.music(turn.project.session, piece_id), turn.soundfont)
    piece = await turn.pool.run(
        job, lambda stage, fraction: turn.voice.progress(call, "generate_music", stage, fraction)
    )
    turn.voice.result(call, "generate_music", {"status": "success", "name": piece.name, "duration": piece.seconds})
    return piece
