"""A note on a SoundFont: filter, volume and pan of its regions (SoundFont 2.04, sections 8.1.2 and 9.1).

The two sides of a stereo recording go through the same filter, and layers of one recording differ in their filters and
volumes only: what regions have in common is computed once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from itertools import pairwise
from math import ceil

import numpy as np
from scipy import signal

from studio.domain import SAMPLE_RATE
from studio.sound.envelopes import hertz, modulation_envelope, modulation_lfo, volume_envelope
from studio.sound.generators import Generator
from studio.sound.preset import Region
from studio.sound.resampler import Recordings, Resampler, reading
from studio.sound.tone import Samples, Sound

_SILENT = 80.0
"""A region ends this many decibels below its peak."""
_BLOCK = 64
"""Frames between two values of a moving cutoff."""
_STEP = 100.0
"""A moving cutoff goes in steps of this many cents; smaller ones cost more and are not heard."""
_LOWEST, _OPEN = 1500.0, 13_500.0
"""The range of a cutoff in cents; at its top the filter lets everything through."""
_FADE = SAMPLE_RATE // 400
_G = Generator


def play(regions: Iterable[Region], resampler: Resampler, held: float, longest: float) -> Sound:
    """Play the regions of one note.

    Parameters
    ----------
    regions : iterable of Region
        The samples and their generator values.
    resampler : Resampler
        Reads the samples.
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
    for read_alike in _grouped(regions, reading):
        samples = tuple(dict.fromkeys(region.sample for region in read_alike))
        length = max(_length(region, held, longest) for region in read_alike)
        recordings = resampler.resample(read_alike[0], samples, length, held)
        for alike in _grouped(read_alike, _sounding):
            rows = [samples.index(region.sample) for region in alike]
            shaped = _shaped(alike[0], recordings[rows, : _length(alike[0], held, longest)], held)
            sides += zip(alike, shaped, strict=True)
    return _panned(sides)


def _grouped(regions: Iterable[Region], key: Callable[[Region], Hashable]) -> Iterable[list[Region]]:
    groups: dict[Hashable, list[Region]] = defaultdict(list)
    for region in regions:
        groups[key(region)].append(region)
    return groups.values()


def _sounding(region: Region) -> Hashable:
    """Return everything but the recording and the pan."""
    return frozenset(item for item in region.values.items() if item[0] != _G.PAN)


def _length(region: Region, held: float, longest: float) -> int:
    return max(1, ceil(min(longest, volume_envelope(region).end(held, _SILENT))))


def _panned(sides: list[tuple[Region, Samples]]) -> Sound:
    """Return the sum of all regions, each at its place between the ears with the same power."""
    sound = np.zeros((max((len(side) for _, side in sides), default=0), 2), np.float32)
    for region, side in sides:
        right = 0.5 + region[_G.PAN] / 1000.0
        for channel, power in enumerate((1.0 - right, right)):
            if power > 0.0:
                sound[: len(side), channel] += side * np.float32(np.sqrt(power))
    return sound


def _shaped(region: Region, recordings: Recordings, held: float) -> Recordings:
    """Return the recordings behind the region's filter and volume envelope, ending on zero."""
    recordings = _filtered(region, recordings, held)
    frames = recordings.shape[1]
    times = np.arange(frames, dtype=np.float64)
    gains = volume_envelope(region).gains(times, held)
    if depth := region[_G.MOD_LFO_TO_VOLUME]:
        gains *= 10.0 ** (modulation_lfo(region, times) * (depth / 200.0))
    gains *= 10.0 ** (-region[_G.ATTENUATION] / 200.0)
    tail = min(frames, _FADE)
    gains[frames - tail :] *= np.linspace(1.0, 0.0, tail)
    result: Recordings = recordings * gains
    return result


def _filtered(region: Region, recordings: Recordings, held: float) -> Recordings:
    """Return the recordings behind the region's low-pass, whose cutoff may move."""
    cutoff, resonance = region[_G.FILTER_CUTOFF], region[_G.FILTER_RESONANCE] / 10.0
    by_envelope, by_lfo = region[_G.MOD_ENV_TO_CUTOFF], region[_G.MOD_LFO_TO_CUTOFF]
    if not by_envelope and not by_lfo:
        return recordings if cutoff >= _OPEN else _lowpass(recordings, [(0, cutoff)], resonance)
    times = np.arange(0.0, recordings.shape[1], _BLOCK)
    cents = np.full(len(times), cutoff)
    if by_envelope:
        cents += by_envelope * modulation_envelope(region).values(times, held)
    if by_lfo:
        cents += by_lfo * modulation_lfo(region, times)
    cents = np.clip(cents, _LOWEST, _OPEN)
    cents = cents[:1] + np.round((cents - cents[:1]) / _STEP) * _STEP
    changes = np.flatnonzero(np.diff(cents, prepend=-1.0))
    return _lowpass(recordings, [(int(change) * _BLOCK, float(cents[change])) for change in changes], resonance)


def _lowpass(recordings: Recordings, cutoffs: list[tuple[int, float]], resonance: float) -> Recordings:
    """Return the recordings behind a low-pass of two poles.

    `cutoffs` are (first frame, cents) from frame 0 on; `resonance` is the height of the peak above DC in decibels.
    """
    peak = 10.0 ** (resonance / 20.0)
    # The Q at which the peak is that high; without any it is Butterworth's.
    q = np.sqrt((peak**2 + peak * np.sqrt(peak**2 - 1.0)) / 2.0)
    result, state = np.empty_like(recordings), np.zeros((len(recordings), 2), np.float32)
    for (start, cents), (end, _) in pairwise((*cutoffs, (recordings.shape[1], 0.0))):
        k = np.tan(np.pi * hertz(cents) / SAMPLE_RATE)
        norm = 1.0 / (1.0 + k / q + k * k)
        # The gain at DC falls by half the resonance: section 9.1.3.
        gain = k * k * norm / np.sqrt(peak)
        # Single precision is 80 dB clean for the lowest cutoffs, 100 dB for usual ones, and almost twice as fast.
        forward = np.array((gain, 2.0 * gain, gain), np.float32)
        back = np.array((1.0, 2.0 * (k * k - 1.0) * norm, (1.0 - k / q + k * k) * norm), np.float32)
        result[:, start:end], state = signal.lfilter(forward, back, recordings[:, start:end], zi=state)
    return result
