"""Built-in synthesisers that hold their notes: bows, voices, winds, leads and pads.

Each takes a `Tone` and returns the note, `(frames,)` or `(frames, 2) float32`.
"""

from __future__ import annotations

import numpy as np

from studio.domain import SAMPLE_RATE
from studio.sound.tone import (
    Curve,
    Sound,
    Tone,
    adsr_envelope,
    count,
    filtered,
    harmonics,
    mono,
    noise,
    partials,
    phase,
    saw,
    spectrum,
    square,
    stereo,
    vibrato,
)


def strings(tone: Tone) -> Sound:
    """A section: saws a little apart in tune and time, bright with the bow's pressure."""
    curve = adsr_envelope(tone, attack=min(0.12, 0.4 * tone.seconds + 0.02), release=0.28)
    shape = saw(_number := min(40, count(tone.hertz, 9000.0))) * spectrum(
        _number, tone.hertz, 1400.0 + 2600.0 * tone.velocity, slope=7.0
    )
    return _ensemble(tone, curve, shape, ((0.9968, 1.0004, 1.0031), (0.9975, 0.9998, 1.0027)), 0.16)


def choir(tone: Tone) -> Sound:
    """Voices on an open vowel: formants near 650, 1080 and 2500 Hz over a soft source, with breath."""
    curve = adsr_envelope(tone, attack=min(0.16, 0.4 * tone.seconds + 0.03), release=0.35)
    number = min(48, count(tone.hertz, 6000.0))
    hertz = tone.hertz * np.arange(1, number + 1)
    formants = sum(
        gain * np.exp(-(((hertz - centre) / width) ** 2))
        for centre, width, gain in (
            (650.0, 190.0, 1.0),
            (1080.0, 170.0, 0.5),
            (2550.0, 300.0, 0.16),
            (3400.0, 400.0, 0.07),
        )
    )
    shape = (formants + 0.06) / np.arange(1, number + 1) ** 0.5
    shape *= 0.5 / np.sqrt(np.sum(shape**2))
    return _ensemble(tone, curve, shape, ((0.9955, 1.001, 1.0042), (0.9966, 0.9993, 1.0051)), 0.3)


def brass(tone: Tone) -> Sound:
    """A horn whose upper partials come later and stronger the louder it is blown."""
    curve = adsr_envelope(tone, attack=0.045, release=0.1, decay=0.25, sustain=0.85)
    number = min(40, count(tone.hertz, 8000.0))
    dark = saw(number) * spectrum(number, tone.hertz, 500.0 + 0.8 * tone.hertz, slope=12.0)
    blare = saw(number) * spectrum(number, tone.hertz, 1200.0 + 3200.0 * tone.velocity**1.3, slope=9.0)
    angle = phase(vibrato(tone, len(curve), rate=5.2, cents=7.0, delay=0.35), len(curve))
    bright = np.clip(curve, 0.0, 1.0) ** 2
    sound = harmonics(angle, list(dark)) * (1.0 - 0.7 * bright) + harmonics(angle, list(blare)) * bright
    return mono(sound * curve * 0.4)


def reed(tone: Tone) -> Sound:
    """A single reed: mostly odd partials below, a formant, breath at the onset."""
    curve = adsr_envelope(tone, attack=0.035, release=0.09, decay=0.5, sustain=0.85)
    number = min(32, count(tone.hertz, 7500.0))
    k = np.arange(1, number + 1)
    shape = np.where(k % 2, 1.0, 0.45) / k * spectrum(number, tone.hertz, 1500.0 + 1800.0 * tone.velocity, slope=9.0)
    angle = phase(vibrato(tone, len(curve), rate=5.0, cents=11.0, delay=0.25), len(curve))
    return mono((harmonics(angle, list(shape)) * 0.4 + _breath(tone, curve, 0.012)) * curve)


def flute(tone: Tone) -> Sound:
    """A column of air: few partials, a breath that never quite stops, vibrato in pitch and loudness."""
    curve = adsr_envelope(tone, attack=0.05, release=0.12)
    amplitudes = np.array([1.0, 0.32 * (0.4 + tone.velocity), 0.16 * tone.velocity, 0.05, 0.02])
    amplitudes = amplitudes[: max(1, min(5, count(tone.hertz, 12_000.0)))]
    angle = phase(vibrato(tone, len(curve), rate=5.3, cents=9.0, delay=0.2), len(curve))
    swell = 1.0 + 0.08 * np.sin(2 * np.pi * 5.3 * np.arange(len(curve)) / SAMPLE_RATE)
    return mono((harmonics(angle, list(amplitudes)) * swell * 0.4 + _breath(tone, curve, 0.03)) * curve)


def chip(tone: Tone) -> Sound:
    """A pulse of a quarter width, straight on and straight off."""
    curve = adsr_envelope(tone, attack=0.002, release=0.012, decay=0.25, sustain=0.7)
    number = count(tone.hertz, 14_000.0)
    return mono(partials(tone.hertz * np.arange(1, number + 1), square(number, 0.25) * 0.25, len(curve)) * curve)


def sawlead(tone: Tone) -> Sound:
    """Three saws, close together, with a late vibrato."""
    curve = adsr_envelope(tone, attack=0.006, release=0.09, decay=0.4, sustain=0.75)
    number = min(40, count(tone.hertz, 10_000.0))
    shape = saw(number) * spectrum(number, tone.hertz, 2500.0 + 4000.0 * tone.velocity, slope=8.0)
    hertz = vibrato(tone, len(curve), rate=5.5, cents=9.0, delay=0.3)
    ears = [
        sum(harmonics(phase(hertz * d, len(curve)) + d, list(shape)) for d in pair)
        for pair in ((0.998, 1.0004), (0.9997, 1.0025))
    ]
    return stereo(*(np.asarray(ear) * curve * 0.25 for ear in ears))


def softlead(tone: Tone) -> Sound:
    """A triangle with a rounded edge."""
    curve = adsr_envelope(tone, attack=0.02, release=0.14)
    number = min(12, count(tone.hertz, 8000.0))
    k = np.arange(1, number + 1)
    shape = np.where(k % 2, 1.0, 0.12) / k**1.8 * spectrum(number, tone.hertz, 1500.0 + 3000.0 * tone.velocity)
    angle = phase(vibrato(tone, len(curve), rate=5.0, cents=10.0, delay=0.3), len(curve))
    return mono(harmonics(angle, list(shape)) * curve * 0.5)


def supersaw(tone: Tone) -> Sound:
    """Seven saws spread in tune, four to an ear."""
    curve = adsr_envelope(tone, attack=0.012, release=0.16)
    number = min(48, count(tone.hertz, 11_000.0))
    shape = saw(number) * spectrum(number, tone.hertz, 3000.0 + 5000.0 * tone.velocity, slope=7.0)
    # The fundamental stays clear of the rumble that the beating of low partials makes.
    return _ensemble(tone, curve, shape, ((0.9910, 0.9961, 1.0, 1.0064), (0.9937, 1.0, 1.0038, 1.0092)), 0.16)


def warmpad(tone: Tone) -> Sound:
    """Soft saws behind a low filter that opens slowly."""
    curve = adsr_envelope(tone, attack=min(0.5, 0.3 * tone.seconds + 0.05), release=0.7)
    number = min(32, count(tone.hertz, 5000.0))
    shape = saw(number) * spectrum(number, tone.hertz, 500.0 + 900.0 * tone.velocity + 0.5 * tone.hertz, slope=9.0)
    return _ensemble(tone, curve, shape, ((0.9957, 1.0012, 1.0049), (0.9946, 0.999, 1.0058)), 0.22)


def glasspad(tone: Tone) -> Sound:
    """Slow sines and far partials that shimmer between the ears."""
    curve = adsr_envelope(tone, attack=min(0.4, 0.3 * tone.seconds + 0.03), release=1.0)
    ratios, gains = np.array([1.0, 2.0, 3.0, 4.02, 6.01, 8.03]), np.array([1.0, 0.3, 0.22, 0.14, 0.08, 0.04])
    time = np.arange(len(curve)) / SAMPLE_RATE
    ears = []
    for side, detune in enumerate((0.9982, 1.0019)):
        low = partials(tone.hertz * ratios[:2] * detune, gains[:2], len(curve))
        high = partials(tone.hertz * ratios[2:] * detune, gains[2:], len(curve), phases=np.arange(4) + side)
        ears.append((low + high * (1.0 + 0.5 * np.sin(2 * np.pi * 0.7 * time + np.pi * side))) * curve * 0.3)
    return stereo(*ears)


def drone(tone: Tone) -> Sound:
    """A low cloud: fifths and octaves that drift, a little dark wind."""
    curve = adsr_envelope(tone, attack=min(1.2, 0.35 * tone.seconds + 0.05), release=1.2)
    ratios = np.array([1.0, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0])
    gains = np.array([0.6, 0.5, 0.25, 0.3, 0.16, 0.1, 0.06, 0.05])
    wind = filtered(noise(f"wind {tone.pitch}", len(curve)), "bandpass", (180.0, 700.0)) * 0.06
    ears = []
    for side in (0, 1):
        drift = 1.0 + 0.0018 * np.sin(np.arange(8) * 2.1 + side * 1.3)
        ears.append(
            (partials(tone.hertz * ratios * drift, gains, len(curve), phases=np.arange(8) * 1.9) + wind) * curve * 0.3
        )
    return stereo(*ears)


def _ensemble(tone: Tone, curve: Curve, shape: Curve, detuned: tuple[tuple[float, ...], ...], gain: float) -> Sound:
    """Return several players of the same harmonics for each ear."""
    k = np.arange(1, len(shape) + 1)
    ears = []
    for side, players in enumerate(detuned):
        tunes = np.repeat(players, len(shape))
        # Phases from the golden ratio: no two players start together, none is random.
        phases = np.arange(len(tunes)) * 2.399963 + side * 1.1
        ears.append(
            partials(
                tone.hertz * np.tile(k, len(players)) * tunes, np.tile(shape, len(players)), len(curve), phases=phases
            )
        )
    return stereo(*(ear * curve * gain for ear in ears))


def _breath(tone: Tone, curve: Curve, level: float) -> Curve:
    """Return air noise around the note, strongest at the onset."""
    time = np.arange(len(curve)) / SAMPLE_RATE
    top = min(9000.0, 4.0 * tone.hertz)
    air = filtered(noise(f"breath {tone.pitch}", len(curve)), "bandpass", (0.8 * tone.hertz, top))
    breath: Curve = air * level * (0.5 + 2.5 * np.exp(-time / 0.06)) * (0.5 + tone.velocity)
    return breath
