"""The frames of samples at the pitch of a note, loops included (SoundFont 2.04, sections 6.2, 8.1.2 and 9.1)."""

from __future__ import annotations

import sys
from collections.abc import Hashable
from dataclasses import replace
from math import ceil, inf
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from studio.domain import SAMPLE_RATE
from studio.sound.envelopes import Times, modulation_envelope, modulation_lfo, vibrato_lfo
from studio.sound.generators import Generator
from studio.sound.preset import Region, Sample
from studio.sound.tone import Curve, Samples

Recordings = NDArray[np.float32]
"""Recordings that are played alike, `(recordings, frames)`."""

_LOOPS, _LOOPS_UNTIL_RELEASE = 1, 3
_COARSE = 32_768
"""Frames in one step of a coarse offset."""
_KEPT = 8
"""Decoded samples, and resampled ones, that are kept."""

_G = Generator
_READING = (
    *(_G.START_OFFSET, _G.START_OFFSET_COARSE, _G.END_OFFSET, _G.END_OFFSET_COARSE, _G.SAMPLE_MODES),
    *(_G.LOOP_START_OFFSET, _G.LOOP_START_OFFSET_COARSE, _G.LOOP_END_OFFSET, _G.LOOP_END_OFFSET_COARSE),
    *(_G.ROOT_KEY, _G.SCALE_TUNING, _G.COARSE_TUNE, _G.FINE_TUNE),
)
_BENDING = (
    *(_G.MOD_ENV_TO_PITCH, _G.MOD_LFO_TO_PITCH, _G.VIB_LFO_TO_PITCH),
    *(_G.MOD_LFO_DELAY, _G.MOD_LFO_FREQUENCY, _G.VIB_LFO_DELAY, _G.VIB_LFO_FREQUENCY),
    *(_G.MOD_ENV_DELAY, _G.MOD_ENV_ATTACK, _G.MOD_ENV_HOLD, _G.MOD_ENV_DECAY, _G.MOD_ENV_SUSTAIN, _G.MOD_ENV_RELEASE),
    *(_G.KEY_TO_MOD_ENV_HOLD, _G.KEY_TO_MOD_ENV_DECAY),
)

K = TypeVar("K")
V = TypeVar("V")


class SampleReader(Protocol):
    """Where samples come from."""

    def read(self, sample: Sample, frames: int) -> Samples:
        """Return the sample's first frames: all of it, or at least as many as asked for."""
        ...


def reading(region: Region) -> Hashable:
    """Return what decides which frames of a recording are heard when: equal for the two sides of a stereo recording."""
    bent = any(region[depth] for depth in _BENDING[:3])
    values = tuple(region[generator] for generator in (_READING + _BENDING if bent else _READING))
    return replace(region.sample, index=0), region.key, values


class Resampler:
    """Reads samples at the pitch of a note.

    Notes of one key follow each other and differ in length, or in loudness and so in their filters: what was decoded
    and resampled last is kept for them.
    """

    def __init__(self, font: SampleReader) -> None:
        self._font = font
        self._decoded: dict[Sample, tuple[Samples, int]] = {}
        self._resampled: dict[Hashable, tuple[Recordings, int]] = {}

    def resample(self, region: Region, samples: tuple[Sample, ...], length: int, held: float) -> Recordings:
        """Return samples at the pitch of a note.

        Parameters
        ----------
        region : Region
            How they are read.
        samples : tuple of Sample
            Recordings that are read alike.
        length : int
            The most frames that are wanted.
        held : float
            The frame at which the key is released; ``inf`` if it is not.

        Returns
        -------
        ndarray, ``(len(samples), frames) float32``
            Read-only; fewer frames than wanted where the samples end before.
        """
        by_release = int(region[_G.SAMPLE_MODES]) & 3 == _LOOPS_UNTIL_RELEASE or region[_G.MOD_ENV_TO_PITCH] != 0.0
        key = reading(region), samples, held if by_release else None
        recordings, wanted = self._resampled.pop(key, (np.zeros((0, 0), np.float32), 0))
        if wanted < length:
            recordings, wanted = self._at_pitch(region, samples, length, held), length
        _keep(self._resampled, key, (recordings, wanted))
        return recordings[:, :length]

    def _at_pitch(self, region: Region, samples: tuple[Sample, ...], length: int, held: float) -> Recordings:
        root = region[_G.ROOT_KEY] if 0 <= region[_G.ROOT_KEY] <= 127 else region.sample.key
        cents = (region.key - root) * region[_G.SCALE_TUNING] + 100.0 * region[_G.COARSE_TUNE] + region[_G.FINE_TUNE]
        ratio = region.sample.rate / SAMPLE_RATE * 2.0 ** ((cents + region.sample.correction) / 1200.0)
        start = max(0.0, region[_G.START_OFFSET] + _COARSE * region[_G.START_OFFSET_COARSE])
        positions = _bent_positions(region, np.arange(length, dtype=np.float64), held, ratio)
        if positions is None:
            end, released = ratio * length, ratio * held
        else:
            end, released = positions[-1], float(np.interp(held, np.arange(length), positions, right=inf))
        sources = [self._unrolled(region, sample, start + end, start + released) for sample in samples]
        longest = max(map(len, sources))
        # One frame more before the first, and some after the last: what interpolation reaches for.
        padded = np.zeros((len(sources), longest + 4), np.float32)
        for row, source in zip(padded, sources, strict=True):
            row[1 : len(source) + 1] = source
        if positions is None:
            positions = np.arange(min(length, ceil((longest - start) / ratio)), dtype=np.float64) * ratio
        positions = positions + start
        return _interpolated(padded, positions[: np.searchsorted(positions, longest)])

    def _unrolled(self, region: Region, sample: Sample, end: float, released: float) -> Samples:
        """Return the frames up to the position `end`, with the loop written out as often as it is gone through."""
        mode = int(region[_G.SAMPLE_MODES]) & 3
        first = sample.loop_start + round(region[_G.LOOP_START_OFFSET] + _COARSE * region[_G.LOOP_START_OFFSET_COARSE])
        last = sample.loop_end + round(region[_G.LOOP_END_OFFSET] + _COARSE * region[_G.LOOP_END_OFFSET_COARSE])
        cut = round(region[_G.END_OFFSET] + _COARSE * region[_G.END_OFFSET_COARSE])
        needed = ceil(end) + 3
        data = self._read(sample, needed if cut == 0 else sys.maxsize)
        data = data[: min(needed, len(data) + cut)]
        if mode not in {_LOOPS, _LOOPS_UNTIL_RELEASE} or not 0 <= first < last <= len(data):
            return data
        passes, rest = ceil((needed - last) / (last - first)), data[:0]
        if mode == _LOOPS_UNTIL_RELEASE and released < end:
            passes, rest = ceil(max(0.0, released - last) / (last - first)), self._read(sample, sys.maxsize)[last:]
        return np.concatenate((data[:last], np.tile(data[first:last], passes), rest))

    def _read(self, sample: Sample, frames: int) -> Samples:
        known, wanted = self._decoded.pop(sample, (np.zeros(0, np.float32), 0))
        if wanted < frames:
            # Twice as much as before, so that slowly growing wishes do not decode it again and again.
            wanted = max(frames, 2 * wanted)
            known = self._font.read(sample, wanted)
        _keep(self._decoded, sample, (known, wanted))
        return known


def _keep(cache: dict[K, V], key: K, value: V) -> None:
    """Add the newest entry and drop the oldest one of too many."""
    cache[key] = value
    if len(cache) > _KEPT:
        del cache[next(iter(cache))]


def _bent_positions(region: Region, times: Times, held: float, ratio: float) -> Curve | None:
    """Return how far the sample has been read at each time; None where nothing bends the pitch."""
    bends = []
    if depth := region[_G.MOD_ENV_TO_PITCH]:
        bends.append(modulation_envelope(region).values(times, held) * depth)
    if depth := region[_G.MOD_LFO_TO_PITCH]:
        bends.append(modulation_lfo(region, times) * depth)
    if depth := region[_G.VIB_LFO_TO_PITCH]:
        bends.append(vibrato_lfo(region, times) * depth)
    if not bends:
        return None
    steps: Curve = ratio * 2.0 ** (np.sum(bends, axis=0) / 1200.0)
    return np.cumsum(steps) - steps


def _interpolated(source: Recordings, positions: Curve) -> Recordings:
    """Return a cubic Hermite spline through the frames at the positions; position 0 is the frame with the number 1."""
    at = positions.astype(np.intp)
    x = (positions - at).astype(np.float32)
    result = np.empty((len(source), len(at)), np.float32)
    for row, out in zip(source, result, strict=True):
        before, here, after, beyond = (row[shift:].take(at) for shift in range(4))
        step = after - here
        slope, next_slope = (after - before) * np.float32(0.5), (beyond - here) * np.float32(0.5)
        bend = slope + next_slope - step - step
        out[:] = here + x * (slope + x * (step - slope - bend + x * bend))
    return result
