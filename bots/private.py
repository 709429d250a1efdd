"""Files and folders that nobody but their owner may read, also where they stood open before."""

from __future__ import annotations

import os
from pathlib import Path

UMASK = 0o077
"""For processes that write nothing for other people: whatever they make is private."""


def private_folder(path: Path) -> Path:
    """Make the folder, or close an existing one of ours to others. Raises OSError."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    _close_to_others(path, 0o700)
    return path


def private_file(path: Path) -> Path:
    """Make the file where it is missing, and close it to others. Raises OSError."""
    path.touch(mode=0o600)
    _close_to_others(path, 0o600)
    return path


def write_private(path: Path, text: str) -> None:
    """Replace the file's content at one stroke: a reader sees the old text or the new one. Raises OSError."""
    fresh = private_file(path.with_suffix(f".{os.getpid()}"))
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def _close_to_others(path: Path, mode: int) -> None:
    about = path.stat()
    if about.st_uid == os.getuid() and about.st_mode & 0o077:
        path.chmod(mode)
