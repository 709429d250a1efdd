"""A note on a SoundFont: pitch, loop, filter, volume and pan of its regions (SoundFont 2.04, sections 8.1.2 and 9.1).

What several regions of a note have in common is worked out once: the two sides of a stereo recording are read at the
same places and go through the same filter, and layers of one recording differ in their filters and volumes only.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from itertools import pairwise
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from studio.model import SAMPLE_RATE
from studio.sound.envelopes import Times, hertz, modulation_envelope, oscillator, volume_envelope
from studio.sound.generators import Generator
from studio.sound.preset import Region, Sample
from studio.sound.tone import Curve, Samples, Sound

Voices = NDArray[np.float32]
"""Recordings that are played alike, `(recordings, frames)`."""
Read = Callable[[Sample, int], Samples]
"""Returns the first frames of a sample: all of it, or at least as many as asked for."""

_SILENT = 80.0
"""A region ends this many decibels below its peak."""
_BLOCK = 64
"""Frames between two values of a moving cutoff."""
_STEP = 100.0
"""A moving cutoff goes in steps of this many cents: a step is heard by nobody, and each costs a call."""
_LOWEST, _OPEN = 1500.0, 13_500.0
"""The range of a cutoff in cents; at its top the filter lets everything through."""
_LOOPS, _LOOPS_UNTIL_RELEASE = 1, 3
_COARSE = 32_768
_FADE = SAMPLE_RATE // 400

_G = Generator
_READING = (
    *(_G.START_OFFSET, _G.START_OFFSET_COARSE, _G.END_OFFSET, _G.END_OFFSET_COARSE, _G.SAMPLE_MODES),
    *(_G.LOOP_START_OFFSET, _G.LOOP_START_OFFSET_COARSE, _G.LOOP_END_OFFSET, _G.LOOP_END_OFFSET_COARSE),
    *(_G.ROOT_KEY, _G.SCALE_TUNING, _G.COARSE_TUNE, _G.FINE_TUNE),
    *(_G.MOD_ENV_TO_PITCH, _G.MOD_LFO_TO_PITCH, _G.VIB_LFO_TO_PITCH),
    *(_G.MOD_LFO_DELAY, _G.MOD_LFO_FREQUENCY, _G.VIB_LFO_DELAY, _G.VIB_LFO_FREQUENCY),
    *(_G.MOD_ENV_DELAY, _G.MOD_ENV_ATTACK, _G.MOD_ENV_HOLD, _G.MOD_ENV_DECAY, _G.MOD_ENV_SUSTAIN, _G.MOD_ENV_RELEASE),
    *(_G.KEY_TO_MOD_ENV_HOLD, _G.KEY_TO_MOD_ENV_DECAY),
)
"""The generators that decide which frames of a sample are heard when."""


def play(regions: Iterable[Region], read: Read, held: float, longest: float) -> Sound:
    """Play the regions of one note.

    Parameters
    ----------
    regions : iterable of Region
        The samples and their generator values.
    read : callable
        Gives a sample's frames.
    held : float
        The frame at which the key is released; ``inf`` if it is not.
    longest : float
        The most frames that are wanted.

    Returns
    -------
    ndarray, ``(frames, 2) float32``
        From the note's start until it has faded away or its samples have ended; it ends on zero.
    """
    sides: list[tuple[Region, Samples]] = []
    for read_alike in _grouped(regions, _reading):
        samples = list(dict.fromkeys(region.sample for region in read_alike))
        length = max(_length(region, held, longest) for region in read_alike)
        voices = _resampled(read_alike[0], samples, read, length, held)
        for alike in _grouped(read_alike, _sounding):
            rows = [samples.index(region.sample) for region in alike]
            shaped = _shaped(alike[0], voices[rows, : _length(alike[0], held, longest)], held)
            sides += zip(alike, shaped, strict=True)
    return _panned(sides)


def _grouped(regions: Iterable[Region], key: Callable[[Region], Hashable]) -> Iterable[list[Region]]:
    groups: dict[Hashable, list[Region]] = defaultdict(list)
    for region in regions:
        groups[key(region)].append(region)
    return groups.values()


def _reading(region: Region) -> Hashable:
    """Return what decides which frames of a recording are heard when."""
    return replace(region.sample, index=0), tuple(region[generator] for generator in _READING)


def _sounding(region: Region) -> Hashable:
    """Return everything but the recording and the pan."""
    return frozenset(item for item in region.values.items() if item[0] != _G.PAN)


def _length(region: Region, held: float, longest: float) -> int:
    return ceil(min(longest, volume_envelope(region).end(held, _SILENT)))


def _panned(sides: list[tuple[Region, Samples]]) -> Sound:
    """Return the sum of all regions, each at its place between the ears with the same power."""
    sound = np.zeros((max((len(side) for _, side in sides), default=0), 2), np.float32)
    for region, side in sides:
        right = 0.5 + region[_G.PAN] / 1000.0
        for channel, power in enumerate((1.0 - right, right)):
            if power > 0.0:
                sound[: len(side), channel] += side * np.float32(np.sqrt(power))
    return sound


def _resampled(region: Region, samples: list[Sample], read: Read, length: int, held: float) -> Voices:
    """Return the samples at the note's pitch, up to their end."""
    root = region[_G.ROOT_KEY] if 0 <= region[_G.ROOT_KEY] <= 127 else region.sample.key
    cents = (region.key - root) * region[_G.SCALE_TUNING] + 100.0 * region[_G.COARSE_TUNE] + region[_G.FINE_TUNE]
    ratio = region.sample.rate / SAMPLE_RATE * 2.0 ** ((cents + region.sample.correction) / 1200.0)
    start = region[_G.START_OFFSET] + _COARSE * region[_G.START_OFFSET_COARSE]
    positions = _bent_positions(region, np.arange(length, dtype=np.float64), held, ratio)
    if positions is None:
        end, released = ratio * length, ratio * held
    else:
        end, released = positions[-1], float(np.interp(held, np.arange(length), positions, right=inf))
    sources = [_unrolled(region, sample, read, start + end, start + released) for sample in samples]
    longest = max(map(len, sources))
    # One frame more before the first, and some after the last: what interpolation reaches for.
    padded = np.zeros((len(sources), longest + 4), np.float32)
    for row, source in zip(padded, sources, strict=True):
        row[1 : len(source) + 1] = source
    if positions is None:
        positions = np.arange(min(length, ceil((longest - start) / ratio)), dtype=np.float64) * ratio
    positions = positions + start
    return _interpolated(padded, positions[: np.searchsorted(positions, longest)])


def _bent_positions(region: Region, times: Times, held: float, ratio: float) -> Curve | None:
    """Return how far the sample has been read at each time; None where nothing bends the pitch."""
    bends = []
    if depth := region[_G.MOD_ENV_TO_PITCH]:
        bends.append(modulation_envelope(region).values(times, held) * depth)
    if depth := region[_G.MOD_LFO_TO_PITCH]:
        bends.append(_modulation_lfo(region, times) * depth)
    if depth := region[_G.VIB_LFO_TO_PITCH]:
        bends.append(oscillator(times, region[_G.VIB_LFO_DELAY], region[_G.VIB_LFO_FREQUENCY]) * depth)
    if not bends:
        return None
    steps: Curve = ratio * 2.0 ** (np.sum(bends, axis=0) / 1200.0)
    return np.cumsum(steps) - steps


def _modulation_lfo(region: Region, times: Times) -> Curve:
    return oscillator(times, region[_G.MOD_LFO_DELAY], region[_G.MOD_LFO_FREQUENCY])


def _unrolled(region: Region, sample: Sample, read: Read, end: float, released: float) -> Samples:
    """Return the sample's frames up to the position `end`, with the loop written out as often as it is gone through."""
    mode = int(region[_G.SAMPLE_MODES]) & 3
    first = sample.loop_start + round(region[_G.LOOP_START_OFFSET] + _COARSE * region[_G.LOOP_START_OFFSET_COARSE])
    last = sample.loop_end + round(region[_G.LOOP_END_OFFSET] + _COARSE * region[_G.LOOP_END_OFFSET_COARSE])
    cut = round(region[_G.END_OFFSET] + _COARSE * region[_G.END_OFFSET_COARSE])
    needed = ceil(end) + 3
    data = read(sample, needed if cut == 0 else sys.maxsize)
    data = data[: min(needed, len(data) + cut)]
    if mode not in {_LOOPS, _LOOPS_UNTIL_RELEASE} or not 0 <= first < last <= len(data):
        return data
    passes, rest = ceil((needed - last) / (last - first)), data[:0]
    if mode == _LOOPS_UNTIL_RELEASE and released < end:
        passes, rest = ceil(max(0.0, released - last) / (last - first)), read(sample, sys.maxsize)[last:]
    return np.concatenate((data[:last], np.tile(data[first:last], passes), rest))


def _interpolated(source: Voices, positions: Curve) -> Voices:
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


def _shaped(region: Region, voices: Voices, held: float) -> Voices:
    """Return the recordings behind the region's filter and volume envelope, ending on zero."""
    voices = _filtered(region, voices, held)
    frames = voices.shape[1]
    times = np.arange(frames, dtype=np.float64)
    gains = volume_envelope(region).gains(times, held)
    if depth := region[_G.MOD_LFO_TO_VOLUME]:
        gains *= 10.0 ** (_modulation_lfo(region, times) * (depth / 200.0))
    gains *= 10.0 ** (-region[_G.ATTENUATION] / 200.0)
    tail = min(frames, _FADE)
    gains[frames - tail :] *= np.linspace(1.0, 0.0, tail)
    result: Voices = voices * gains.astype(np.float32)
    return result


def _filtered(region: Region, voices: Voices, held: float) -> Voices:
    """Return the recordings behind the region's low-pass, whose cutoff may move."""
    cutoff, resonance = region[_G.FILTER_CUTOFF], region[_G.FILTER_RESONANCE] / 10.0
    by_envelope, by_lfo = region[_G.MOD_ENV_TO_CUTOFF], region[_G.MOD_LFO_TO_CUTOFF]
    if not by_envelope and not by_lfo:
        return voices if cutoff >= _OPEN else _lowpass(voices, [(0, cutoff)], resonance)
    times = np.arange(0.0, voices.shape[1], _BLOCK)
    cents = np.full(len(times), cutoff)
    if by_envelope:
        cents += by_envelope * modulation_envelope(region).values(times, held)
    if by_lfo:
        cents += by_lfo * _modulation_lfo(region, times)
    cents = np.round(np.clip(cents, _LOWEST, _OPEN) / _STEP) * _STEP
    changes = np.flatnonzero(np.diff(cents, prepend=-1.0))
    return _lowpass(voices, [(int(change) * _BLOCK, float(cents[change])) for change in changes], resonance)


def _lowpass(voices: Voices, cutoffs: list[tuple[int, float]], resonance: float) -> Voices:
    """Return the recordings behind a low-pass of two poles.

    `cutoffs` are (first frame, cents) from frame 0 on; `resonance` is the height of the peak above DC in decibels.
    """
    peak = 10.0 ** (resonance / 20.0)
    # The Q at which the peak is that high; without any it is Butterworth's.
    q = np.sqrt((peak**2 + peak * np.sqrt(peak**2 - 1.0)) / 2.0)
    result, state = np.empty_like(voices), np.zeros((len(voices), 2))
    for (start, cents), (end, _) in pairwise((*cutoffs, (voices.shape[1], 0.0))):
        k = np.tan(np.pi * hertz(cents) / SAMPLE_RATE)
        norm = 1.0 / (1.0 + k / q + k * k)
        # The gain at DC falls by half the resonance: section 9.1.3.
        gain = k * k * norm / np.sqrt(peak)
        forward = (gain, 2.0 * gain, gain)
        back = (1.0, 2.0 * (k * k - 1.0) * norm, (1.0 - k / q + k * k) * norm)
        result[:, start:end], state = signal.lfilter(forward, back, voices[:, start:end], zi=state)
    return result
