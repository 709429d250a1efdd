"""Small real files of every accepted kind, made on the spot: moving pictures, tones, gradients."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from PIL import Image

SUFFIXES = ("mp4", "mov", "avi", "webm", "mkv", "jpg", "png", "gif", "webp", "mp3", "wav", "m4a", "aac")
"""The 13 accepted formats."""

_VIDEO = {  # suffix: (picture codec, sound codec, sound rate)
    "mp4": ("libx264", "aac", 48_000),
    "mov": ("libx264", "aac", 44_100),
    "avi": ("mpeg4", "libmp3lame", 44_100),
    "webm": ("libvpx", "libopus", 48_000),
    "mkv": ("libx264", "aac", 48_000),
}
_QUICK = {"libvpx": {"deadline": "realtime", "cpu-used": "8"}, "libx264": {"preset": "ultrafast", "bf": "2"}}
_AUDIO = {"mp3": "libmp3lame", "wav": "pcm_s16le", "m4a": "aac", "aac": "aac"}
_CONTAINER = {"m4a": "ipod", "aac": "adts", "mkv": "matroska"}


def make(path: Path, *, seconds: float = 2.0) -> Path:
    """Make whatever the suffix of `path` says."""
    suffix = path.suffix.removeprefix(".")
    if suffix in _VIDEO:
        return make_video(path, seconds=seconds)
    if suffix in _AUDIO:
        return make_audio(path, seconds=seconds)
    return make_image(path)


def tone(seconds: float, *, frequency: float = 440.0, level: float = 0.25, rate: int = 48_000) -> np.ndarray:
    """Return a stereo sine, `(frames, 2) float32`; `level` is its peak."""
    time = np.arange(round(seconds * rate)) / rate
    wave = (level * np.sin(2 * np.pi * frequency * time)).astype(np.float32)
    return np.stack([wave, wave], axis=1)


def make_audio(
    path: Path,
    *,
    seconds: float = 2.0,
    sound: np.ndarray | None = None,
    rate: int = 48_000,
    codec: str | None = None,
    bit_rate: int | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write `sound` (`(frames, 2) float32` at `rate`; default: a 440 Hz tone) in the format of the suffix."""
    suffix = path.suffix.removeprefix(".")
    wave = tone(seconds, rate=rate) if sound is None else sound
    with av.open(str(path), "w", format=_CONTAINER.get(suffix)) as container:
        made = container.add_stream(codec or _AUDIO[suffix], rate=rate, layout="stereo", options=options or {})
        stream = cast("AudioStream", made)
        if bit_rate:
            stream.bit_rate = bit_rate
        _encode_sound(container, stream, wave, rate)
    return path


def make_video(
    path: Path,
    *,
    seconds: float = 2.0,
    width: int = 320,
    height: int = 180,
    fps: int | Fraction = 30,
    sound: np.ndarray | bool = True,
    codec: str | None = None,
    pix_fmt: str = "yuv420p",
    rotation: int = 0,
    options: dict[str, str] | None = None,
    frame_times: list[int] | None = None,
) -> Path:
    """Write a bright bar that wanders over a gradient, with a 440 Hz tone unless `sound` says otherwise.

    `rotation` (0, 90, 180, 270) is written as display matrix of an MP4. `frame_times` gives each picture's time in
    milliseconds instead of a constant rate (MP4, MOV and MKV only).
    """
    suffix = path.suffix.removeprefix(".")
    picture_codec, sound_codec, rate = _VIDEO[suffix]
    wave = (tone(seconds, rate=rate) if sound else None) if isinstance(sound, bool) else sound
    with av.open(str(path), "w", format=_CONTAINER.get(suffix)) as container:
        name = codec or picture_codec
        stream = cast("VideoStream", container.add_stream(name, rate=fps, options=options or _QUICK.get(name, {})))
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        if frame_times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        sound_stream = None
        if wave is not None:
            sound_stream = cast("AudioStream", container.add_stream(sound_codec, rate=rate, layout="stereo"))
        for index in range(len(frame_times) if frame_times is not None else round(seconds * fps)):
            frame = av.VideoFrame.from_ndarray(moving_picture(index, width, height), format="rgb24")
            if frame_times is not None:
                frame.pts, frame.time_base = frame_times[index], Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound_stream is not None and wave is not None:
            _encode_sound(container, sound_stream, wave, rate)
    return path


def moving_picture(index: int, width: int, height: int) -> np.ndarray:
    """Return picture `index` of the test film, `(height, width, 3) uint8`: dark red above, dark blue below, a bar."""
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[: height // 2, :, 0] = 150
    picture[height // 2 :, :, 2] = 150
    left = (index * 4) % max(width - 16, 1)
    picture[height // 4 : height * 3 // 4, left : left + 16] = 235
    return picture


def make_image(path: Path, *, size: tuple[int, int] = (320, 240), orientation: int | None = None) -> Path:
    """Write a picture: a gradient, red at the left, green at the bottom. `orientation`: EXIF 1..8 (JPEG)."""
    width, height = size
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[..., 0] = np.linspace(230, 20, width, dtype=np.uint8)
    picture[..., 1] = np.linspace(20, 230, height, dtype=np.uint8)[:, None]
    picture[..., 2] = 90
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    Image.fromarray(picture).save(path, exif=exif)
    return path


def _encode_sound(container: av.container.OutputContainer, stream: AudioStream, wave: np.ndarray, rate: int) -> None:
    for start in range(0, len(wave), 1024):
        block = np.ascontiguousarray(wave[start : start + 1024].reshape(1, -1), dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
