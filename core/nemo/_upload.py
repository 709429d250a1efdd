"""A file on its way to the service: multipart from disk, piece by piece."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

PIECE = 256 * 1024
"""Bytes read at a time: a 200 MB file given to httpx whole costs 600 MB of memory and a second of the event loop."""


class Multipart:
    """One file as `multipart/form-data` (RFC 7578) under the name `files`, as often as it is sent."""

    def __init__(self, path: Path, name: str, mime: str, progress: Callable[[float], None]) -> None:
        """Raises OSError where the file can't be read."""
        boundary = secrets.token_hex(16)
        self._path = path
        self._size = path.stat().st_size
        self._progress = progress
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{_quoted(name)}"\r\n'
            f"Content-Type: {_quoted(mime)}\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._head) + self._size + len(self._tail)),
        }

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Yield the body; the disk is read outside the event loop."""
        yield self._head
        sent = 0
        with await asyncio.to_thread(self._path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece
                sent += len(piece)
                self._progress(min(1.0, sent / self._size))
        yield self._tail


def _quoted(value: str) -> str:
    """Escape what would end a quoted value or a line, as browsers do (HTML Standard, multipart form data)."""
    return value.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
