"""Open a file with FFmpeg without letting it choose the reader or reach for other files and addresses."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer

from media.errors import Fault, NotMedia
from media.formats import sniff


def open_media(path: Path) -> InputContainer:
    """Open `path` for reading with the one demuxer that its content calls for.

    Playlists (HLS, DASH, concat) that name other files are none of the accepted formats, so they never get a reader;
    the protocol whitelist keeps references inside of accepted formats from being followed.

    Raises `NotMedia`. Decoding runs in the caller's process: strangers' files go through `probe` first.
    """
    file_format = sniff(path)
    if file_format is None:
        raise NotMedia(Fault.UNKNOWN)
    try:
        return av.open(
            str(path), format=file_format.demuxer, options={"protocol_whitelist": "file"}, metadata_errors="replace"
        )
    except (av.FFmpegError, OSError) as error:
        raise NotMedia(Fault.BROKEN, str(error)) from error
