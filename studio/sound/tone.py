"""The note that is to be played, and the arithmetic that all built-in synthesisers share.

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

from studio.domain import SAMPLE_RATE

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
    """A note as it sounds, apart from when and how loud."""

    #: The MIDI key.
    pitch: int
    #: 0..1; it shapes the timbre only.
    velocity: float
    #: Frames until the key is released.
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
    """Make white noise.

    Parameters
    ----------
    name : str
        The same name gives the same noise on every run; different names give noises that are not alike.
    length : int
        Frames.

    Returns
    -------
    ndarray, ``(length,) float64``
        Noise of unit variance.
    """
    return np.random.default_rng(zlib.crc32(name.encode())).standard_normal(length)


def partials(
    hertz: ArrayLike,
    amplitudes: ArrayLike,
    length: int,
    *,
    decay: ArrayLike = 0.0,
    phases: ArrayLike = 0.0,
) -> Curve:
    """Sum damped sines; those above 20 kHz are left out.

    Parameters
    ----------
    hertz, amplitudes : array_like
        One value per sine, or one for all.
    length : int
        Frames.
    decay : array_like
        Decibels per second.
    phases : array_like
        Radians.

    Returns
    -------
    ndarray, ``(length,) float64``
        The sum, exact to 120 dB.

    Examples
    --------
    >>> bell = partials([440.0, 880.0], [1.0, 0.5], SAMPLE_RATE, decay=[20.0, 40.0])
    >>> bell.shape
    (48000,)
    """
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
    """Sum the harmonics of a tone whose frequency may move.

    Parameters
    ----------
    phase : ndarray, ``(n,) float64``
        The running phase in radians, as `phase` returns it.
    amplitudes : sequence
        One for each harmonic from the first: a number, or a curve ``(n,) float64``.

    Returns
    -------
    ndarray, ``(n,) float64``
        The sum. Nothing is left out: the caller keeps harmonics below half the sample rate.

    Notes
    -----
    By the recurrence ``sin((k+1)x) = 2 cos(x) sin(kx) - sin((k-1)x)``.

    Examples
    --------
    >>> steady = phase(440.0, 480)
    >>> bool(np.allclose(harmonics(steady, [0.0, 1.0]), np.sin(2.0 * steady)))
    True
    """
    twice = 2.0 * np.cos(phase)
    before, now = np.zeros_like(phase), np.sin(phase)
    total = now * amplitudes[0]
    for amplitude in amplitudes[1:]:
        before, now = now, twice * now - before
        total += now * amplitude
    return total


def phase(hertz: ArrayLike, length: int) -> Curve:
    """Integrate a frequency.

    Parameters
    ----------
    hertz : array_like
        One frequency, or one per frame.
    length : int
        Frames.

    Returns
    -------
    ndarray, ``(length,) float64``
        The running phase in radians.

    Examples
    --------
    >>> round(float(phase(440.0, SAMPLE_RATE)[-1] / (2 * np.pi)), 6)
    440.0
    """
    steps = np.broadcast_to(np.asarray(hertz, np.float64), (length,))
    return np.cumsum(steps) * (2.0 * np.pi / SAMPLE_RATE)


def vibrato(tone: Tone, length: int, *, rate: float, cents: float, delay: float) -> Curve:
    """Bend a note as players do: the vibrato sets in after a while and grows for 0.4 s.

    Parameters
    ----------
    tone : Tone
        The note.
    length : int
        Frames.
    rate : float
        Swings per second.
    cents : float
        The full depth to each side.
    delay : float
        Seconds until it sets in.

    Returns
    -------
    ndarray, ``(length,) float64``
        The frequency over time in Hz.
    """
    time = np.arange(length) / SAMPLE_RATE
    depth = cents * np.clip((time - delay) / 0.4, 0.0, 1.0)
    curve: Curve = tone.hertz * 2.0 ** (depth * np.sin(2 * np.pi * rate * time) / 1200.0)
    return curve


def count(hertz: float, highest: float) -> int:
    """Return how many harmonics of `hertz` lie below `highest` Hz, at least one."""
    return max(1, int(min(highest, _CEILING) / hertz))


def spectrum(number: int, hertz: float, cutoff: float, *, slope: float = 12.0, peak: float = 0.0) -> Curve:
    """Return what a low-pass leaves of harmonics.

    Parameters
    ----------
    number : int
        How many harmonics.
    hertz, cutoff : float
        The fundamental and the filter's cutoff in Hz.
    slope : float
        Decibels per octave.
    peak : float
        Height of the resonance at the cutoff in decibels.

    Returns
    -------
    ndarray, ``(number,) float64``
        Gains.

    Examples
    --------
    >>> (20.0 * np.log10(spectrum(4, 100.0, 100.0, slope=12.0))).round().tolist()
    [-3.0, -12.0, -19.0, -24.0]
    """
    octaves = np.log2(np.arange(1, number + 1) * hertz / cutoff)
    gains = -10.0 * np.log10(1.0 + 10.0 ** (slope * octaves / 10.0)) + peak * np.exp(-((octaves * 3.0) ** 2))
    result: Curve = 10.0 ** (gains / 20.0)
    return result


def saw(number: int) -> Curve:
    """Return the amplitudes of a sawtooth's first harmonics, `(number,) float64`."""
    return 2.0 / np.pi / np.arange(1, number + 1)


def square(number: int, width: float = 0.5) -> Curve:
    """Return the amplitudes of a pulse's first harmonics, `(number,) float64`; `width` is the duty cycle, 0..1."""
    k = np.arange(1, number + 1)
    result: Curve = 4.0 / np.pi / k * np.sin(np.pi * k * width)
    return result


def adsr_envelope(tone: Tone, *, attack: float, release: float, decay: float = 0.0, sustain: float = 1.0) -> Curve:
    """Shape a note in loudness.

    Parameters
    ----------
    tone : Tone
        The note, for the time that it is held.
    attack, release, decay : float
        Seconds; a `decay` of 0 leaves the note at full level.
    sustain : float
        The gain that the decay approaches.

    Returns
    -------
    ndarray, ``(tone.held + release,) float64``
        Gains 0..1 that end on zero.

    Examples
    --------
    >>> pad = adsr_envelope(Tone(60, 0.8, SAMPLE_RATE), attack=0.5, release=0.25)
    >>> len(pad) / SAMPLE_RATE
    1.25
    >>> float(pad[SAMPLE_RATE // 2]), float(pad[-1])
    (1.0, 0.0)
    """
    tail = frames(release)
    time = np.arange(tone.held + tail) / SAMPLE_RATE
    curve = np.sin(0.5 * np.pi * np.clip(time / max(attack, 1e-4), 0.0, 1.0)) ** 2
    if decay:
        curve *= sustain + (1.0 - sustain) * np.exp(-np.maximum(time - attack, 0.0) / decay)
    curve[tone.held :] *= fade(tail)
    return curve


def fade(length: int) -> Curve:
    """Return a fall from one to zero that sounds like a release, `(length,) float64`."""
    x = np.linspace(0.0, 1.0, length)
    curve: Curve = np.exp(-5.0 * x) * (1.0 - x)
    return curve


def filtered(
    sound: Curve, kind: Literal["lowpass", "highpass", "bandpass"], hertz: float | tuple[float, float], order: int = 2
) -> Curve:
    """Filter a sound.

    Parameters
    ----------
    sound : ndarray, ``(n,) float64``
        What is filtered.
    kind : {"lowpass", "highpass", "bandpass"}
        The kind of Butterworth filter.
    hertz : float or tuple of float
        The cutoff, or both edges of a band.
    order : int
        Of the filter: 6 dB per octave each, to each side of a band.

    Returns
    -------
    ndarray, ``(n,) float64``
        The filtered sound.

    Examples
    --------
    >>> hum = np.sin(phase(50.0, SAMPLE_RATE))
    >>> bool(np.abs(filtered(hum, "highpass", 1000.0)[SAMPLE_RATE // 2 :]).max() < 0.01)
    True
    """
    sections = signal.butter(order, hertz, kind, fs=SAMPLE_RATE, output="sos")
    result: Curve = signal.sosfilt(sections, sound)
    return result


def stereo(left: Curve, right: Curve) -> Sound:
    """Return two curves `(frames,)` as a sound `(frames, 2) float32`."""
    return np.stack((left, right), axis=1).astype(np.float32)


def mono(sound: Curve) -> Sound:
    """Return a curve `(frames,)` as a sound `(frames,) float32`, alike on both sides."""
    return sound.astype(np.float32)
