"""Built-in synthesisers of plucked strings and of basses.

Each takes a `Tone` and returns the note, `(frames,)` or `(frames, 2) float32`.
"""

from __future__ import annotations

import numpy as np

from studio.domain import SAMPLE_RATE
from studio.sound.keyboards import damped, struck
from studio.sound.tone import (
    Curve,
    Sound,
    Tone,
    adsr_envelope,
    count,
    fade,
    filtered,
    frames,
    harmonics,
    mono,
    noise,
    partials,
    phase,
    saw,
    spectrum,
    square,
    stereo,
)


def _string(tone: Tone, length: int, *, at: float, bright: float, decay: float) -> Curve:
    """Return a plucked string: `at` where it is plucked (share of its length), `decay` in dB per second."""
    number = min(64, count(tone.hertz, 11_000.0))
    k = np.arange(1, number + 1)
    amplitudes = np.abs(np.sin(np.pi * k * at)) / k * spectrum(number, tone.hertz, bright, slope=8.0)
    losses = (decay + 0.02 * tone.hertz) * (1.0 + 0.12 * (k - 1) + 0.006 * (k - 1) ** 2)
    hertz = tone.hertz * k * np.sqrt(1.0 + 4e-5 * k**2)
    return partials(hertz, amplitudes, length, decay=losses, phases=np.pi / 2 * (k % 2))


def pluck(tone: Tone) -> Sound:
    """A plucked string with the noise of the finger."""
    release = 0.12
    length = struck(tone, release, 5.0)
    sound = _string(tone, length, at=0.21, bright=900.0 + 4200.0 * tone.velocity, decay=9.0)
    sound *= np.clip(np.arange(length) / frames(0.001), 0.0, 1.0)
    touch = min(length, frames(0.012))
    sound[:touch] += (
        0.06 * tone.velocity * filtered(noise(f"finger {tone.pitch}", touch), "bandpass", (900, 5000)) * fade(touch)
    )
    return mono(damped(sound * 0.6, tone, release))


def drive(tone: Tone) -> Sound:
    """An overdriven guitar: a long string, clipped softly, behind a speaker that ends at 4.5 kHz."""
    release = 0.09
    length = struck(tone, release, 8.0)
    string = _string(tone, length, at=0.13, bright=3500.0, decay=2.2)
    ears = []
    for ear, gain in enumerate((9.0, 11.0)):
        # The second ear hears a string plucked elsewhere, as when a part is played twice.
        twin = string if ear == 0 else _string(tone, length, at=0.16, bright=3200.0, decay=2.2)
        clipped = np.tanh(gain * (0.5 + tone.velocity) * filtered(twin, "highpass", 110.0))
        ears.append(damped(filtered(clipped, "lowpass", 4500.0, 4) * 0.3, tone, release))
    return stereo(*ears)


def bass(tone: Tone) -> Sound:
    """A bass guitar played with the fingers."""
    release = 0.07
    length = struck(tone, release, 4.0)
    string = _string(tone, length, at=0.28, bright=350.0 + 1100.0 * tone.velocity, decay=8.0)
    string *= np.clip(np.arange(length) / frames(0.003), 0.0, 1.0)
    return mono(damped(string * 0.9, tone, release))


def sub(tone: Tone) -> Sound:
    """A sine with a breath of its first overtones, so that small speakers know it is there."""
    curve = adsr_envelope(tone, attack=0.006, release=0.05)
    overtones = [0.62, 0.17, 0.12, 0.06, 0.03]
    return mono(partials(tone.hertz * np.arange(1.0, 6.0), overtones, len(curve)) * curve)


def eight(tone: Tone) -> Sound:
    """The long, falling, saturated bass drum of an 808, tuned."""
    curve = adsr_envelope(tone, attack=0.003, release=0.08)
    time = np.arange(len(curve)) / SAMPLE_RATE
    angle = phase(tone.hertz * (1.0 + 1.6 * np.exp(-time / 0.018)), len(curve))
    # Driven off its middle it has even overtones too: a phone plays those, and the ear adds the note beneath.
    driven = np.tanh((1.8 + 0.9 * tone.velocity) * np.sin(angle) + 0.45)
    edge = harmonics(angle, (0.0, 0.1, 0.12, 0.1, 0.07, 0.04)) * np.exp(-time / 0.5)
    body = (filtered(driven, "highpass", 20.0, 1) + edge) * np.exp(-time / 1.4)
    return mono(body * curve * 0.6)


def sawbass(tone: Tone) -> Sound:
    """Two saws and a square an octave down, closing as they decay."""
    curve = adsr_envelope(tone, attack=0.003, release=0.04, decay=0.35, sustain=0.7)
    number = min(60, count(tone.hertz, 5000.0))
    shape = saw(number) * spectrum(number, tone.hertz, 350.0 + 1200.0 * tone.velocity, slope=10.0, peak=3.0)
    k = np.arange(number)
    closing = 3.0 + 2.0 * k
    sound = partials(tone.hertz * (k + 1) * 0.9985, shape, len(curve), decay=closing)
    sound += partials(tone.hertz * (k + 1) * 1.0015, shape, len(curve), decay=closing, phases=k * 0.4)
    sound += partials(tone.hertz * 0.5, 0.25, len(curve))
    return mono(sound * curve * 0.4)


def reese(tone: Tone) -> Sound:
    """Detuned saws that beat against each other, mono at the bottom and wide above."""
    curve = adsr_envelope(tone, attack=0.01, release=0.08)
    number = min(60, count(tone.hertz, 3500.0))
    k = np.arange(1, number + 1)
    shape = saw(number) * spectrum(number, tone.hertz, 700.0 + 700.0 * tone.velocity, slope=10.0)
    low = k * tone.hertz < 150.0
    centre = partials(tone.hertz * k, np.where(low, shape, 0.0), len(curve))
    ears = [
        sum(
            partials(tone.hertz * k * d, np.where(low, 0.0, shape), len(curve), phases=k * d * n)
            for n, d in enumerate(detuned)
        )
        for detuned in ((0.991, 1.004), (0.996, 1.009))
    ]
    return stereo(*((centre * 1.4 + ear) * curve * 0.32 for ear in ears))


def acid(tone: Tone) -> Sound:
    """A square through a resonant filter that falls from the accent."""
    curve = adsr_envelope(tone, attack=0.003, release=0.03)
    number = min(48, count(tone.hertz, 6500.0))
    steps = max(2, len(curve) // 240)
    time = np.arange(steps) * len(curve) / steps / SAMPLE_RATE
    cutoff = 220.0 + (500.0 + 2600.0 * tone.velocity**2) * np.exp(-time / 0.13)
    shape = square(number, 0.42)
    gains = np.array([shape * spectrum(number, tone.hertz, c, slope=16.0, peak=10.0) for c in cutoff])
    grid = np.linspace(0, len(curve) - 1, steps)
    here = np.arange(len(curve))
    moving = [np.interp(here, grid, gains[:, k]) for k in range(number)]
    return mono(np.tanh(harmonics(phase(tone.hertz, len(curve)), moving) * 0.9) * curve * 0.5)


def synthpluck(tone: Tone) -> Sound:
    """A short saw chord-stab whose upper partials fall first."""
    release = 0.12
    length = struck(tone, release, 1.6)
    number = min(48, count(tone.hertz, 11_000.0))
    k = np.arange(number)
    shape = saw(number) * spectrum(number, tone.hertz, 1800.0 + 4500.0 * tone.velocity, slope=9.0)
    ears = [
        sum(partials(tone.hertz * (k + 1) * d, shape, length, decay=20.0 + 7.0 * k, phases=k * d * 2.0) for d in pair)
        for pair in ((0.9965, 1.002), (0.998, 1.0035))
    ]
    onset = np.clip(np.arange(length) / frames(0.0015), 0.0, 1.0)
    return stereo(*(damped(np.asarray(ear) * onset * 0.3, tone, release) for ear in ears))
