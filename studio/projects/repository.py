"""Projects on disk: one directory each, with the project as JSON beside its files, music and films."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import OnErrorOmit, TypeAdapter, ValidationError

from studio.projects.project import ComposedPiece, Project, ProjectFile, Version

_ADAPTER = TypeAdapter(Project)
_GONE = ".gone-"
"""Prefix of folders that are being deleted."""


_ASIDE = ".unreadable"
"""Suffix of what can't be read and is kept for the operator."""
_log = logging.getLogger(__name__)
T = TypeVar("T")
_FILES = TypeAdapter(tuple[OnErrorOmit[ProjectFile], ...])
_PIECES = TypeAdapter(tuple[OnErrorOmit[ComposedPiece], ...])
_VERSIONS = TypeAdapter(tuple[OnErrorOmit[Version], ...])
_TEXT = TypeAdapter(str)


class Projects:
    """Loads and saves projects, and alone knows the paths of their files."""

    def __init__(self, directory: Path) -> None:
        """`directory` is created if it does not exist."""
        self.folder = directory
        directory.mkdir(parents=True, exist_ok=True)

    def create(self, session: str, task: str, language: str) -> Project:
        """Create an empty project."""
        for name in ("files", "music", "films"):
            (self.folder / session / name).mkdir(parents=True)
        project = Project(session=session, task=task, language=language)
        self.save(project)
        return project

    def load(self, session: str) -> Project:
        """Return a project by its session's id, which must be one that this studio issued."""
        path = self.folder / session / "project.json"
        data = path.read_bytes()
        try:
            return _ADAPTER.validate_json(data)
        except ValidationError:
            aside = path.with_name(f"project.{time.time_ns()}{_ASIDE}")
            path.rename(aside)
            _log.exception("Cannot read the project %s; set aside as %s", session, aside.name)
            project = _readable(session, data)
            self.save(project)
            return project

    def save(self, project: Project) -> None:
        """Write a project atomically. Raises ValidationError for one that could not be read again."""
        path = self.folder / project.session / "project.json"
        fresh = path.with_suffix(".new")
        data = _ADAPTER.dump_json(project)
        # Infinity, say, is written as nothing.
        _ADAPTER.validate_json(data)
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def exists(self, session: str) -> bool:
        """Return whether a project is on disk."""
        return (self.folder / session / "project.json").is_file()

    def names(self) -> list[str]:
        """Return the names of all folders: the projects' sessions, and any unknown ones."""
        return [folder.name for folder in self.folder.iterdir() if folder.is_dir()]

    def size(self, session: str) -> int:
        """Return the size of a project's folder in bytes; 0 if it does not exist."""
        return sum(path.stat().st_size for path in (self.folder / session).rglob("*") if path.is_file())

    def remove(self, session: str) -> None:
        """Delete a project atomically; `remove_leftovers` finishes what a crash interrupts."""
        gone = self.folder / f"{_GONE}{session}"
        (self.folder / session).rename(gone)
        shutil.rmtree(gone)

    def remove_leftovers(self) -> int:
        """Delete the leftovers of removed projects and return their size in bytes."""
        gone = [name for name in self.names() if name.startswith(_GONE)]
        size = sum(self.size(name) for name in gone)
        for name in gone:
            shutil.rmtree(self.folder / name)
        return size

    def remove_if_empty(self, session: str) -> bool:
        """Delete a project without files, as a crash during its creation leaves one; return whether it was deleted."""
        folder = self.folder / session
        if any(path.is_file() and path.parent != folder for path in folder.rglob("*")):
            return False
        self.remove(session)
        return True

    def sweep(self, project: Project, renders: Iterable[str]) -> int:
        """Delete files that belong to neither the project nor its finished `renders`; return their size in bytes.

        Where a file of the project could not be read, nobody knows what belongs to it, and nothing is deleted.
        """
        if any((self.folder / project.session).glob(f"*{_ASIDE}")):
            return 0
        known = {
            self.folder / project.session / "project.json",
            *(self.file(project.session, file) for file in project.files),
            *(self.music(project.session, piece) for piece in project.pieces),
            *(self.film(project.session, render) for render in renders),
        }
        size = 0
        for path in (self.folder / project.session).rglob("*"):
            if path.is_file() and path not in known:
                size += path.stat().st_size
                path.unlink()
        return size

    def delete_file(self, project: Project, file: ProjectFile) -> None:
        """Delete an uploaded file and remove it from the timeline."""
        self.save(project.without_file(file.id))
        self.file(project.session, file).unlink(missing_ok=True)

    def delete_unreachable(self, project: Project, kept: frozenset[str]) -> None:
        """Delete the sound of music that none of a project's versions uses; ids in `kept` are spared."""
        tidy, unreachable = project.without_unreachable(kept)
        if tidy != project:
            self.save(tidy)
        for piece in unreachable:
            self.music(project.session, piece).unlink(missing_ok=True)

    def file(self, session: str, file: ProjectFile | str) -> Path:
        """Return the path of an uploaded file, by its id where it is still coming in."""
        return self.folder / session / "files" / (file if isinstance(file, str) else file.id)

    def music(self, session: str, piece: ComposedPiece | str) -> Path:
        """Return the path of a piece's sound."""
        return self.folder / session / "music" / f"{piece if isinstance(piece, str) else piece.id}.wav"

    def film(self, session: str, render: str) -> Path:
        """Return the path of a render's film. The client chose the render's id, so it is not used in the path."""
        return self.folder / session / "films" / f"{hashlib.sha256(render.encode()).hexdigest()[:32]}.mp4"


def _readable(session: str, data: bytes) -> Project:
    """Return a project of whatever can be read of its file."""
    try:
        told = json.loads(data)
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}

    def all_of(adapter: TypeAdapter[tuple[T, ...]], name: str) -> tuple[T, ...]:
        try:
            return adapter.validate_python(told.get(name, ()))
        except ValidationError:
            return ()

    def text(name: str, otherwise: str) -> str:
        try:
            return _TEXT.validate_python(told.get(name))
        except ValidationError:
            return otherwise

    return Project(
        session=session,
        task=text("task", ""),
        language=text("language", "en"),
        files=all_of(_FILES, "files"),
        pieces=all_of(_PIECES, "pieces"),
        versions=all_of(_VERSIONS, "versions") or (Version(),),
        results=all_of(_VERSIONS, "results"),
        mended=True,
    )
