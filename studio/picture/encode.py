"""Encodes frames with H.264 and sound with AAC into packets, and writes packets into an MP4."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream
from numpy.typing import NDArray

from studio.domain import SAMPLE_RATE

Packet: TypeAlias = "av.Packet[Stream]"

AUDIO_BITRATE = 192_000
_AAC_FRAME = 1024
# Motion is drawn anew in each beat, so a longer look-ahead costs time and bytes without a visible gain.
_GROUPS = "scenecut=0:open-gop=0:keyint=infinite:bframes=0:weightp=0:force-cfr=1:rc-lookahead=3"
_BT709 = 1
_LIMITED = 1


@dataclass(frozen=True, slots=True)
class Coded:
    """One encoded frame or block of sound; `pts` and `duration` are in the stream's time base."""

    data: bytes
    key: bool
    pts: int
    duration: int


def open_film(path: Path, tags: dict[str, str]) -> OutputContainer:
    """Open an MP4 with tags and its index first, so that players can start before it is fully loaded."""
    container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
    container.metadata.update({name: value for name, value in tags.items() if value})
    return container


def add_picture(container: OutputContainer, width: int, height: int, rate: Fraction, *, cheap: bool) -> VideoStream:
    """Add an H.264 stream (High, 4:2:0, BT.709) with closed groups of pictures and without B-frames.

    Its packets can therefore be repeated and its groups cut short, since an IDR picture resets the decoder.
    """
    options = {
        "preset": "ultrafast" if cheap else "veryfast",
        "crf": "28" if cheap else "27",
        "profile": "high",
        "forced-idr": "1",
        "x264-params": ("8x8dct=1:cabac=1:" if cheap else "") + _GROUPS,
    }
    stream = container.add_stream("libx264", rate=rate, options=options)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context = stream.codec_context
    context.time_base = 1 / rate
    tag_colours(context)
    return stream


def tag_colours(what: VideoCodecContext | av.VideoFrame) -> None:
    """Tag the colours as BT.709, limited range."""
    what.colorspace = what.color_primaries = what.color_trc = _BT709
    what.color_range = _LIMITED


def add_sound(container: OutputContainer) -> AudioStream:
    """Add an AAC-LC stream, 192 kbit/s, 48 kHz, stereo."""
    # FFmpeg's temporal noise shaping turns some strokes into clicks (a jazz kit exceeded its peak by 5 dB at four
    # places); at this bit rate neither it nor noise substitution nor intensity stereo is of use.
    options = {"aac_tns": "0", "aac_pns": "0", "aac_is": "0"}
    stream = container.add_stream("aac", rate=SAMPLE_RATE, options=options)
    stream.layout = "stereo"
    stream.bit_rate = AUDIO_BITRATE
    return stream


def encode_pictures(stream: VideoStream, pictures: Iterable[tuple[NDArray[np.uint8], bool]]) -> Iterator[Coded]:
    """Encode pairs of YUV 4:2:0 data `(height * 3 / 2, width) uint8` and whether a group begins, in order."""
    for index, (data, begins) in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(data, format="yuv420p")
        frame.pts = index
        tag_colours(frame)
        frame.pict_type = PictureType.I if begins else PictureType.NONE
        yield from _coded(stream.encode(frame))
    yield from _coded(stream.encode(None))


def encode_sound(stream: AudioStream, blocks: Iterable[NDArray[np.float32]]) -> Iterator[Coded]:
    """Encode blocks `(n, 2) float32` of sound at 48 kHz; the encoder's priming packets have negative times."""
    at = 0
    rest = np.zeros((0, 2), dtype=np.float32)
    for block in blocks:
        rest = np.concatenate([rest, block])
        whole = len(rest) // _AAC_FRAME * _AAC_FRAME
        for start in range(0, whole, _AAC_FRAME):
            yield from _coded(stream.encode(_sound_frame(rest[start : start + _AAC_FRAME], at + start)))
        rest, at = rest[whole:], at + whole
    if len(rest):
        yield from _coded(stream.encode(_sound_frame(rest, at)))
    yield from _coded(stream.encode(None))


def _sound_frame(block: NDArray[np.float32], at: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, Fraction(1, SAMPLE_RATE)
    return frame


def _coded(encoded: Sequence[av.Packet[VideoStream]] | Sequence[av.Packet[AudioStream]]) -> Iterator[Coded]:
    for packet in encoded:
        yield Coded(bytes(packet), packet.is_keyframe, packet.pts or 0, packet.duration or 0)


def packets(stream: VideoStream | AudioStream, coded: Iterable[Coded], base: Fraction) -> Iterator[Packet]:
    """Make packets of a stream; `base` is the time base of `coded`."""
    for each in coded:
        packet = av.Packet(each.data)
        packet.stream = stream
        packet.pts = packet.dts = each.pts
        packet.duration = each.duration
        packet.time_base = base
        packet.is_keyframe = each.key
        yield packet


def write(container: OutputContainer, pictures: Iterable[Packet], sound: Iterable[Packet]) -> None:
    """Write two streams of packets, interleaved by time."""
    for packet in heapq.merge(pictures, sound, key=_decoding_time):
        container.mux(packet)


def _decoding_time(packet: Packet) -> Fraction:
    return (packet.dts or 0) * packet.time_base
