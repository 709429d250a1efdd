"""Files between the terminal and the bot: dropped as paths, attached, and saved without overwriting any."""

from __future__ import annotations

import asyncio
import mimetypes
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from core.errors import AttachmentLost
from core.messages import Attachment

_PATH_STARTS = ("/", "~/", "./", "../")
_MEDIA = ("audio/", "image/", "video/")
_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)+/|\w+://")
_UNSAFE_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f]")
_WORD = re.compile(r""""[^"]*"|'[^']*'|(?:\\.|[^\s\\])+""")


class NoFile(Exception):
    """A path that names no file to attach; `key` is the text that says why, filled with `path`."""

    def __init__(self, key: str, path: str) -> None:
        self.key = key
        self.path = path
        super().__init__(key)


def regular(path: Path, written: str | None = None) -> Path:
    """Return the path of a regular file that may be read. Raises `NoFile`, which names it as it was `written`."""
    name = written or str(path)
    try:
        if path.is_file():
            if os.access(path, os.R_OK):
                return path
            raise NoFile("console.file_closed", name)
        raise NoFile("console.not_a_file" if path.exists() else "console.no_such_file", name)
    except (OSError, ValueError):  # too long a name, a NUL, a folder that may not be entered
        raise NoFile("console.no_such_file", name) from None


def attachment(path: Path) -> Attachment:
    """Return a file of this machine as an attachment; its name is fit to be sent and shown."""

    name = _UNSAFE_IN_NAMES.sub(" ", os.fsencode(path.name).decode("utf-8", "replace"))
    # An address, since a path need not be text.
    return Attachment(name, path.absolute().as_uri(), size=path.stat().st_size, mime=mimetypes.guess_type(path.name)[0])


async def fetch(ref: str, path: Path) -> None:
    """Copy a file of this machine; see `core.messages.Fetch`."""
    source = Path(os.fsdecode(unquote_to_bytes(urlsplit(ref).path)))
    try:
        await asyncio.to_thread(shutil.copyfile, source, path)
    except (FileNotFoundError, PermissionError, shutil.SpecialFileError) as error:
        raise AttachmentLost("the file is gone or closed") from error


def take_files(text: str) -> tuple[str, tuple[Path, ...]]:
    """Take the files out of a typed text: paths as a terminal writes them when files are dropped on it.

    A word counts as a file where it is a path with a folder in it (`/home/me/a.mp3`, `~/a.mp3`, `clips/a.mp3`, quoted
    or with escaped spaces, `file://` addresses too). Raises `NoFile` where no readable file is there: such words are no
    wish, and sending them would cost.
    """
    whole = _existing(text.strip())
    if whole:
        return "", (whole,)
    files: list[Path] = []
    rest: list[str] = []
    position = 0
    for word, start, end in _words(text):
        if path := _existing(word) or _meant(word):
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
    """Return the readable file that the word names, None where it is no path or names none."""
    path = _path(word)
    try:
        return regular(path) if path else None
    except NoFile:
        return None


def _meant(word: str) -> Path | None:
    """Return the file of a word that can be nothing but a path, None for other words. Raises `NoFile`."""
    path = _path(word)
    if path is None or not re.search(r"[^/.~]", word):
        return None
    # "/slower" is a slip of the tongue, "/slower.mp3" and "/home/slower" are paths; so is "/tmp", which exists.
    alone = word.startswith("/") and "/" not in word[1:] and not path.suffix and not _stands(path)
    return None if alone else regular(path, word)


def _path(word: str) -> Path | None:
    """Return the path that a word is by its looks, None for other words."""
    if word.startswith("file://"):
        word = unquote(urlsplit(word).path)
    looks = word.startswith(_PATH_STARTS) or ("/" in word and _is_media(word) and not _ADDRESS.match(word))
    try:
        return Path(word).expanduser().absolute() if looks else None
    except RuntimeError:  # no home
        return None


def _is_media(word: str) -> bool:
    return (mimetypes.guess_type(word, strict=False)[0] or "").startswith(_MEDIA)


def _stands(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
