"""Encode a film again so that it fits a number of bytes. Runs in `media.child`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from media.demuxing import Resampler, open_media, sound_of
from media.errors import Fault, NotMedia

_OVERHEAD = 0.03
"""Share of the bytes that goes to the container's index."""

_SOUND_BITRATES = (160_000, 128_000, 96_000)
_LEAST_PICTURE = 60_000
"""Bits per second below which a film is not worth sending."""

_BITS_PER_PIXEL = 0.035
"""What H.264 needs per pixel and frame for a calm film; decides the size of the picture."""


@dataclass(frozen=True, slots=True)
class _Budget:
    """Bits per second of picture and sound, the size in pixels, frames per second, degrees of rotation."""

    picture: int
    sound: int
    width: int
    height: int
    rate: Fraction
    rotation: int


def shrink(path: Path, to: Path, largest: int) -> Mapping[str, object]:
    """Write `to`; return {"fits": bool}. Each further try aims lower by what the one before was too large."""
    correction = 1.0
    for _ in range(3):
        with open_media(path) as source:
            budget = _budget(source, largest * correction)
            if budget is None:
                return {"fits": False}
            _encode(source, to, budget)
        size = to.stat().st_size
        if size <= largest:
            return {"fits": True}
        correction *= 0.94 * largest / size
    to.unlink()
    return {"fits": False}


def _budget(source: InputContainer, largest: float) -> _Budget | None:
    """Share the bytes between picture and sound; None where too few are left for a picture."""
    if not source.streams.video or not source.duration:
        raise NotMedia(Fault.BROKEN, "no picture to shrink")
    picture = source.streams.video[0]
    bits = largest * 8 * (1 - _OVERHEAD) / (source.duration / 1_000_000)
    sound = 0
    if sound_of(source):
        sound = next((rate for rate in _SOUND_BITRATES if rate <= bits * 0.25), _SOUND_BITRATES[-1])
    left = int(bits - sound)
    if left < _LEAST_PICTURE:
        return None
    rate = picture.average_rate or Fraction(30)
    rate = min(Fraction(rate), Fraction(30))
    width, height = picture.codec_context.width, picture.codec_context.height
    scale = min(1.0, (left / float(rate) / _BITS_PER_PIXEL / (width * height)) ** 0.5)
    scale = max(scale, min(1.0, 180 / min(width, height)))
    return _Budget(
        left, sound, max(int(width * scale) // 2 * 2, 2), max(int(height * scale) // 2 * 2, 2), rate, _rotation(source)
    )


def _rotation(source: InputContainer) -> int:
    """Return the rotation in degrees that players apply, and seek back to the beginning."""
    frame = next(source.decode(source.streams.video[0]), None)
    source.seek(0)
    return frame.rotation if frame is not None else 0


def _encode(source: InputContainer, to: Path, budget: _Budget) -> None:
    with av.open(str(to), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        out.metadata.update(source.metadata)
        picture = _add_picture(out, source.streams.video[0], budget)
        sound = _add_sound(out) if budget.sound else None
        if sound is not None:
            sound.bit_rate = budget.sound
        resampler = Resampler("fltp", "stereo", 48_000)
        streams: list[Stream] = [source.streams.video[0], *filter(None, [sound_of(source)])]
        frames = _ConstantFrameRate(budget.rate)
        for packet in source.demux(streams):
            for frame in _decoded(packet):
                if isinstance(frame, VideoFrame):
                    for shown in frames.place(frame):
                        scaled = shown.reformat(budget.width, budget.height, "yuv420p", interpolation="BICUBIC")
                        scaled.pts, scaled.time_base = frames.next_pts(), 1 / budget.rate
                        out.mux(picture.encode(scaled))
                elif sound is not None:
                    for resampled in resampler.resample(frame):
                        out.mux(sound.encode(resampled))
        out.mux(picture.encode(None))
        if sound is not None:
            for resampled in resampler.resample(None):
                out.mux(sound.encode(resampled))
            out.mux(sound.encode(None))


class _ConstantFrameRate:
    """Drops or repeats frames, by their times, so that they come at a constant rate."""

    def __init__(self, rate: Fraction) -> None:
        self._rate = rate
        self._index = 0
        self._origin: float | None = None

    def place(self, frame: VideoFrame) -> Iterator[VideoFrame]:
        """Yield the frame as often as it is to be written, not at all where it is dropped."""
        time = frame.time or 0.0
        self._origin = time if self._origin is None else self._origin
        while self._index <= round((time - self._origin) * float(self._rate)):
            yield frame

    def next_pts(self) -> int:
        """Return the time of the frame that is being written, in frames."""
        self._index += 1
        return self._index - 1


def _decoded(packet: av.Packet[Stream]) -> list[av.VideoFrame | av.AudioFrame]:
    try:
        return cast("list[av.VideoFrame | av.AudioFrame]", packet.decode())
    except av.error.InvalidDataError:
        return []


def _add_picture(out: OutputContainer, source: VideoStream, budget: _Budget) -> VideoStream:
    options = {"preset": "veryfast", "profile": "high", "maxrate": str(int(budget.picture * 1.3)),
               "bufsize": str(budget.picture * 2)}  # fmt: skip
    stream = out.add_stream("libx264", rate=budget.rate, options=options)
    stream.width, stream.height, stream.pix_fmt = budget.width, budget.height, "yuv420p"
    stream.codec_context.time_base = 1 / budget.rate
    stream.bit_rate = budget.picture
    if budget.rotation:
        stream.set_display_rotation(budget.rotation)
    stream.codec_context.sample_aspect_ratio = source.sample_aspect_ratio or Fraction(1)
    return stream


def _add_sound(out: OutputContainer) -> AudioStream:
    stream = out.add_stream("aac", rate=48_000, options={"aac_tns": "0"})
    stream.layout = "stereo"
    return stream
