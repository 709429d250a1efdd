"""Files between the terminal and the bot: dropped as paths, attached, and saved without overwriting any."""

from __future__ import annotations

import asyncio
import itertools
import mimetypes
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from bots.errors import Explained
from core.errors import AttachmentLost
from core.messages import Attachment

_PATH_STARTS = ("/", "~/", "./", "../")
_MEDIA = ("audio/", "image/", "video/")
_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)+/|\w+://")
_UNSAFE_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f]")
_WORD = re.compile(r""""[^"]*"|'[^']*'|(?:\\.|[^\s\\])+""")


def regular(path: Path, written: str | None = None) -> Path:
    """Return the path of a regular file that may be read. Raises `Explained`, which names it as it was `written`."""
    try:
        if path.is_file() and os.access(path, os.R_OK):
            return path
        key = "file_closed" if path.is_file() else "not_a_file" if path.exists() else "no_such_file"
    except (OSError, ValueError):  # too long a name, a NUL, a folder that may not be entered
        key = "no_such_file"
    raise Explained(f"console.{key}", path=written or str(path))


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
    or with escaped spaces, `file://` addresses too). Raises `Explained` where no readable file is there: such words are
    no wish, and sending them would cost.
    """
    with suppress(Explained):
        if whole := _named(text.strip()):
            return "", (whole,)
    files: list[Path] = []
    rest: list[str] = []
    position = 0
    for match in _WORD.finditer(text):
        raw = match[0]
        word = raw[1:-1] if raw[0] in "\"'" else re.sub(r"\\(.)", r"\1", raw)
        if path := _named(word):
            files.append(path)
            rest.append(text[position : match.start()].rstrip())
            position = match.end()
    rest.append(text[position:])
    return "".join(rest).strip(), tuple(files)


def save_new(source: Path, folder: Path, name: str) -> Path:
    """Copy `source` into `folder` as `name`, or "name (2)" and so on where that is taken. Returns the absolute path.

    Raises OSError where the folder takes no file.
    """
    wanted = Path(name)
    for number in itertools.count(1):
        counted = f"{wanted.stem} ({number}){wanted.suffix}" if number > 1 else name
        target = folder.absolute() / counted
        with suppress(FileExistsError), target.open("xb"):
            try:
                shutil.copyfile(source, target)
            except OSError:
                target.unlink()
                raise
            return target
    raise AssertionError("unreachable")


def _named(word: str) -> Path | None:
    """Return the file that a word names by its path, None for other words. Raises `Explained` without such a file."""
    place = unquote(urlsplit(word).path) if word.startswith("file://") else word
    kind = mimetypes.guess_type(place, strict=False)[0] or ""
    media = kind.startswith(_MEDIA) and "/" in place and not _ADDRESS.match(place)
    if not (media or place.startswith(_PATH_STARTS)):
        return None
    try:
        path = Path(place).expanduser().absolute()
        return regular(path, word)
    except RuntimeError:  # no home
        return None
    except Explained as error:
        # "/slower" is a slip of the tongue, "/slower.mp3" and "/home/slower" are paths; so is "/tmp", which exists.
        missing = error.key == "console.no_such_file"
        if re.fullmatch(r"[/.~]*", word) or (missing and re.fullmatch("/[^/]*", word) and not path.suffix):
            return None
        raise
