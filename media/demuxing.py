"""Open a file with FFmpeg without letting it choose the reader or reach for other files and addresses.

And read it as players do: the first sound that can be decoded, wherever its format changes on the way.
"""

from __future__ import annotations

from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
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


def sound_of(container: InputContainer) -> AudioStream | None:
    """Return the first sound for which there is a decoder, None where there is none."""
    # FFmpeg has no context for a codec that it does not know.
    return next((stream for stream in container.streams.audio if stream.codec_context is not None), None)


def origin_of(container: InputContainer) -> float:
    """Return the container's start in seconds: the one clock of its picture and its sound."""
    return container.start_time / 1_000_000 if container.start_time else 0.0


class Resampler:
    """An `av.AudioResampler` that begins anew where the format of the sound changes."""

    def __init__(self, sample_format: str, layout: str, rate: int) -> None:
        """`sample_format`, `layout` and `rate` (Hz) are those of what comes out."""
        self._wanted = (sample_format, layout, rate)
        self._inner = av.AudioResampler(*self._wanted)
        self._format: tuple[str, str, int] | None = None

    def resample(self, frame: AudioFrame | None) -> list[AudioFrame]:
        """Return what is ready once this frame is in; None: what was held back at the end."""
        rest: list[AudioFrame] = []
        if frame is not None:
            told = (frame.format.name, frame.layout.name, frame.sample_rate)
            if self._format not in (None, told):
                rest = self._inner.resample(None)
                self._inner = av.AudioResampler(*self._wanted)
            self._format = told
        return [*rest, *self._inner.resample(frame)]
