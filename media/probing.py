"""Look into a file and decode enough of it to know that it plays. Runs in `media.child`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import cast

import av
import av.subtitles.stream
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, PngImagePlugin, WebPImagePlugin  # noqa: F401 - it registers itself

from media.demuxing import open_media, origin_of, sound_of
from media.errors import Fault, NotMedia
from media.formats import Family, FileFormat, sniff

# With these, no child has to import a reader: Pillow does so at its first picture, for 30 ms.
Image.preinit()

_PIXELS = 100_000_000
"""The largest picture that is decoded: 100 megapixels."""

# Editors and image generators write megabytes of text into pictures; the child's memory is limited anyway.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 64 << 20
_GOES_ON = 0.5
"""Seconds by which sound is longer than its picture and not just padded."""
_STILL = {"mjpeg", "png", "bmp", "webp", "gif"}
_LONGEST_SIDE = 8192
"""The longest side of a video, the largest that H.264 decoders of players take."""


def probe(path: Path) -> Mapping[str, object]:
    """Return the fields of `media.Info`. Raises `NotMedia`."""
    file_format = sniff(path)
    if file_format is None:
        raise NotMedia(Fault.EMPTY if path.stat().st_size == 0 else Fault.UNKNOWN)
    return _probe_image(path, file_format) if file_format.family is Family.IMAGE else _probe_stream(path, file_format)


def _probe_image(path: Path, file_format: FileFormat) -> Mapping[str, object]:
    try:
        with warnings.catch_warnings(), Image.open(path, formats=("JPEG", "PNG", "GIF", "WEBP")) as image:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            width, height = image.size
            if width * height > _PIXELS:
                raise NotMedia(Fault.TOO_HEAVY, f"{width}x{height}")
            rotated = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
            image.load()
    except Image.DecompressionBombError as error:
        raise NotMedia(Fault.TOO_HEAVY, str(error)) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise NotMedia(Fault.BROKEN, str(error)) from error
    return {
        "family": str(Family.IMAGE),
        "mime": file_format.mime,
        "seconds": 0.0,
        "width": height if rotated else width,
        "height": width if rotated else height,
        "has_sound": False,
        "picture_codec": file_format.suffix,
        "sound_codec": None,
    }


def _probe_stream(path: Path, file_format: FileFormat) -> Mapping[str, object]:
    with open_media(path) as container:
        sound = sound_of(container)
        films = [stream for stream in container.streams.video if not _is_cover(stream, sound)]
        if not films and sound is None:
            raise NotMedia(Fault.EMPTY, "no picture and no sound")
        if films:
            context = films[0].codec_context
            if not 0 < context.width <= _LONGEST_SIDE or not 0 < context.height <= _LONGEST_SIDE:
                raise NotMedia(Fault.TOO_HEAVY, f"{context.width}x{context.height}")
        index = films[0].index if films or sound is None else sound.index
        frame = _first_frame(container, index)
        width, height = (frame.width, frame.height) if isinstance(frame, VideoFrame) else (0, 0)
        if isinstance(frame, VideoFrame) and frame.rotation % 180:
            width, height = height, width
        seconds = _duration(container, path, index)
        if films and sound is not None:
            with suppress(NotMedia):
                # Where the sound goes on for longer, the last picture stays.
                heard = _duration(container, path, sound.index)
                seconds = heard if heard > seconds + _GOES_ON else seconds
        return {
            "family": str(Family.VIDEO if films else Family.AUDIO),
            "mime": file_format.mime,
            "seconds": seconds,
            "width": width,
            "height": height,
            "has_sound": sound is not None,
            "picture_codec": films[0].codec_context.codec.canonical_name if films else None,
            "sound_codec": sound.codec_context.codec.canonical_name if sound else None,
        }


def _is_cover(stream: VideoStream, sound: AudioStream | None) -> bool:
    """Return whether a picture belongs to a song: marked as its cover, or a single still one beside sound."""
    if stream.disposition & Disposition.attached_pic:
        return True
    still = stream.codec_context is not None and stream.codec_context.name in _STILL
    return sound is not None and still and stream.frames == 1


def _first_frame(container: InputContainer, index: int) -> VideoFrame | AudioFrame:
    """Return the first frame that can be decoded. Raises `NotMedia` where there is none."""
    try:
        for packet in container.demux(container.streams[index]):
            for frame in packet.decode():
                return cast("VideoFrame | AudioFrame", frame)
    except (av.FFmpegError, ValueError) as error:
        raise NotMedia(Fault.BROKEN, str(error)) from error
    raise NotMedia(Fault.BROKEN, "nothing in it can be decoded")


def _duration(container: InputContainer, path: Path, index: int) -> float:
    """Return the length in seconds of a stream, from the times of its packets.

    Raises `NotMedia` where less than half of what the header promises is there: an upload that stopped.
    """
    stream = container.streams[index]
    exact = bool(stream.duration and stream.time_base)
    whole = container.duration / 1_000_000 if container.duration else 0.0
    promised = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else whole
    with open_media(path) as again:
        first, end, last = float("inf"), 0.0, 0.0
        try:
            # A promise of the whole file may be kept by another of its streams.
            for packet in again.demux([again.streams[index]] if exact else None):
                if packet.pts is None or packet.size == 0:
                    continue
                start = float(packet.pts * packet.time_base)
                over = start + float((packet.duration or 0) * packet.time_base)
                last = max(last, over)
                if packet.stream_index == index:
                    first, end = min(first, start), max(end, over)
        except (av.FFmpegError, ValueError) as error:
            raise NotMedia(Fault.BROKEN, str(error)) from error
    held = max(0.0, end - max(first, 0.0))
    if held <= 0 or (promised and max(held, last) < promised / 2):
        raise NotMedia(Fault.BROKEN, f"holds {held:.1f} s of {promised:.1f} s")
    # What begins after the rest of the file stands still, or is silent, until then.
    lead = max(0.0, first - origin_of(container)) if len(container.streams) > 1 else 0.0
    # Only the stream's own header knows about lead-in and padding; but raw streams have none and guess.
    return lead + (promised if exact and abs(promised - held) < 0.06 else held)
