"""Reads the sounds of a film: any accepted format becomes blocks of 48 kHz stereo at its place on the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from media.demuxing import Resampler, open_media, origin_of, sound_of
from studio.domain import SAMPLE_RATE, AudioLayer

BLOCK = SAMPLE_RATE
"""Frames per block: one second."""

_CUT_FADE = 0.5
"""Seconds of fade where a sound is cut before its own end."""

_GAP = 0.05
"""Seconds by which timestamps may jump before silence is inserted."""


def read(path: Path) -> Iterator[NDArray[np.float32]]:
    """Yield the sound of a file in blocks `(n, 2) float32` at 48 kHz; mono sound is on both channels.

    Gaps in the timestamps become silence, so that sound and picture stay in sync. Damaged packets are skipped. A file
    without sound yields nothing.
    """
    with open_media(path) as container:
        stream = sound_of(container)
        if stream is None:
            return
        resampler = Resampler("flt", "stereo", SAMPLE_RATE)
        origin = origin_of(container)
        position = 0
        for frame in _frames(container, stream.index):
            if frame.time is not None:
                hole = round((frame.time - origin) * SAMPLE_RATE) - position
                if hole > _GAP * SAMPLE_RATE:
                    yield np.zeros((hole, 2), dtype=np.float32)
                    position += hole
            frame.pts = None
            for resampled in resampler.resample(frame):
                block = _array(resampled)
                position += len(block)
                yield block
        for resampled in resampler.resample(None):
            yield _array(resampled)


def _frames(container: av.container.InputContainer, index: int) -> Iterator[AudioFrame]:
    for packet in container.demux(container.streams[index]):
        try:
            yield from cast("list[AudioFrame]", packet.decode())
        except av.error.InvalidDataError:
            continue


def _array(frame: AudioFrame) -> NDArray[np.float32]:
    return cast("NDArray[np.float32]", frame.to_ndarray()).reshape(-1, 2)


def length(path: Path) -> float | None:
    """Return the length of a file's sound in seconds, as its headers state it.

    Infinite where they don't (a browser's recording), None where there is no sound.
    """
    with open_media(path) as container:
        stream = sound_of(container)
        if stream is None:
            return None
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        return container.duration / 1_000_000 if container.duration is not None else inf


class LayerReader:
    """Reads one layer of the film's timeline once, from start to end, in blocks of any size."""

    def __init__(self, layer: AudioLayer, frames: int) -> None:
        """`frames` is the film's length, at which the sound ends."""
        self._start = round(layer.start * SAMPLE_RATE)
        self._end = min(round((layer.start + layer.seconds) * SAMPLE_RATE), frames)
        self._volume = np.float32(layer.volume)
        own = length(layer.path)
        self._cut = own is None or own > (self._end - self._start) / SAMPLE_RATE + _GAP
        self._fade = min(round(_CUT_FADE * SAMPLE_RATE), max(self._end - self._start, 0) // 4)
        self._source = read(layer.path)
        self._rest = np.zeros((0, 2), dtype=np.float32)
        self._at = 0

    def next(self, count: int) -> NDArray[np.float32]:
        """Return the next `count` frames of the timeline, `(count, 2) float32`."""
        out = np.zeros((count, 2), dtype=np.float32)
        first, last = max(self._at, self._start), min(self._at + count, self._end)
        if first < last:
            sound = self._pull(last - first)
            if self._volume != 1:
                sound = sound * self._volume
            if self._cut and last > self._end - self._fade:
                left = self._end - np.arange(first, first + len(sound))
                sound = sound * np.clip(left / self._fade, 0, 1).astype(np.float32)[:, None]
            out[first - self._at : first - self._at + len(sound)] = sound
        self._at += count
        return out

    def _pull(self, count: int) -> NDArray[np.float32]:
        """Return up to `count` frames of the source; fewer at its end."""
        parts = [self._rest]
        have = len(self._rest)
        while have < count:
            block = next(self._source, None)
            if block is None:
                break
            parts.append(block)
            have += len(block)
        joined = np.concatenate(parts) if len(parts) > 1 else parts[0]
        self._rest = joined[count:]
        return joined[:count]
