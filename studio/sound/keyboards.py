"""Built-in synthesisers of keyboards and mallets: damped partials and a little frequency modulation.

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
    fade,
    filtered,
    frames,
    mono,
    noise,
    partials,
    phase,
    spectrum,
    stereo,
)


def damped(sound: Curve, tone: Tone, release: float) -> Curve:
    """Return a sound `(n,) float64` cut to the held length and a release in seconds, ending on zero."""
    result = sound[: tone.held + frames(release)].copy()
    tail = min(len(result), frames(release))
    result[-tail:] *= fade(tail)
    return result


def struck(tone: Tone, release: float, ring: float) -> int:
    """Return how many frames a note takes that would ring for `ring` seconds and is released after the held time."""
    return min(tone.held + frames(release), frames(ring))


def piano(tone: Tone) -> Sound:
    """Strings of slight inharmonicity, two decays each, struck by a felt that is harder when played louder."""
    release = 0.25
    f0 = tone.hertz
    number = min(40, count(f0, 9000.0))
    k = np.arange(1, number + 1)
    hertz = f0 * k * np.sqrt(1.0 + 7e-5 * 2.0 ** ((tone.pitch - 48) / 10.0) * k**2)
    felt = spectrum(number, f0, 500.0 + 2200.0 * tone.velocity**1.5 + 0.7 * f0, slope=7.0)
    amplitudes = felt * (0.35 + np.abs(np.sin(np.pi * k / 7.3))) / k**0.6
    decay = (3.0 + 0.045 * f0) * (1.0 + 0.22 * (k - 1))
    length = struck(tone, release, 12.0)
    ears = []
    for side, detune in enumerate((-0.00022, 0.00025)):
        prompt = partials(hertz * (1 - detune), 0.72 * amplitudes, length, decay=decay * 2.6, phases=k * (1.0 + side))
        after = partials(hertz * (1 + detune), 0.28 * amplitudes, length, decay=decay * 0.8, phases=k * (1.0 + side))
        ears.append(prompt + after)
    attack = min(length, frames(0.0022))
    onset = np.ones(length)
    onset[:attack] = np.linspace(0.0, 1.0, attack) ** 2
    thump = np.zeros(length)
    knock = min(length, frames(0.03))
    band = filtered(noise(f"hammer {tone.pitch}", knock), "bandpass", (180.0, 2600.0))
    thump[:knock] = 0.25 * tone.velocity * band * fade(knock)
    return stereo(*(damped(ear * onset * 0.35 + thump, tone, release) for ear in ears))


def epiano(tone: Tone) -> Sound:
    """A tine piano: a sine bent by itself, a bright tine at the stroke, a slow pan."""
    release = 0.18
    length = struck(tone, release, 7.0)
    time = np.arange(length) / SAMPLE_RATE
    body_decay = 0.55 + 0.0016 * tone.hertz
    angle = phase(tone.hertz, length)
    index = (0.35 + 1.5 * tone.velocity) * np.exp(-time * (1.6 + tone.hertz / 500.0)) + 0.12
    body = np.sin(angle + index * np.sin(angle)) * np.exp(-time * body_decay)
    tine = partials(tone.hertz * 7.03, 0.09 * tone.velocity, length, decay=75.0)
    attack = np.clip(time / 0.002, 0.0, 1.0)
    sound = damped((body + tine) * attack * 0.5, tone, release)
    sway = 0.18 * np.sin(2 * np.pi * 4.1 * np.arange(len(sound)) / SAMPLE_RATE)
    return stereo(sound * (1.0 - sway), sound * (1.0 + sway))


def bell(tone: Tone) -> Sound:
    """A small bar with few, far apart partials."""
    length = struck(tone, 0.9, 5.0)
    hertz = tone.hertz * np.array([1.0, 2.0, 3.011, 5.43, 8.9])
    amplitudes = np.array([1.0, 0.22, 0.24, 0.16, 0.05]) * np.array([1, 1, 1, tone.velocity, tone.velocity])
    sound = partials(hertz, amplitudes * 0.4, length, decay=np.array([11.0, 16.0, 26.0, 60.0, 110.0]))
    return mono(damped(sound, tone, 0.9))


def mallet(tone: Tone) -> Sound:
    """A tuned bar over a resonator: the second partial two octaves up, a soft stick."""
    length = struck(tone, 0.5, 3.5)
    hertz = tone.hertz * np.array([1.0, 3.98, 9.2])
    amplitudes = np.array([1.0, 0.25 * (0.4 + tone.velocity), 0.08 * tone.velocity])
    slow = 14.0 + tone.hertz * 0.02
    sound = partials(hertz, amplitudes * 0.45, length, decay=slow * np.array([1.0, 3.2, 9.0]))
    onset = np.clip(np.arange(length) / frames(0.0015), 0.0, 1.0)
    return mono(damped(sound * onset, tone, 0.5))


def organ(tone: Tone) -> Sound:
    """Drawbars with a slow rotation between the ears."""
    curve = adsr_envelope(tone, attack=0.008, release=0.06)
    hertz = tone.hertz * np.array([0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])
    amplitudes = np.array([0.5, 1.0, 0.35, 0.7, 0.3, 0.35, 0.1, 0.14]) * 0.16
    sound = partials(hertz, amplitudes, len(curve), phases=np.arange(8) * 1.7) * curve
    turn = 0.25 * np.sin(2 * np.pi * 5.6 * np.arange(len(curve)) / SAMPLE_RATE)
    return stereo(sound * (1.0 + turn), sound * (1.0 - turn))
