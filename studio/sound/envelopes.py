"""The envelopes and oscillators that move a SoundFont's voices (SoundFont 2.04, sections 8.1.2 and 9.1)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from studio.domain import SAMPLE_RATE
from studio.sound.generators import Generator
from studio.sound.preset import Region
from studio.sound.tone import Curve, Samples

Times = NDArray[np.float64]
"""Points in time, in frames since the note began."""

_FULL_SCALE = 100.0
"""Decibels that a volume envelope falls through in the whole time of its decay or release."""
_SHORTEST_RELEASE = 0.01 * SAMPLE_RATE
"""A release of one millisecond, which is the default, would be heard as a click."""
_MIDDLE_C = 60


@dataclass(frozen=True, slots=True)
class DahdsrEnvelope:
    """Delay, attack, hold, decay, sustain and release. All times are in frames.

    Examples
    --------
    >>> pad = DahdsrEnvelope(delay=0.0, attack=480.0, hold=0.0, decay=1.0, sustain=0.0, release=48_000.0)
    >>> gains = pad.gains(np.array([0.0, 240.0, 480.0, 24_000.0, 33_600.0]), held=24_000.0)
    >>> [round(float(gain), 3) for gain in gains]
    [0.0, 0.5, 1.0, 1.0, 0.1]
    """

    delay: float
    attack: float
    hold: float
    #: The time for the whole way down, even where the sustain ends it earlier.
    decay: float
    #: How far down the decay goes, 0..1.
    sustain: float
    #: The time for the whole way down, wherever it begins.
    release: float

    def gains(self, times: Times, held: float) -> Samples:
        """Return the gain of a volume envelope: linear in the attack, linear in decibels from there on.

        Parameters
        ----------
        times : ndarray, ``(n,) float64``
            Where the envelope is wanted, rising.
        held : float
            The frame at which the key is released; ``inf`` if it is not.

        Returns
        -------
        ndarray, ``(n,) float32``
            Gains 0..1.
        """
        decays = self._fallen(times, held) * (-_FULL_SCALE * np.log(10.0) / 20.0)
        result: Samples = np.exp(decays.astype(np.float32))
        rising = (
            int(np.searchsorted(times, self.delay + self.attack)) if held > self.delay + self.attack else len(times)
        )
        result[:rising] *= self._risen(times[:rising], held)
        return result

    def values(self, times: Times, held: float) -> Curve:
        """Return the value 0..1 of a modulation envelope: convex in the attack, linear from there on.

        Parameters and shapes are those of `gains`.
        """
        result: Curve = np.clip(_convex(self._risen(times, held)) - self._fallen(times, held), 0.0, 1.0)
        return result

    def end(self, held: float, decibels: float) -> float:
        """Return the frame from which a volume envelope stays `decibels` below its peak; ``inf`` if it never does."""
        share = decibels / _FULL_SCALE
        decayed = self._peak + share * self.decay if self.sustain >= share else np.inf
        released = held + max(0.0, share - float(self._fallen(np.array([held]), np.inf)[0])) * self.release
        return float(min(decayed, released))

    @property
    def _peak(self) -> float:
        return self.delay + self.attack + self.hold

    def _risen(self, times: Times, held: float) -> Curve:
        """Return how much of the attack is done, 0..1."""
        if self.attack <= 0.0:
            return (times >= self.delay).astype(np.float64)
        risen: Curve = np.clip((np.minimum(times, held) - self.delay) / self.attack, 0.0, 1.0)
        return risen

    def _fallen(self, times: Times, held: float) -> Curve:
        """Return how much of the whole way down is done."""
        at, fallen = [self._peak, self._peak + self.decay * self.sustain], [0.0, self.sustain]
        if held < np.inf:
            reached = float(np.interp(held, at, fallen))
            before = sum(point < held for point in at)
            at, fallen = [*at[:before], held, held + self.release], [*fallen[:before], reached, reached + 1.0]
        # What np.interp does, at a fifth of its price for times that rise.
        result = np.full(len(times), fallen[-1])
        edges = np.searchsorted(times, at)
        result[: edges[0]] = fallen[0]
        for (x0, x1), (y0, y1), (first, last) in zip(pairwise(at), pairwise(fallen), pairwise(edges), strict=True):
            if first < last:
                result[first:last] = (times[first:last] - x0) * ((y1 - y0) / (x1 - x0)) + y0
        return result


def volume_envelope(region: Region) -> DahdsrEnvelope:
    """Return the region's volume envelope."""
    g = Generator
    return DahdsrEnvelope(
        delay=_frames(region[g.VOL_ENV_DELAY]),
        attack=_frames(region[g.VOL_ENV_ATTACK]),
        hold=_frames_by_key(region, g.VOL_ENV_HOLD, g.KEY_TO_VOL_ENV_HOLD),
        decay=_frames_by_key(region, g.VOL_ENV_DECAY, g.KEY_TO_VOL_ENV_DECAY),
        sustain=min(1.0, region[g.VOL_ENV_SUSTAIN] / (10.0 * _FULL_SCALE)),
        release=max(_SHORTEST_RELEASE, _frames(region[g.VOL_ENV_RELEASE])),
    )


def modulation_envelope(region: Region) -> DahdsrEnvelope:
    """Return the region's modulation envelope."""
    g = Generator
    return DahdsrEnvelope(
        delay=_frames(region[g.MOD_ENV_DELAY]),
        attack=_frames(region[g.MOD_ENV_ATTACK]),
        hold=_frames_by_key(region, g.MOD_ENV_HOLD, g.KEY_TO_MOD_ENV_HOLD),
        decay=_frames_by_key(region, g.MOD_ENV_DECAY, g.KEY_TO_MOD_ENV_DECAY),
        sustain=region[g.MOD_ENV_SUSTAIN] / 1000.0,
        release=_frames(region[g.MOD_ENV_RELEASE]),
    )


def modulation_lfo(region: Region, times: Times) -> Curve:
    """Return the region's modulation oscillator, which moves pitch, cutoff and volume."""
    return oscillator(times, region[Generator.MOD_LFO_DELAY], region[Generator.MOD_LFO_FREQUENCY])


def vibrato_lfo(region: Region, times: Times) -> Curve:
    """Return the region's vibrato oscillator, which moves the pitch."""
    return oscillator(times, region[Generator.VIB_LFO_DELAY], region[Generator.VIB_LFO_FREQUENCY])


def oscillator(times: Times, delay: float, frequency: float) -> Curve:
    """Return a triangular low frequency oscillator that starts upwards from zero.

    Parameters
    ----------
    times : ndarray, ``(n,) float64``
        Where it is wanted, in frames.
    delay : float
        Timecents until it starts.
    frequency : float
        Cents above 8.176 Hz.

    Returns
    -------
    ndarray, ``(n,) float64``
        Values -1..1.

    Examples
    --------
    >>> hertz = 8.175798915643707
    >>> quarters = np.arange(5) * 48_000.0 / hertz / 4.0
    >>> oscillator(quarters, delay=-12_000.0, frequency=0.0).round(2).tolist()
    [0.0, 1.0, 0.0, -1.0, 0.0]
    """
    periods = np.maximum(times - _frames(delay), 0.0) * (hertz(frequency) / SAMPLE_RATE)
    curve: Curve = 4.0 * np.abs((periods - 0.25) % 1.0 - 0.5) - 1.0
    return curve


def hertz(cents: float) -> float:
    """Return the frequency of absolute cents: MIDI key 0 is 0 cents."""
    return float(440.0 * 2.0 ** ((cents - 6900.0) / 1200.0))


def _frames_by_key(region: Region, time: Generator, by_key: Generator) -> float:
    """Return a time that is longer or shorter from key to key."""
    return _frames(region[time] + region[by_key] * (_MIDDLE_C - region.key))


def _frames(timecents: float) -> float:
    """Return a time in frames; the smallest value of the specification means none."""
    return SAMPLE_RATE * 2.0 ** (timecents / 1200.0) if timecents > -12_000.0 else 0.0


def _convex(share: Curve) -> Curve:
    """Return the convex curve of the specification: applied to decibels or cents, it is linear in what is heard."""
    curve: Curve = np.maximum(1.0 + 40.0 / 96.0 * np.log10(np.maximum(share, 1e-9)), 0.0)
    return curve
