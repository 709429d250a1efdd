"""Projects on disk: one directory each, with the project as JSON beside its files, music and films."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pydantic import TypeAdapter

from studio.projects.model import Piece, Project, ProjectFile

_ADAPTER = TypeAdapter(Project)


class Projects:
    """Loads and saves projects; where a project's files are is known here only."""

    def __init__(self, directory: Path) -> None:
        """`directory` is made where it does not exist."""
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def create(self, session: str, task: str, language: str) -> Project:
        """Make an empty project."""
        for name in ("files", "music", "films"):
            (self._directory / session / name).mkdir(parents=True)
        project = Project(session=session, task=task, language=language)
        self.save(project)
        return project

    def load(self, session: str) -> Project:
        """Return a project by its session's id, which must be one that this studio gave."""
        return _ADAPTER.validate_json((self._directory / session / "project.json").read_bytes())

    def save(self, project: Project) -> None:
        """Write a project, whole or not at all."""
        path = self._directory / project.session / "project.json"
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(_ADAPTER.dump_json(project))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def forget_lost(self, project: Project, kept: frozenset[str]) -> None:
        """Delete the music that none of a project's versions holds; `kept` are spared by their ids."""
        tidy, lost = project.without_lost(kept)
        if not lost:
            return
        self.save(tidy)
        for piece in lost:
            self.music(project.session, piece).unlink(missing_ok=True)

    def file(self, session: str, file: ProjectFile) -> Path:
        """Return where an uploaded file is."""
        return self._directory / session / "files" / file.id

    def incoming(self, session: str, file_id: str) -> Path:
        """Return where a file is written while it arrives, and where it stays."""
        return self._directory / session / "files" / file_id

    def music(self, session: str, piece: Piece | str) -> Path:
        """Return where a piece's sound is."""
        return self._directory / session / "music" / f"{piece if isinstance(piece, str) else piece.id}.wav"

    def film(self, session: str, render: str) -> Path:
        """Return where a render's film is. A render's id comes from the client, so it is never part of a path."""
        return self._directory / session / "films" / f"{hashlib.sha256(render.encode()).hexdigest()[:32]}.mp4"
