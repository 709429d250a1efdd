"""Decode a film again and measure it, as a player would."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import av
import numpy as np


@dataclass(frozen=True)
class Seen:
    """`light` is the mean luma of every picture; `times` their times; `sound` is `(frames, 2) float32` at 48 kHz."""

    times: list[float]
    light: np.ndarray
    sound: np.ndarray
    width: int
    height: int


def watch(path: Path) -> Seen:
    """Decode everything."""
    times, light, blocks = [], [], []
    width = height = 0
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=48_000)
        for packet in container.demux():
            for frame in packet.decode():
                if isinstance(frame, av.VideoFrame):
                    times.append(frame.time)
                    light.append(frame.to_ndarray(format="gray").mean())
                    width, height = frame.width, frame.height
                elif isinstance(frame, av.AudioFrame):
                    blocks += [each.to_ndarray().reshape(-1, 2) for each in resampler.resample(frame)]
    sound = np.concatenate(blocks) if blocks else np.zeros((0, 2), dtype=np.float32)
    return Seen(times, np.array(light), sound, width, height)


def length(film: Path | IO[bytes]) -> float:
    """Return for how many seconds there are pictures."""
    with av.open(film, "r") as container:
        pictures = list(container.decode(video=0))
        return len(pictures) / float(container.streams.video[0].average_rate or 0)


def picture_at(path: Path, seconds: float) -> np.ndarray:
    """Return the picture that is shown at a time, `(height, width, 3) uint8`."""
    with av.open(str(path)) as container:
        shown: av.VideoFrame | None = None
        for frame in container.decode(video=0):
            if (frame.time or 0.0) > seconds + 1e-6 and shown is not None:
                break
            shown = frame
        assert shown is not None
        return shown.to_ndarray(format="rgb24")


def level(sound: np.ndarray, start: float, end: float) -> float:
    """Return the RMS of a part of a sound in dB below full scale."""
    part = sound[round(start * 48_000) : round(end * 48_000)]
    return float(10 * np.log10(np.mean(np.square(part, dtype=np.float64)) + 1e-12))


def boxes(path: Path) -> list[str]:
    """Return the names of an MP4's outermost boxes, in order (ISO/IEC 14496-12)."""
    data = path.read_bytes()
    names, at = [], 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
        names.append(name.decode("latin-1"))
        at += max(size, 8)
    return names
