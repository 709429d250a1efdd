"""Files between the terminal and the bot: dropped as paths, attached, and saved without overwriting any."""

from __future__ import annotations

import asyncio
import mimetypes
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from core.errors import AttachmentLost
from core.words import Attachment

_WORD = re.compile(r""""[^"]*"|'[^']*'|(?:\\.|[^\s\\])+""")


def attachment(path: Path) -> Attachment:
    """Return a file of this machine as an attachment."""

    async def save(target: Path) -> None:
        try:
            await asyncio.to_thread(shutil.copyfile, path, target)
        except FileNotFoundError as error:
            raise AttachmentLost(f"{path.name} is gone") from error

    return Attachment(path.name, save, size=path.stat().st_size, mime=mimetypes.guess_type(path.name)[0])


def take_files(text: str) -> tuple[str, tuple[Path, ...]]:
    """Take the files out of a typed text: paths as a terminal writes them when files are dropped on it.

    A word counts as a file where it names an existing one by a path with a folder in it (`/home/me/a.mp3`,
    `~/a.mp3`, `./a.mp3`, quoted or with escaped spaces, `file://` addresses too).
    """
    whole = _existing(text.strip())
    if whole:
        return "", (whole,)
    files: list[Path] = []
    rest: list[str] = []
    position = 0
    for word, start, end in _words(text):
        if path := _existing(word):
            files.append(path)
            rest.append(text[position:start].rstrip())
            position = end
    rest.append(text[position:])
    return "".join(rest).strip(), tuple(files)


def save_new(source: Path, folder: Path, name: str) -> Path:
    """Copy `source` into `folder` as `name`, or "name (2)" and so on where that is taken. Returns the absolute path.

    Raises OSError where the folder takes no file.
    """
    wanted = Path(name)
    for target in _candidates(folder.absolute(), wanted.stem, wanted.suffix):
        try:
            with target.open("xb") as copy:
                return _fill(source, copy.name)
        except FileExistsError:
            continue
    raise AssertionError("unreachable")


def _fill(source: Path, target: str) -> Path:
    path = Path(target)
    try:
        shutil.copyfile(source, path)
    except OSError:
        path.unlink()
        raise
    return path


def _candidates(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    yield folder / f"{stem}{suffix}"
    number = 2
    while True:
        yield folder / f"{stem} ({number}){suffix}"
        number += 1


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _WORD.finditer(text):
        raw = match[0]
        quoted = raw[0] in "\"'"
        yield raw[1:-1] if quoted else re.sub(r"\\(.)", r"\1", raw), match.start(), match.end()


def _existing(word: str) -> Path | None:
    if word.startswith("file://"):
        word = unquote(urlsplit(word).path)
    if not word.startswith(("/", "~/", "./", "../")):
        return None
    try:
        path = Path(word).expanduser().absolute()
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long a name, a NUL, no home
        return None
