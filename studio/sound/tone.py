"""One note to be played, and the arithmetic that all built-in synthesisers share.

Everything is summed from sines below half the sample rate, so nothing aliases. A sum of damped sines is one matrix
product: with `n = i * width + j`, each `exp(a * n)` is `exp(a * i * width) * exp(a * j)`.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import signal

from studio.model import SAMPLE_RATE

Sound = NDArray[np.float32]
"""`(frames,)` or `(frames, 2)`."""
Samples = NDArray[np.float32]
"""One channel of a recording, `(frames,)`."""
Curve = NDArray[np.float64]
"""One value per frame, or per partial."""

_WIDTH = 512
_CEILING = 20_000.0
"""Partials above this frequency, in Hz, are left out."""


@dataclass(frozen=True, slots=True)
class Tone:
    """`pitch` in MIDI, `velocity` 0..1 shapes the timbre only, `held` frames until the release."""

    pitch: int
    velocity: float
    held: int

    @property
    def hertz(self) -> float:
        """The fundamental in equal temperament, A4 = 440 Hz."""
        return float(440.0 * 2.0 ** ((self.pitch - 69) / 12.0))

    @property
    def seconds(self) -> float:
        """The held time."""
        return self.held / SAMPLE_RATE


def frames(seconds: float) -> int:
    """Return the nearest whole number of frames, at least one."""
    return max(1, round(seconds * SAMPLE_RATE))


def noise(name: str, length: int) -> Curve:
    """Return white noise of unit variance, the same for the same name on every run."""
    return np.random.default_rng(zlib.crc32(name.encode())).standard_normal(length)


def partials(
    hertz: ArrayLike,
    amplitudes: ArrayLike,
    length: int,
    *,
    decay: ArrayLike = 0.0,
    phases: ArrayLike = 0.0,
) -> Curve:
    """Return the sum of damped sines: `decay` in dB per second, `phases` in radians; `(length,)`."""
    f, a, d, p = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (hertz, amplitudes, decay, phases)))
    kept = f < _CEILING
    f, a, d, p = f[kept], a[kept], d[kept], p[kept]
    rate = -d * (np.log(10) / 20 / SAMPLE_RATE) + 2j * np.pi * f / SAMPLE_RATE
    rows = -(-length // _WIDTH)
    slow = np.exp(np.outer(np.arange(rows) * _WIDTH, rate)) * (a * np.exp(1j * p))
    fast = np.exp(np.outer(rate, np.arange(_WIDTH)))
    # The imaginary part of the complex product, as one real product.
    # The product is by far the most work; single precision leaves 120 dB.
    left = np.concatenate((slow.real, slow.imag), axis=1, dtype=np.float32)
    right = np.concatenate((fast.imag, fast.real), axis=0, dtype=np.float32)
    total: Curve = (left @ right).reshape(-1)[:length].astype(np.float64)
    return total


def harmonics(phase: Curve, amplitudes: Sequence[float | Curve]) -> Curve:
    """Return the sum of harmonics of a moving `phase` (radians); each amplitude a number or a curve.

    By the recurrence sin((k+1)x) = 2 cos(x) sin(kx) - sin((k-1)x). The caller keeps harmonics below half the rate.
    """
    twice = 2.0 * np.cos(phase)
    before, now = np.zeros_like(phase), np.sin(phase)
    total = now * amplitudes[0]
    for amplitude in amplitudes[1:]:
        before, now = now, twice * now - before
        total += now * amplitude
    return total


def phase(hertz: ArrayLike, length: int) -> Curve:
    """Return the running phase in radians of a frequency that may move."""
    steps = np.broadcast_to(np.asarray(hertz, np.float64), (length,))
    return np.cumsum(steps) * (2.0 * np.pi / SAMPLE_RATE)


def vibrato(tone: Tone, length: int, *, rate: float, cents: float, delay: float) -> Curve:
    """Return the frequency over time of a player's vibrato that sets in after `delay` seconds."""
    time = np.arange(length) / SAMPLE_RATE
    depth = cents * np.clip((time - delay) / 0.4, 0.0, 1.0)
    curve: Curve = tone.hertz * 2.0 ** (depth * np.sin(2 * np.pi * rate * time) / 1200.0)
    return curve


def count(hertz: float, highest: float) -> int:
    """Return how many harmonics of `hertz` lie below `highest` Hz, at least one."""
    return max(1, int(min(highest, _CEILING) / hertz))


def spectrum(number: int, hertz: float, cutoff: float, *, slope: float = 12.0, peak: float = 0.0) -> Curve:
    """Return the gains of harmonics 1..number behind a low-pass of `slope` dB per octave, `peak` dB at the cutoff."""
    octaves = np.log2(np.arange(1, number + 1) * hertz / cutoff)
    gains = -10.0 * np.log10(1.0 + 10.0 ** (slope * octaves / 10.0)) + peak * np.exp(-((octaves * 3.0) ** 2))
    result: Curve = 10.0 ** (gains / 20.0)
    return result


def saw(number: int) -> Curve:
    """Return the amplitudes of a sawtooth's harmonics."""
    return 2.0 / np.pi / np.arange(1, number + 1)


def square(number: int, width: float = 0.5) -> Curve:
    """Return the amplitudes of a pulse's harmonics; `width` is the duty cycle."""
    k = np.arange(1, number + 1)
    result: Curve = 4.0 / np.pi / k * np.sin(np.pi * k * width)
    return result


def envelope(tone: Tone, *, attack: float, release: float, decay: float = 0.0, sustain: float = 1.0) -> Curve:
    """Return an attack-decay-sustain-release curve in seconds, `held + release` long, ending on zero."""
    tail = frames(release)
    time = np.arange(tone.held + tail) / SAMPLE_RATE
    curve = np.sin(0.5 * np.pi * np.clip(time / max(attack, 1e-4), 0.0, 1.0)) ** 2
    if decay:
        curve *= sustain + (1.0 - sustain) * np.exp(-np.maximum(time - attack, 0.0) / decay)
    curve[tone.held :] *= fade(tail)
    return curve


def fade(length: int) -> Curve:
    """Return a fall from one to zero that sounds like a release."""
    x = np.linspace(0.0, 1.0, length)
    curve: Curve = np.exp(-5.0 * x) * (1.0 - x)
    return curve


def filtered(
    sound: Curve, kind: Literal["lowpass", "highpass", "bandpass"], hertz: float | tuple[float, float], order: int = 2
) -> Curve:
    """Return the sound behind a Butterworth "lowpass", "highpass" or "bandpass"."""
    sections = signal.butter(order, hertz, kind, fs=SAMPLE_RATE, output="sos")
    result: Curve = signal.sosfilt(sections, sound)
    return result


def stereo(left: Curve, right: Curve) -> Sound:
    """Return two curves as `(frames, 2)`."""
    return np.stack((left, right), axis=1).astype(np.float32)


def mono(sound: Curve) -> Sound:
    """Return a curve as `(frames,)`."""
    return sound.astype(np.float32)
