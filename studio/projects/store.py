"""Projects on disk: one directory each, with the project as JSON beside its files, music and films."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter

from studio.projects.project import ComposedPiece, Project, ProjectFile

_ADAPTER = TypeAdapter(Project)
_GONE = ".gone-"
"""What the name of a folder begins with that is being deleted."""


class Projects:
    """Loads and saves projects; where a project's files are is known here only."""

    def __init__(self, directory: Path) -> None:
        """`directory` is made where it does not exist."""
        self.folder = self._directory = directory
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

    def exists(self, session: str) -> bool:
        """Return whether a project is on disk."""
        return (self._directory / session / "project.json").is_file()

    def names(self) -> list[str]:
        """Return the names of all folders: the sessions of the projects, and whatever else lies there."""
        return [folder.name for folder in self._directory.iterdir() if folder.is_dir()]

    def size(self, session: str) -> int:
        """Return the bytes in a project's folder, 0 where there is none."""
        return sum(path.stat().st_size for path in (self._directory / session).rglob("*") if path.is_file())

    def remove(self, session: str) -> None:
        """Take a project away, whole or not at all; `remove_left_over` ends what a crash leaves of that."""
        gone = self._directory / f"{_GONE}{session}"
        (self._directory / session).rename(gone)
        shutil.rmtree(gone)

    def remove_left_over(self) -> int:
        """Delete what is left of removed projects; return the bytes."""
        gone = [name for name in self.names() if name.startswith(_GONE)]
        size = sum(self.size(name) for name in gone)
        for name in gone:
            shutil.rmtree(self._directory / name)
        return size

    def remove_if_empty(self, session: str) -> bool:
        """Delete a project that was never used, as a crash while it was made leaves one; return whether it was."""
        folder = self._directory / session
        if any(path.is_file() and path.parent != folder for path in folder.rglob("*")):
            return False
        self.remove(session)
        return True

    def sweep(self, project: Project, renders: Iterable[str]) -> int:
        """Delete files that neither the project nor its finished `renders` know; return the bytes."""
        known = {
            self._directory / project.session / "project.json",
            *(self.file(project.session, file) for file in project.files),
            *(self.music(project.session, piece) for piece in project.pieces),
            *(self.film(project.session, render) for render in renders),
        }
        size = 0
        for path in (self._directory / project.session).rglob("*"):
            if path.is_file() and path not in known:
                size += path.stat().st_size
                path.unlink()
        return size

    def forget_file(self, project: Project, file: ProjectFile) -> None:
        """Delete an uploaded file and take it off the timeline."""
        self.save(project.without_file(file.id))
        self.file(project.session, file).unlink(missing_ok=True)

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

    def music(self, session: str, piece: ComposedPiece | str) -> Path:
        """Return where a piece's sound is."""
        return self._directory / session / "music" / f"{piece if isinstance(piece, str) else piece.id}.wav"

    def film(self, session: str, render: str) -> Path:
        """Return where a render's film is. A render's id comes from the client, so it is never part of a path."""
        return self._directory / session / "films" / f"{hashlib.sha256(render.encode()).hexdigest()[:32]}.mp4"
