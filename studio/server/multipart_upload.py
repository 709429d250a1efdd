"""Multipart uploads: written straight to disk, never held in memory, and refused early where they are too large."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from studio.server.responses import InsufficientStorage, InvalidRequest, PayloadTooLarge, UploadTimeout

LARGEST_FILE = 200 * 2**20
"""The most bytes that one uploaded file may have."""

MOST_FILES = 10
"""The most files that one request may have."""

STALLED, SLOWEST = 60.0, 1800.0
"""Seconds without a byte, and seconds in all, after which an upload is aborted."""

DRAINED = 2 * LARGEST_FILE
"""Bytes of a refused body that are still read, so that its sender gets the answer instead of a broken connection."""


@dataclass(frozen=True, slots=True)
class Received:
    """An uploaded file: its path, and the name that its sender gave it."""

    path: Path
    name: str


Admit = Callable[[int], None]
"""Called with the number of bytes received so far; raises InsufficientStorage."""


class _Receiver:
    """Writes the parts named `files`; the parser calls the callbacks in the order of the body."""

    def __init__(self, paths: Callable[[], Path]) -> None:
        self.received: list[Received] = []
        self._paths = paths
        self._file: IO[bytes] | None = None
        self._size = 0
        self._header = b""
        self._value = b""
        self._disposition = b""

    def on_part_begin(self) -> None:
        self._disposition = b""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if options.get(b"name") != b"files" or b"filename" not in options:
            return
        if len(self.received) == MOST_FILES:
            raise InvalidRequest(f"At most {MOST_FILES} files in one request.")
        path = self._paths()
        self.received.append(Received(path, options[b"filename"].decode("utf-8", "replace")))
        self._file, self._size = path.open("wb"), 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            return
        self._size += end - start
        if self._size > LARGEST_FILE:
            raise PayloadTooLarge
        self._file.write(memoryview(data)[start:end])

    def on_part_end(self) -> None:
        self.close()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


async def receive(
    content_type: str, body: AsyncIterator[bytes], new_path: Callable[[], Path], admit: Admit
) -> list[Received]:
    """Write the files of a multipart body to the paths that `new_path` gives, and return them.

    Raises InvalidRequest for a body without files, PayloadTooLarge, UploadTimeout or InsufficientStorage; no file is
    left on disk then.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise InvalidRequest("Send the file as multipart/form-data, in a part named files.")
    receiver = _Receiver(new_path)
    try:
        await _feed(receiver, options[b"boundary"], body, admit)
    except BaseException:
        receiver.close()
        for file in receiver.received:
            file.path.unlink(missing_ok=True)
        raise
    if not receiver.received:
        raise InvalidRequest("There is no file in a part named files.")
    return receiver.received


async def _feed(receiver: _Receiver, boundary: bytes, body: AsyncIterator[bytes], admit: Admit) -> None:
    size = 0
    try:
        admit(size)
        parser = _parser(receiver, boundary)
        async for chunk in _timely(body):
            size += len(chunk)
            admit(size)
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise InvalidRequest("The multipart body is broken.") from error
    except (PayloadTooLarge, InvalidRequest, InsufficientStorage):
        await _drain_refused(receiver, body)
        raise
    except OSError as fault:
        if fault.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        await _drain_refused(receiver, body)
        raise InsufficientStorage from None


async def _drain_refused(receiver: _Receiver, body: AsyncIterator[bytes]) -> None:
    receiver.close()
    await _drain(_timely(body))


async def _timely(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the body's chunks. Raises UploadTimeout where it stalls or takes longer than `SLOWEST`."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + SLOWEST
    while True:
        try:
            async with asyncio.timeout(min(STALLED, max(0.0, ends - loop.time()))):
                chunk = await anext(body)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise UploadTimeout from None
        yield chunk


def _parser(receiver: _Receiver, boundary: bytes) -> MultipartParser:
    return MultipartParser(
        boundary,
        {
            "on_part_begin": receiver.on_part_begin,
            "on_header_field": receiver.on_header_field,
            "on_header_value": receiver.on_header_value,
            "on_header_end": receiver.on_header_end,
            "on_headers_finished": receiver.on_headers_finished,
            "on_part_data": receiver.on_part_data,
            "on_part_end": receiver.on_part_end,
        },
    )


async def _drain(body: AsyncIterator[bytes]) -> None:
    read = 0
    async for chunk in body:
        read += len(chunk)
        if read > DRAINED:
            return
